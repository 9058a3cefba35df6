//! A mail as the text of an `.eml` file, readable by people, mail programs and [`read`].

use super::Mail;

/// What a file says about its mail; when and which says its name.
pub(super) struct Parts {
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

const TO: &str = "To: ";
const SUBJECT: &str = "Subject: ";
const BOUNDARY: &str = "Content-Type: multipart/alternative; boundary=";

pub(super) fn write(mail: &Mail) -> String {
    let boundary = format!("rapport-{}", mail.id);
    let Mail { id, text, html, .. } = mail;
    let (to, subject) = (header(&mail.to), header(&mail.subject));
    let date = mail.at.to_rfc2822();
    let encoding = "Content-Transfer-Encoding: 8bit";
    format!(
        "Message-ID: <{id}@rapport>\nDate: {date}\nFrom: Rapport <rapport@localhost>\n\
         {TO}{to}\n{SUBJECT}{subject}\nMIME-Version: 1.0\n{BOUNDARY}{boundary}\n\n\
         --{boundary}\nContent-Type: text/plain; charset=utf-8\n{encoding}\n\n{text}\n\
         --{boundary}\nContent-Type: text/html; charset=utf-8\n{encoding}\n\n{html}\n\
         --{boundary}--\n"
    )
}

/// Reads what [`write`] wrote; `None` for anything else.
pub(super) fn read(file: &str) -> Option<Parts> {
    let (headers, body) = file.split_once("\n\n")?;
    let value = |name: &str| headers.lines().find_map(|line| line.strip_prefix(name));
    let boundary = format!("--{}", value(BOUNDARY)?);
    let body = body.strip_prefix(&boundary)?;
    let (text, rest) = body.split_once(&format!("\n{boundary}\n"))?;
    let (html, _) = rest.split_once(&format!("\n{boundary}--"))?;
    Some(Parts {
        to: value(TO)?.to_owned(),
        subject: value(SUBJECT)?.to_owned(),
        text: content(text)?,
        html: content(html)?,
    })
}

fn content(part: &str) -> Option<String> {
    part.split_once("\n\n").map(|(_, content)| content.to_owned())
}

/// One line, whatever it was made of: a line break would begin another header.
pub(super) fn header(value: &str) -> String {
    value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
