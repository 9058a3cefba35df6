//! Port: outgoing mail.

mod eml;
mod error;
mod files;
mod id;
mod memory;
mod smtp;
mod template;

use std::path::PathBuf;

use chrono::{DateTime, Utc};

pub use error::MailError;
pub use id::MailId;
pub use smtp::{Sender, SmtpServer, SmtpSettings};
pub(crate) use template::{existing_account, verification, welcome};

use files::Files;
use memory::Memory;
use smtp::Smtp;

/// A mail to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The same for every try to send this mail.
    pub id: MailId,
    /// When it was caused; the same for every try, too.
    pub at: DateTime<Utc>,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// A mail in the mailbox.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct StoredMail {
    pub id: String,
    pub to: String,
    pub subject: String,
    pub at: DateTime<Utc>,
    pub text: String,
    pub html: String,
}

/// Hands mail over.
///
/// Promise: `Ok` means handed over for good; after an error nothing or the whole mail may have left.
/// Called only from jobs, which try again: a mail with the id of an earlier one replaces it where
/// that is possible, and is sent again where it is not.
pub struct Mailer(Transport);

enum Transport {
    Files(Files),
    Memory(Memory),
    Smtp(Box<Smtp>),
}

impl Mailer {
    /// Each mail a file in `folder`, for development and for trying out.
    pub fn files(folder: impl Into<PathBuf>) -> Self {
        Self(Transport::Files(Files::new(folder.into())))
    }

    /// Kept in memory, for tests.
    pub fn memory() -> Self {
        Self(Transport::Memory(Memory::default()))
    }

    /// Sent to a mail server. Needs a running runtime, on which its connections live.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn smtp(settings: SmtpSettings) -> anyhow::Result<Self> {
        Ok(Self(Transport::Smtp(Box::new(Smtp::new(settings)?))))
    }

    /// # Errors
    /// The mail could not be handed over; whether trying again may help stands in the error.
    pub async fn send(&self, mail: Mail) -> Result<(), MailError> {
        match &self.0 {
            Transport::Smtp(smtp) => smtp.send(&mail).await,
            Transport::Files(files) => Ok(files.send(mail).await?),
            Transport::Memory(memory) => {
                memory.send(mail);
                Ok(())
            }
        }
    }

    /// Whether sent mail can be looked at in the mailbox.
    pub fn keeps_mail(&self) -> bool {
        !matches!(self.0, Transport::Smtp(_))
    }

    /// The newest `limit` mails, the newest first; none where they are not kept.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub async fn mailbox(&self, limit: usize) -> anyhow::Result<Vec<StoredMail>> {
        match &self.0 {
            Transport::Files(files) => files.mailbox(limit).await,
            Transport::Memory(memory) => Ok(memory.mailbox(limit)),
            Transport::Smtp(_) => Ok(Vec::new()),
        }
    }
}

impl From<Mail> for StoredMail {
    fn from(mail: Mail) -> Self {
        let Mail { id, at, to, subject, text, html } = mail;
        Self { id: id.to_string(), to, subject, at, text, html }
    }
}
