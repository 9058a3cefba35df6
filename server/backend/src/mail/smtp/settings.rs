use std::fmt;

use lettre::message::Mailbox;

use super::{Smtp, SmtpServer};

/// Where mail goes out, and in whose name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpSettings {
    pub server: SmtpServer,
    pub from: Sender,
}

impl SmtpSettings {
    /// Connects once, with the name and the password if there are any, and sends nothing: for checking settings.
    ///
    /// # Errors
    /// The server does not answer, or refuses the login; why, in words without secrets.
    pub async fn answers(&self) -> anyhow::Result<()> {
        Smtp::new(self.clone())?.answers().await
    }
}

/// In whose name mail is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(pub(super) Mailbox);

impl Sender {
    /// Reads an address with or without a name.
    ///
    /// # Errors
    /// What is wrong with it, in words that follow the setting's name.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "must be an address such as \"Rapport <no-reply@chat.example.org>\"";
        if text.chars().any(char::is_control) {
            return Err(FORM);
        }
        text.parse().map(Self).map_err(|_| FORM)
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        for text in
            ["Rapport <no-reply@chat.example.org>", "no-reply@chat.example.org", "Zoë <z@example.org>"]
        {
            assert!(Sender::parse(text).is_ok(), "{text}");
        }
        for text in ["Rapport", "Rapport <>", "a@b, c@d", "<a@b", "A\r\nBcc: e <a@example.org>", ""] {
            let refused = Sender::parse(text).unwrap_err();
            assert!(refused.starts_with("must be an address"), "{text}");
        }
    }
}
