//! From the state of a room to the rows of its history.

use model::{Chat, Message, MessageId, Seq, Timestamp, UserId, chat::Conversation, outbox::Pending};

use super::{
    change::deleted,
    delivery::{Delivery, delivery_of},
    reactions::{Chip, chips},
    span::Span,
};
use crate::ui::avatar::Face;

/// Messages of one author closer than this stand together, in milliseconds.
const TOGETHER: i64 = 5 * 60_000;

/// What a row is recognised by, whatever changes in it. A message keeps its id from pending on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Message(MessageId),
    /// Ends with this number.
    Hole(Seq),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    Message(Line),
    /// Messages that exist and are not here.
    Hole {
        from: Seq,
        to: Seq,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub id: MessageId,
    /// None while it has no number yet.
    pub seq: Option<Seq>,
    pub at: Timestamp,
    pub body: String,
    /// When its text was last changed.
    pub edited: Option<Timestamp>,
    pub deleted: bool,
    pub reactions: Vec<Chip>,
    pub author: Author,
    /// The newest that something can be done about: where the keyboard enters.
    pub newest: bool,
    /// First and last of those that stand together.
    pub first: bool,
    pub last: bool,
    /// The day that begins with it, in days since 1970.
    pub day: Option<i64>,
    /// The first one that had not been read when the room was opened.
    pub is_new: bool,
    /// The one that the address names.
    pub linked: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    Me {
        delivery: Delivery,
        refusal: Option<String>,
    },
    /// `shown` in rooms where more than one other person may have written it.
    Other {
        name: String,
        face: Face,
        shown: bool,
    },
}

impl Line {
    /// Something can be done about it.
    pub fn has_menu(&self) -> bool {
        self.seq.is_some() && !self.deleted
    }
}

impl Row {
    pub fn key(&self) -> Key {
        match self {
            Self::Message(line) => Key::Message(line.id),
            Self::Hole { to, .. } => Key::Hole(*to),
        }
    }

    /// Its first number.
    pub fn begin(&self) -> Option<Seq> {
        match self {
            Self::Message(line) => line.seq,
            Self::Hole { from, .. } => Some(*from),
        }
    }

    /// Its last number.
    pub fn end(&self) -> Option<Seq> {
        match self {
            Self::Message(line) => line.seq,
            Self::Hole { to, .. } => Some(*to),
        }
    }
}

/// How the rows are to be drawn.
pub struct Frame<D> {
    pub span: Span,
    /// The first message that had not been read when the room was opened.
    pub new: Option<Seq>,
    /// The message that the address names.
    pub linked: Option<Seq>,
    /// The day of a moment on the reader's wall.
    pub day: D,
}

