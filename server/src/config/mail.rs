//! How mail leaves.

use std::fmt;

use backend::mail::{Sender, SmtpServer, SmtpSettings};

use super::{MAIL_FROM, Refusal, SMTP};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mail {
    /// Into the data folder, for whoever tries the program out.
    Files,
    /// To people, by this server.
    Smtp(SmtpSettings),
}

impl Mail {
    pub(super) fn read(server: Option<&str>, from: Option<&str>) -> Result<Self, Refusal> {
        let (server, from) = match (server, from) {
            (None, None) => return Ok(Self::Files),
            (Some(server), Some(from)) => (server, from),
            (Some(_), None) => {
                let why = format!("must be set with {SMTP}, such as \"Rapport <no-reply@chat.example.org>\"");
                return Err(Refusal::new(MAIL_FROM, why));
            }
            (None, Some(_)) => {
                let why = format!("must be set with {MAIL_FROM}, such as smtp://user:password@host:587");
                return Err(Refusal::new(SMTP, why));
            }
        };
        let server = SmtpServer::parse(server).map_err(|why| Refusal::new(SMTP, why))?;
        let from = Sender::parse(from).map_err(|why| Refusal::new(MAIL_FROM, why))?;
        Ok(Self::Smtp(SmtpSettings { server, from }))
    }
}

/// Without the password.
impl fmt::Display for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files => f.write_str("kept as files in the data folder"),
            Self::Smtp(SmtpSettings { server, from }) => write!(f, "{server}, from {from}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "Rapport <no-reply@chat.example.org>";

    fn read(server: Option<&str>, from: Option<&str>) -> Result<Mail, String> {
        Mail::read(server, from).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn a_server_and_a_sender_go_together() {
        assert_eq!(read(None, None), Ok(Mail::Files));
        let mail = read(Some("smtp://u:hush@mail.example.org:2525"), Some(FROM)).unwrap();
        let shown = "the mail server at mail.example.org port 2525, by STARTTLS, from Rapport <no-reply@chat.example.org>";
        assert_eq!(mail.to_string(), shown);
        assert!(!format!("{mail:?}").contains("hush"));
        let refused = read(Some("smtp://mail.example.org"), None).unwrap_err();
        assert!(refused.starts_with("RAPPORT_MAIL_FROM must be set with RAPPORT_SMTP"), "{refused}");
        let refused = read(None, Some(FROM)).unwrap_err();
        assert!(refused.starts_with("RAPPORT_SMTP must be set with RAPPORT_MAIL_FROM"), "{refused}");
    }

    #[test]
    fn names_the_one_that_is_malformed() {
        let refused = read(Some("mail.example.org"), Some(FROM)).unwrap_err();
        assert!(refused.starts_with("RAPPORT_SMTP must be smtp://"), "{refused}");
        let refused = read(Some("smtps://u:hush@mail.example.org"), Some("Rapport")).unwrap_err();
        assert!(refused.starts_with("RAPPORT_MAIL_FROM must be an address"), "{refused}");
        assert!(!refused.contains("hush"));
    }
}
