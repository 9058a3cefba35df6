//! The mails that are sent. `format!` checks the placeholders of the embedded files at compile time;
//! what people typed is escaped before it stands in HTML.

use model::{RegistrationId, UserId};

use super::{Mail, MailId};
use chrono::{DateTime, Utc};

/// `minutes`: how long the code will still be good.
pub(crate) fn verification(
    registration: RegistrationId,
    number: i32,
    at: DateTime<Utc>,
    to: &str,
    name: &str,
    code: &str,
    minutes: i64,
) -> Mail {
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    let text = format!(
        include_str!("templates/verification.txt"),
        name = name,
        code = code,
        minutes = minutes,
        unit = unit
    );
    let body = format!(
        include_str!("templates/verification.html"),
        name = escape(name),
        code = code,
        minutes = minutes,
        unit = unit
    );
    let id = MailId::new("verification", registration.0, number);
    mail(id, at, to, format!("Your Rapport code: {code}"), text, &body)
}

pub(crate) fn existing_account(
    registration: RegistrationId,
    number: i32,
    at: DateTime<Utc>,
    to: &str,
    username: &str,
) -> Mail {
    let text = format!(include_str!("templates/existing_account.txt"), email = to, username = username);
    let body = format!(
        include_str!("templates/existing_account.html"),
        email = escape(to),
        username = escape(username)
    );
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

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
