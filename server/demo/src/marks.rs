//! How far the two of a chat have come.

use super::{chats::Standing, scripts::Side};

/// A member's marks, and their own messages after the read one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) delivered: i64,
    pub(super) read: i64,
    pub(super) mine: i64,
}

/// The marks of the first and of the other, given who wrote each message.
///
/// Writing does not raise one's own read mark: who has read everything stands at the last message
/// of the other.
pub(super) fn marks(senders: &[Side], standing: Standing) -> (Marks, Marks) {
    let last = senders.len();
    let last_of = |side: Side| senders.iter().rposition(|by| *by == side).map_or(0, |place| place + 1);
    let (by_first, by_other) = (last_of(Side::First), last_of(Side::Other));
    let first_read = match standing {
        Standing::Unread(count) => last.saturating_sub(count),
        Standing::Sent | Standing::Delivered | Standing::Read => by_other,
    };
    // What the first wrote after the last message of the other.
    let (delivered, read) = match standing {
        Standing::Sent => (by_other, by_other),
        Standing::Delivered => (last, by_other),
        Standing::Unread(_) | Standing::Read => (last, by_first),
    };
    let marks = |side: Side, delivered: usize, read: usize| Marks {
        delivered: number(delivered),
        read: number(read),
        mine: number(senders[read..].iter().filter(|by| **by == side).count()),
    };
    (marks(Side::First, last, first_read), marks(Side::Other, delivered, read))
}

fn number(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Marks, Standing, marks};
    use crate::scripts::Side::{First, Other};

    #[test]
    fn marks_tell_what_was_sent_delivered_and_read() {
        let senders = [First, Other, Other, First, First];
        let first = Marks { delivered: 5, read: 3, mine: 2 };
        let other = |delivered, read, mine| Marks { delivered, read, mine };
        assert_eq!(marks(&senders, Standing::Sent), (first, other(3, 3, 0)));
        assert_eq!(marks(&senders, Standing::Delivered), (first, other(5, 3, 0)));
        assert_eq!(marks(&senders, Standing::Read), (first, other(5, 5, 0)));
        let unread = marks(&senders[..3], Standing::Unread(2));
        assert_eq!(unread, (Marks { delivered: 3, read: 1, mine: 0 }, other(3, 1, 2)));
    }
}
