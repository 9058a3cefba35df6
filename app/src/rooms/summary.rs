//! What the list says of a room, counted from the state.

use model::{Chat, Room, RoomId, RoomKind, Timestamp, UserId, chat::Conversation, outbox::Pending};

use crate::{
    messages::{
        change::deleted,
        delivery::{Delivery, delivery_of},
    },
    ui::avatar::Face,
};

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub id: RoomId,
    pub name: String,
    pub face: Face,
    pub is_group: bool,
    /// When something last happened.
    pub at: Timestamp,
    pub unread: i64,
    pub last: Last,
}

/// The newest line of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Last {
    Nothing,
    Mine {
        text: String,
        delivery: Delivery,
    },
    Theirs {
        author: Option<String>,
        text: String,
    },
    /// What is said in the place of a deleted one.
    Deleted(&'static str),
}

impl Summary {
    pub fn of(chat: &Chat, room: RoomId) -> Option<Self> {
        let me = chat.me();
        let waiting = chat.waiting(room).last();
        let conversation = chat.conversation(room)?;
        let room = &conversation.room;
        Some(Self {
            id: room.id,
            name: room.name(me).to_owned(),
            face: face(room, chat),
            is_group: room.other(me).is_none(),
            at: waiting.map_or(conversation.active_at(), |pending| pending.at),
            unread: room.unread(me),
            last: waiting.map_or_else(|| Last::of(chat, conversation), Last::waiting),
        })
    }

    /// What a filter or a reader of the list looks for: an empty private chat is nobody's chat yet.
    pub fn is_started(chat: &Chat, room: &Room) -> bool {
        room.kind == RoomKind::Group || room.last.is_some() || chat.outbox().in_room(room.id).next().is_some()
    }
}

impl Last {
    fn of(chat: &Chat, conversation: &Conversation) -> Self {
        let Some(message) = conversation.newest() else { return Self::Nothing };
        let (message, _) = chat.with_pending(message);
        if message.deleted {
            return Self::Deleted(deleted(message.sender == chat.me()));
        }
        let room = &conversation.room;
        let text = one_line(&message.body);
        if message.sender == chat.me() {
            return Self::Mine { text, delivery: delivery_of(room, chat.me(), message.number()) };
        }
        let author = room.other(chat.me()).is_none().then(|| chat.person(room, message.sender)).flatten();
        let author = author.and_then(|person| person.name.split_whitespace().next()).map(str::to_owned);
        Self::Theirs { author, text }
    }

    fn waiting(pending: &Pending) -> Self {
        let delivery = if pending.failed.is_some() { Delivery::Failed } else { Delivery::Pending };
        Self::Mine { text: one_line(pending.text()), delivery }
    }
}

/// The face of a room: the other person's, or for a group its own.
pub fn face(room: &Room, chat: &Chat) -> Face {
    room.other(chat.me()).map_or_else(|| group_face(room, chat.me()), Face::from)
}

/// The face of a group: it has that of nobody.
pub fn group_face(room: &Room, me: UserId) -> Face {
    Face { initials: model::people::initials(room.name(me)), hue: model::people::hue(room.id.0) }
}

/// The beginning of a text, on one line: what a row can show.
pub fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().take(24).collect();
    words.join(" ").chars().take(120).collect()
}