/// The rows of `conversation` in `frame`, oldest first.
pub fn rows<D: Fn(Timestamp) -> i64>(chat: &Chat, conversation: &Conversation, frame: &Frame<D>) -> Vec<Row> {
    let mut rows = drawn(chat, conversation, frame.span);
    if frame.span.last.is_none() {
        for live in conversation.timeline.unnumbered() {
            rows.push((Some(live.message.sender), Row::Message(line(chat, conversation, &live.message))));
        }
        let waiting = chat.waiting(conversation.room.id);
        rows.extend(waiting.map(|pending| (None, Row::Message(waiting_line(pending)))));
    }
    arrange(&mut rows, frame);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The first foreign message after `read`, if everything between is here.
pub fn first_new(chat: &Chat, conversation: &Conversation, read: Seq) -> Option<Seq> {
    let mut expected = read.next();
    for message in conversation.timeline.since(expected) {
        if message.seq != expected {
            return None;
        }
        if message.sender != chat.me() {
            return Some(message.seq);
        }
        expected = expected.next();
    }
    None
}

type Drawn = (Option<UserId>, Row);

fn drawn(chat: &Chat, conversation: &Conversation, span: Span) -> Vec<Drawn> {
    let end = span.end(conversation.timeline.last_seq());
    let mut rows = Vec::new();
    if end < span.first {
        return rows;
    }
    let mut expected = span.first;
    for message in conversation.timeline.range(span.first..=end) {
        if message.seq > expected {
            rows.push((None, Row::Hole { from: expected, to: Seq(message.seq.0 - 1) }));
        }
        rows.push((Some(message.sender), Row::Message(line(chat, conversation, message))));
        expected = message.seq.next();
    }
    if expected <= end {
        rows.push((None, Row::Hole { from: expected, to: end }));
    }
    rows
}

fn line(chat: &Chat, conversation: &Conversation, message: &Message) -> Line {
    let room = &conversation.room;
    let (message, is_pending) = chat.with_pending(message);
    let mine = message.sender == chat.me();
    let author = if mine {
        let delivery = match is_pending {
            true => Delivery::Pending,
            false => delivery_of(room, chat.me(), message.number()),
        };
        Author::Me { delivery, refusal: None }
    } else {
        let person = chat.person(room, message.sender);
        Author::Other {
            name: person.map_or("Somebody", |person| person.name.as_str()).to_owned(),
            face: person.map_or_else(|| nobody(message.sender), Face::from),
            shown: room.other(chat.me()).is_none(),
        }
    };
    Line {
        id: message.id,
        seq: message.number(),
        at: message.at,
        body: if message.deleted { deleted(mine).to_owned() } else { message.body.clone() },
        edited: message.edited,
        deleted: message.deleted,
        reactions: chips(chat, room, &message),
        author,
        newest: false,
        first: true,
        last: true,
        day: None,
        is_new: false,
        linked: false,
    }
}

fn nobody(id: UserId) -> Face {
    Face { initials: "?".to_owned(), hue: model::people::hue(id.0) }
}

fn waiting_line(pending: &Pending) -> Line {
    let refusal = pending.failed.as_ref().map(|error| error.message.clone());
    let delivery = if refusal.is_some() { Delivery::Failed } else { Delivery::Pending };
    Line {
        id: pending.message(),
        seq: None,
        at: pending.at,
        body: pending.text().to_owned(),
        edited: None,
        deleted: false,
        reactions: Vec::new(),
        author: Author::Me { delivery, refusal },
        newest: false,
        first: true,
        last: true,
        day: None,
        is_new: false,
        linked: false,
    }
}

/// Who wrote a row and when, as far as its neighbours care. None: one's own.
type Before = (Option<UserId>, Timestamp, i64);

fn arrange<D: Fn(Timestamp) -> i64>(rows: &mut [Drawn], frame: &Frame<D>) {
    let mut before: Option<(usize, Before)> = None;
    for place in 0..rows.len() {
        let (sender, Row::Message(line)) = &mut rows[place] else {
            before = None;
            continue;
        };
        let sender = if matches!(line.author, Author::Me { .. }) { None } else { *sender };
        let day = (frame.day)(line.at);
        line.is_new = line.seq.is_some() && line.seq == frame.new;
        line.linked = line.seq.is_some() && line.seq == frame.linked;
        line.day = before.is_none_or(|(_, (_, _, known))| known != day).then_some(day);
        let joins = before.is_some_and(|(_, (author, at, known))| {
            author == sender && known == day && (line.at.0 - at.0).abs() < TOGETHER && !line.is_new
        });
        line.first = !joins;
        let here = (sender, line.at, day);
        if let Some((previous, _)) = before.filter(|_| joins)
            && let Row::Message(previous) = &mut rows[previous].1
        {
            previous.last = false;
        }
        before = Some((place, here));
    }
    let newest = rows.iter_mut().rev().find_map(|(_, row)| match row {
        Row::Message(line) if line.has_menu() => Some(line),
        _ => None,
    });
    if let Some(newest) = newest {
        newest.newest = true;
    }
}
