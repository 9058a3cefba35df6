//! The mails that are sent. `format!` checks the placeholders of the embedded files at compile time;
//! what people typed is escaped before it stands in HTML.

use chrono::{DateTime, Utc};
use html_escape::encode_quoted_attribute as escape;
use model::{RegistrationId, UserId};

use super::{Mail, MailId};

/// `minutes`: how long the code will still be good. Anybody may have typed this address, so nothing else
/// that they typed stands in the mail: a name could be an advertisement.
pub(crate) fn verification(
    registration: RegistrationId,
    number: i32,
    at: DateTime<Utc>,
    to: &str,
    code: &str,
    minutes: i64,
) -> Mail {
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    let text =
        format!(include_str!("templates/verification.txt"), code = code, minutes = minutes, unit = unit);
    let body =
        format!(include_str!("templates/verification.html"), code = code, minutes = minutes, unit = unit);
    let id = MailId::new("verification", registration.0, number);
    mail(id, at, to, format!("Your Rapport code: {code}"), text, &body)
}

/// To the owner of an account, whose username they chose themselves.
pub(crate) fn existing_account(
    registration: RegistrationId,
    number: i32,
    at: DateTime<Utc>,
    to: &str,
    username: &str,
) -> Mail {
    let text = format!(include_str!("templates/existing_account.txt"), username = username);
    let body = format!(include_str!("templates/existing_account.html"), username = escape(username));
    let id = MailId::new("account", registration.0, number);
    mail(id, at, to, "You already have a Rapport account".to_owned(), text, &body)
}

pub(crate) fn welcome(user: UserId, at: DateTime<Utc>, to: &str, name: &str, username: &str) -> Mail {
    let text = format!(include_str!("templates/welcome.txt"), name = name, username = username);
    let body =
        format!(include_str!("templates/welcome.html"), name = escape(name), username = escape(username));
    mail(MailId::new("welcome", user.0, 1), at, to, "Welcome to Rapport".to_owned(), text, &body)
}

fn mail(id: MailId, at: DateTime<Utc>, to: &str, subject: String, text: String, body: &str) -> Mail {
    let html = format!(include_str!("templates/layout.html"), subject = escape(&subject), body = body);
    Mail { id, at, to: to.to_owned(), subject, text, html }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names and titles that carry markup, shared with the browser's tests.
    const NAMES: &str = include_str!("../../../tests/it/corpus/names.txt");

    fn tags(html: &str) -> Vec<&str> {
        html.split('<').skip(1).map(|tag| tag.split(['>', ' ']).next().unwrap_or_default()).collect()
    }

    fn welcome_of(name: &str) -> Mail {
        welcome(UserId::new(), Utc::now(), "ana@example.org", name, "ana")
    }

    #[test]
    fn a_hostile_name_adds_no_markup_to_a_mail() {
        let plain = welcome_of("Ana Ribeiro");
        let names: Vec<_> =
            NAMES.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")).collect();
        assert!(names.len() > 10);
        for name in names {
            let mail = welcome_of(name);
            assert_eq!(tags(&mail.html), tags(&plain.html), "{name}");
            assert_eq!(mail.subject, plain.subject, "{name}");
            assert!(mail.text.contains(name), "{name}");
        }
    }
}
