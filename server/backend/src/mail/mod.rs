//! Port: outgoing mail.
pub struct Mailer;
