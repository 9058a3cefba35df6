//! Mail over SMTP, on a few connections that are kept open between mails.

mod message;
mod server;
mod settings;

use std::time::Duration;

use anyhow::{anyhow, bail};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::Mailbox,
    transport::smtp::{Error, PoolConfig},
};

pub use server::SmtpServer;
pub use settings::{Sender, SmtpSettings};

use super::{Mail, MailError};

/// A whole mail, from the connection to the server's word that it has it: shorter than a job may take.
const WITHIN: Duration = Duration::from_secs(20);
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// Queues send one mail at a time each.
const CONNECTIONS: u32 = 4;
/// Sooner than servers usually hang up.
const IDLE: Duration = Duration::from_secs(30);
/// Replies about who we are, not about this mail: the operator can mend what they complain about.
const ABOUT_THE_LOGIN: [u16; 4] = [530, 534, 535, 538];

pub(super) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    server: String,
}

impl Smtp {
    pub(super) fn new(settings: SmtpSettings) -> anyhow::Result<Self> {
        let SmtpSettings { server, from } = settings;
        let Sender(from) = from;
        let transport = server
            .builder(from.email.domain())?
            .timeout(Some(CONNECT_WITHIN))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS).idle_timeout(IDLE))
            .build();
        Ok(Self { transport, from, server: server.to_string() })
    }

    pub(super) async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = message::build(mail, &self.from)?;
        match tokio::time::timeout(WITHIN, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(self.tell(&error, &mail.to)),
            Err(_) => {
                let seconds = WITHIN.as_secs();
                Err(anyhow!("{}: no answer within {seconds} seconds", self.server).into())
            }
        }
    }

    async fn answers(&self) -> anyhow::Result<()> {
        match tokio::time::timeout(WITHIN, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) | Err(_) => bail!("{} does not answer", self.server),
            Ok(Err(error)) => bail!("{}: {}", self.server, without_addresses(&with_sources(&error))),
        }
    }

    fn tell(&self, error: &Error, to: &str) -> MailError {
        // Servers like to repeat whom they refuse, in whatever spelling.
        let reply = without_addresses(&with_sources(error).replace(to, "the recipient"));
        let code = error.status().map(u16::from);
        match error.is_permanent() && !code.is_some_and(|code| ABOUT_THE_LOGIN.contains(&code)) {
            true => MailError::Refused(reply),
            false => anyhow!("{}: {reply}", self.server).into(),
        }
    }
}

/// A reply with every word that may be an e-mail address left out.
fn without_addresses(reply: &str) -> String {
    let words = reply.split(' ').map(|word| if word.contains('@') { "(an address)" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// An error and what caused it, each said once.
fn with_sources(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        source = cause.source();
    }
    text
}
