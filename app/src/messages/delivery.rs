//! How far a message of one's own has come.

use model::{Room, Seq, UserId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// On its way.
    Pending,
    /// Not taken; a person decides.
    Failed,
    /// Durable.
    Sent,
    /// On a device of everybody.
    Delivered,
    /// Seen by everybody.
    Read,
}

impl Delivery {
    /// In words, for those who do not see the tick.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "Sending",
            Self::Failed => "Not sent",
            Self::Sent => "Sent",
            Self::Delivered => "Delivered",
            Self::Read => "Read",
        }
    }
}

/// From the marks of the others: the slowest of them counts. What has no number yet nobody has marked.
pub fn delivery_of(room: &Room, me: UserId, seq: Option<Seq>) -> Delivery {
    let Some(seq) = seq else { return Delivery::Sent };
    let others = || room.marks.iter().filter(|mark| mark.user != me);
    if others().next().is_none() {
        return Delivery::Sent;
    }
    if others().all(|mark| mark.read >= seq) {
        return Delivery::Read;
    }
    match others().all(|mark| mark.delivered >= seq) {
        true => Delivery::Delivered,
        false => Delivery::Sent,
    }
}
