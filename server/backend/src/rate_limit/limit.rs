//! What is limited, and how far.

use std::time::Duration;

use model::limits::{SEND_BURST, SEND_PER_SECOND};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Passwords tried for one account.
    SignInAccount,
    /// Passwords tried from one address, where a whole company may sit.
    SignInAddress,
    /// Sign-ups and codes asked for from one address.
    Register,
    /// Code mails to one e-mail address, whoever asks for them.
    MailTo,
    /// Small questions: searches while typing, codes typed in.
    Lookup,
    /// Messages sent by one person.
    Send,
    /// Messages that stand already, sent again by one person.
    Resend,
    /// Pages and holes of history fetched by one person.
    Fetch,
    /// Receipts reported by one person; a device reports several rooms at once.
    Mark,
    /// Messages edited, deleted and reacted to by one person.
    Change,
    /// Chats opened, left and changed by one person, and people blocked and unblocked.
    Membership,
}

impl Limit {
    pub const ALL: [Self; 11] = [
        Self::SignInAccount,
        Self::SignInAddress,
        Self::Register,
        Self::MailTo,
        Self::Lookup,
        Self::Send,
        Self::Resend,
        Self::Fetch,
        Self::Mark,
        Self::Change,
        Self::Membership,
    ];

    /// How many pass at once.
    pub const fn burst(self) -> u32 {
        match self {
            Self::SignInAccount => 10,
            Self::SignInAddress => 60,
            Self::Register => 60,
            Self::MailTo => 6,
            Self::Lookup => 60,
            Self::Send => SEND_BURST,
            Self::Resend => 2 * SEND_BURST,
            Self::Fetch => 200,
            Self::Mark => 300,
            Self::Change => SEND_BURST,
            Self::Membership => 60,
        }
    }

    /// The time after which one more passes.
    pub const fn every(self) -> Duration {
        match self {
            Self::SignInAccount => Duration::from_secs(20),
            Self::SignInAddress => Duration::from_secs(1),
            Self::Register => Duration::from_secs(2),
            Self::MailTo => Duration::from_secs(120),
            Self::Lookup => Duration::from_millis(250),
            Self::Send => Duration::from_millis(1000 / SEND_PER_SECOND as u64),
            Self::Resend => Duration::from_millis(500 / SEND_PER_SECOND as u64),
            Self::Fetch => Duration::from_millis(20),
            Self::Mark => Duration::from_millis(10),
            Self::Change => Duration::from_millis(200),
            Self::Membership => Duration::from_secs(2),
        }
    }

    /// Whether nothing passes while the counts cannot be reached: what lets somebody guess passwords or
    /// send mail to strangers. Everything else is worth more than its limit.
    pub const fn fails_closed(self) -> bool {
        match self {
            Self::SignInAccount | Self::SignInAddress | Self::Register | Self::MailTo => true,
            Self::Lookup
            | Self::Send
            | Self::Resend
            | Self::Fetch
            | Self::Mark
            | Self::Change
            | Self::Membership => false,
        }
    }

    /// Its name in the metrics, and in Redis.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignInAccount => "sign_in_account",
            Self::SignInAddress => "sign_in_address",
            Self::Register => "register",
            Self::MailTo => "mail_to",
            Self::Lookup => "lookup",
            Self::Send => "send",
            Self::Resend => "resend",
            Self::Fetch => "fetch",
            Self::Mark => "mark",
            Self::Change => "change",
            Self::Membership => "membership",
        }
    }
}
