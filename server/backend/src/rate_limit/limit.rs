//! What is limited, and how far.

use std::time::Duration;

use model::limits::{SEND_BURST, SEND_PER_SECOND};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Wrong passwords for one account from one network.
    SignInAccount,
    /// Wrong passwords for one account from one site of IPv6 (/48), or one network of IPv4.
    SignInSite,
    /// Passwords tried from one address, where a whole company may sit.
    SignInAddress,
    /// Sign-ups and codes asked for from one address.
    Register,
    /// Mails about sign-ups to one mailbox that one network causes.
    MailFromNetwork,
    /// Mails about sign-ups to one mailbox, whoever causes them: at most twice the burst in 24 hours.
    MailTo,
    /// The first mail about a sign-up to one mailbox that one network causes: see [`Limit::MailApart`].
    MailFirst,
    /// Such first mails to one mailbox, whoever causes them.
    MailApart,
    /// Small questions: searches while typing, codes typed in.
    Lookup,
    /// Messages sent by one person.
    Send,
    /// Messages that stand already, sent again by one person.
    Resend,
    /// Changes of rooms fetched by one person, mostly over the socket.
    Fetch,
    /// Lists and pages of history read by one person, rendered or by a call, and positions said in a `hello`.
    Read,
    /// Receipts reported by one person; a device reports several rooms at once.
    Mark,
    /// Messages edited, deleted and reacted to by one person.
    Change,
    /// Chats opened, left and changed by one person, and people blocked and unblocked.
    Membership,
}

impl Limit {
    pub const ALL: [Self; 16] = [
        Self::SignInAccount,
        Self::SignInSite,
        Self::SignInAddress,
        Self::Register,
        Self::MailFromNetwork,
        Self::MailTo,
        Self::MailFirst,
        Self::MailApart,
        Self::Lookup,
        Self::Send,
        Self::Resend,
        Self::Fetch,
        Self::Read,
        Self::Mark,
        Self::Change,
        Self::Membership,
    ];

    /// How many pass at once.
    pub const fn burst(self) -> u32 {
        match self {
            Self::SignInAccount => 10,
            Self::SignInSite => 40,
            Self::SignInAddress => 60,
            Self::Register => 60,
            Self::MailFromNetwork => 6,
            Self::MailTo => 12,
            Self::MailFirst => 1,
            Self::MailApart => 40,
            Self::Lookup => 60,
            Self::Send => SEND_BURST,
            Self::Resend => 2 * SEND_BURST,
            Self::Fetch => 200,
            Self::Read => 100,
            Self::Mark => 300,
            Self::Change => SEND_BURST,
            Self::Membership => 60,
        }
    }

    /// The time after which one more passes.
    pub const fn every(self) -> Duration {
        match self {
            Self::SignInAccount => Duration::from_secs(60),
            Self::SignInSite => Duration::from_secs(15),
            Self::SignInAddress => Duration::from_secs(1),
            Self::Register => Duration::from_secs(2),
            Self::MailFromNetwork => Duration::from_secs(4 * 3600),
            Self::MailTo => Duration::from_secs(2 * 3600),
            Self::MailFirst => Duration::from_secs(24 * 3600),
            Self::MailApart => Duration::from_secs(2 * 3600),
            Self::Lookup => Duration::from_millis(250),
            Self::Send => Duration::from_millis(1000 / SEND_PER_SECOND as u64),
            Self::Resend => Duration::from_millis(500 / SEND_PER_SECOND as u64),
            Self::Fetch => Duration::from_millis(20),
            Self::Read => Duration::from_millis(200),
            Self::Mark => Duration::from_millis(10),
            Self::Change => Duration::from_millis(200),
            Self::Membership => Duration::from_secs(2),
        }
    }

    /// Whether nothing passes while the counts cannot be reached: what lets somebody guess passwords or
    /// send mail to strangers. Everything else is worth more than its limit.
    pub const fn fails_closed(self) -> bool {
        match self {
            Self::SignInAccount
            | Self::SignInSite
            | Self::SignInAddress
            | Self::Register
            | Self::MailFromNetwork
            | Self::MailTo
            | Self::MailFirst
            | Self::MailApart => true,
            Self::Lookup
            | Self::Send
            | Self::Resend
            | Self::Fetch
            | Self::Read
            | Self::Mark
            | Self::Change
            | Self::Membership => false,
        }
    }

    /// Its name in the metrics, and in Redis.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignInAccount => "sign_in_account",
            Self::SignInSite => "sign_in_site",
            Self::SignInAddress => "sign_in_address",
            Self::Register => "register",
            Self::MailFromNetwork => "mail_from_network",
            Self::MailTo => "mail_to",
            Self::MailFirst => "mail_first",
            Self::MailApart => "mail_apart",
            Self::Lookup => "lookup",
            Self::Send => "send",
            Self::Resend => "resend",
            Self::Fetch => "fetch",
            Self::Read => "read",
            Self::Mark => "mark",
            Self::Change => "change",
            Self::Membership => "membership",
        }
    }
}
