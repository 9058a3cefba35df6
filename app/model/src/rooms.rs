//! Rooms as their members see them.

mod members;
mod preview;
mod title;

use serde::{Deserialize, Serialize};

use crate::{
    id::{RoomId, UserId},
    messages::Message,
    number::{Offset, Rev, Seq, Timestamp},
    people::Person,
};
pub use members::Members;
pub use title::Title;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(
    feature = "diesel",
    derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow),
    diesel(sql_type = diesel::sql_types::Text)
)]
pub enum RoomKind {
    /// Two people.
    Private,
    /// Any number of people, with a title.
    #[serde(other)]
    Group,
}

#[cfg(feature = "diesel")]
crate::text_enum!(RoomKind { Private = "private", Group = "group" });

/// How far one member has come. Both marks only ever rise: `read ≤ delivered ≤ last_seq`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub user: UserId,
    /// The newest message one of the member's devices holds.
    pub delivered: Seq,
    /// The newest message the member has seen.
    pub read: Seq,
    /// Messages the member wrote after `read`, up to and including `upto`: they are not unread.
    #[serde(default)]
    pub mine: i64,
    /// The newest message when `mine` was counted; later ones are counted by who holds them.
    #[serde(default)]
    pub upto: Seq,
}

/// One number for the state of a room's marks: they only rise, so equal sums are equal states.
pub fn marks_sum(marks: &[Mark]) -> i64 {
    marks.iter().map(|mark| mark.delivered.0 + mark.read.0).sum()
}

/// A room in the list of one of its members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    pub id: RoomId,
    pub kind: RoomKind,
    /// A group's title; absent in private chats, which are named after the other person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The members needed to draw the room; in a private chat, both. A group is whole, and as many of those
    /// who have left come with it as there is place for.
    pub people: Vec<Person>,
    /// Those of `people` who have left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<UserId>,
    /// Those of a group's `people` who may let others in and out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub admins: Vec<UserId>,
    /// Marks of `people`, the reader's own included.
    pub marks: Vec<Mark>,
    /// The newest change.
    pub rev: Rev,
    /// The newest message's number; 0 in an empty room.
    pub last_seq: Seq,
    /// The newest message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Message>,
    pub created_at: Timestamp,
    /// What the room logged before this place has its number: see [`crate::wire::Stored`].
    #[serde(default, skip_serializing_if = "crate::wire::is_start")]
    pub log: Offset,
}

impl Room {
    pub fn person(&self, id: UserId) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    /// The other person of a private chat.
    pub fn other(&self, me: UserId) -> Option<&Person> {
        match self.kind {
            RoomKind::Private => self.people.iter().find(|person| person.id != me),
            RoomKind::Group => None,
        }
    }

    /// The other person of a private chat, if they have left it.
    pub fn deserted_by(&self, me: UserId) -> Option<&Person> {
        self.other(me).filter(|person| self.gone.contains(&person.id))
    }

    /// What `me` calls this room.
    pub fn name(&self, me: UserId) -> &str {
        self.title
            .as_deref()
            .or_else(|| self.other(me).map(|person| person.name.as_str()))
            .unwrap_or("Unnamed")
    }

    /// What coming and going makes of it, as it is told by itself.
    pub fn members(&self) -> Members {
        let (people, title) = (self.people.clone(), self.title.clone());
        let (gone, admins) = (self.gone.clone(), self.admins.clone());
        Members { people, gone, admins, title }.told(self.kind)
    }

    /// The opposite: takes over what is told.
    pub fn set_members(&mut self, Members { people, gone, admins, title }: Members) {
        self.gone = gone;
        // A group has people, whoever is told of it among them.
        if !people.is_empty() {
            (self.people, self.admins, self.title) = (people, admins, title);
            // Marks come with people: of who is not among them any more nobody tells.
            let (people, marks) = (&self.people, &mut self.marks);
            marks.retain(|mark| people.iter().any(|person| person.id == mark.user));
        }
    }

    pub fn mark(&self, user: UserId) -> Option<&Mark> {
        self.marks.iter().find(|mark| mark.user == user)
    }

    /// Messages `me` has not seen: arithmetic, so it can never drift from the messages.
    pub fn unread(&self, me: UserId) -> i64 {
        let Some(mark) = self.mark(me) else { return 0 };
        (self.last_seq.0 - mark.read.0 - mark.mine).max(0)
    }

    /// When something last happened, for sorting the list.
    pub fn active_at(&self) -> Timestamp {
        self.last.as_ref().map_or(self.created_at, |message| message.at)
    }

    /// Takes over a mark if it is newer; marks only rise.
    pub fn raise(&mut self, new: Mark) {
        let Some(mark) = self.marks.iter_mut().find(|mark| mark.user == new.user) else {
            self.marks.push(new);
            return;
        };
        if (new.read, new.upto) > (mark.read, mark.upto) {
            mark.mine = new.mine;
            mark.upto = new.upto;
        }
        mark.read = mark.read.max(new.read);
        mark.delivered = mark.delivered.max(new.delivered);
    }
}
