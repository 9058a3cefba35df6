//! How far a message of one's own has come.

use model::{Room, RoomKind, Seq, UserId};

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

/// From the marks of the others: the slowest of them counts. What has no number yet nobody has marked. A group
/// waits for nobody who has left it; in a private chat that is the one it is for.
pub fn delivery_of(room: &Room, me: UserId, seq: Option<Seq>) -> Delivery {
    let Some(seq) = seq else { return Delivery::Sent };
    let is_out = |user: UserId| room.kind == RoomKind::Group && room.gone.contains(&user);
    let others = || room.marks.iter().filter(|mark| mark.user != me && !is_out(mark.user));
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

#[cfg(test)]
mod tests {
    use model::{Mark, Rev, Room, RoomId, RoomKind, Seq, Timestamp, UserId};

    use super::{Delivery, delivery_of};

    #[test]
    fn a_group_does_not_wait_for_who_has_left() {
        let [me, there, left] = [UserId::new(), UserId::new(), UserId::new()];
        let mark = |user, read| Mark { user, delivered: read, read, mine: 0, upto: Seq(2) };
        let mut room = Room {
            id: RoomId::new(),
            kind: RoomKind::Group,
            title: None,
            people: Vec::new(),
            gone: vec![left],
            admins: Vec::new(),
            marks: vec![mark(me, Seq(0)), mark(there, Seq(2)), mark(left, Seq(1))],
            rev: Rev(3),
            last_seq: Seq(2),
            last: None,
            created_at: Timestamp(0),
            log: model::Offset(0),
        };
        assert_eq!(delivery_of(&room, me, Some(Seq(2))), Delivery::Read);
        room.kind = RoomKind::Private;
        assert_eq!(delivery_of(&room, me, Some(Seq(2))), Delivery::Sent);
    }
}
