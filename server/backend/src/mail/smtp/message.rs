//! A mail as other mail programs want it.

use std::time::SystemTime;

use anyhow::Context;
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};

use super::super::{Mail, MailError, eml::header};

/// RFC 3834: nobody's holiday notice answers.
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// The same mail is the same message at every try, so that a mailbox can see that it has it already.
pub(super) fn build(mail: &Mail, from: &Mailbox) -> Result<Message, MailError> {
    let to: Address =
        mail.to.parse().map_err(|_| MailError::Refused("this is no mail address".to_owned()))?;
    let message = Message::builder()
        .message_id(Some(format!("<{}@{}>", mail.id, from.email.domain())))
        .date(SystemTime::from(mail.at))
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(header(&mail.subject))
        .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
        .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
        .context("a mail cannot be written")?;
    Ok(message)
}
