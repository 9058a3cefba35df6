//! Where a conversation opens: at a linked message, where the reader left it, at the first unread message, or
//! at the newest.

use model::{Chat, RoomId, Seq, UserId, chat::Conversation};

use super::span::Span;
use crate::ui::tab_storage::POSITION;

/// This many messages on both sides are enough to open a conversation there without asking the server.
const ENOUGH: i64 = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Newest,
    /// The first message after the read mark, with the "New" line at a quarter of the height.
    Unread(Seq),
    /// The message that the address names, in the middle of the view.
    Linked(Seq),
    /// Where the reader left the conversation.
    Kept(Position),
}

/// A message and how far below the top of the view it begins, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub seq: Seq,
    pub top: i32,
}

impl Position {
    /// As [`kept`] returns it: `SEQ.TOP`.
    fn parse(text: &str) -> Option<Self> {
        let (seq, top) = text.split_once('.')?;
        let seq = Seq(seq.parse().ok()?);
        (seq > Seq::ZERO).then_some(Self { seq, top: top.parse().ok()? })
    }
}

impl Start {
    /// Where `room` opens. `at` is from the address; `kept` is what [`kept`] returned.
    pub fn of(chat: &Chat, room: RoomId, at: Option<Seq>, kept: &str) -> Self {
        let Some(conversation) = chat.conversation(room) else { return Self::Newest };
        let head = conversation.timeline.last_seq();
        if let Some(at) = at {
            return Self::Linked(at.min(head));
        }
        if let Some(position) = Position::parse(kept).filter(|position| position.seq <= head) {
            return Self::Kept(position);
        }
        // Whoever wrote the newest message has seen those before it.
        let is_own = conversation.newest().is_some_and(|newest| newest.sender == chat.me());
        match conversation.room.mark(chat.me()) {
            Some(mark) if !is_own && conversation.room.unread(chat.me()) > 0 => {
                Self::Unread(mark.read.next())
            }
            _ => Self::Newest,
        }
    }

    /// The message that the address names.
    pub fn linked(self) -> Option<Seq> {
        if let Self::Linked(seq) = self { Some(seq) } else { None }
    }

    pub fn seq(self) -> Option<Seq> {
        match self {
            Self::Newest => None,
            Self::Unread(seq) | Self::Linked(seq) | Self::Kept(Position { seq, .. }) => Some(seq),
        }
    }

    /// The attribute by which the script in the page places the message before the program runs: pixels, a
    /// share of the height, or `center`.
    pub fn top(self) -> String {
        match self {
            Self::Newest => String::new(),
            Self::Unread(_) => "25%".to_owned(),
            Self::Linked(_) => "center".to_owned(),
            Self::Kept(position) => position.top.to_string(),
        }
    }

    /// The message that a page of history has to surround; none if the newest page holds it.
    pub fn around(self, head: Seq) -> Option<Seq> {
        self.seq().filter(|seq| Span::opens_around(*seq, head))
    }

    /// Whether the messages that are seen first are here.
    pub fn is_loaded(self, conversation: &Conversation) -> bool {
        let timeline = &conversation.timeline;
        let head = timeline.last_seq();
        let seq = self.seq().unwrap_or(Seq(head.0 - ENOUGH / 2));
        let (first, last) = (Seq((seq.0 - ENOUGH).max(1)), head.min(Seq(seq.0 + ENOUGH)));
        timeline.range(first..=last).len() as i64 == last.0 - first.0 + 1
    }
}

/// Where the reader left `room`, for [`Start::of`]; empty if at the newest message. The server knows it of the
/// conversation that was on the screen last.
#[cfg(feature = "ssr")]
pub fn kept(me: UserId, room: RoomId) -> String {
    let cookie = crate::ui::preferences::cookie(POSITION).unwrap_or_default();
    let kept = cookie.strip_prefix(&format!("{}.", key(me, room)));
    kept.unwrap_or_default().to_owned()
}

/// Where the reader left `room`, for [`Start::of`]; empty if at the newest message.
#[cfg(not(feature = "ssr"))]
pub fn kept(me: UserId, room: RoomId) -> String {
    crate::ui::tab_storage::get(&key(me, room)).unwrap_or_default()
}

/// Keeps where the reader is in `room`, for as long as the tab lives; `None` at the newest message.
pub fn keep(me: UserId, room: RoomId, position: Option<Position>) {
    let (key, position) = (key(me, room), position.map(|Position { seq, top }| format!("{seq}.{top}")));
    let (value, age) = match &position {
        Some(position) => (&**position, ""),
        None => ("", "; Max-Age=0"),
    };
    crate::ui::tab_storage::set(&key, value);
    crate::ui::browser::set_cookie(&format!("{POSITION}={key}.{value}; Path=/chats; SameSite=Lax{age}"));
}

/// A position belongs to one user: another one may sign in in this browser.
fn key(me: UserId, room: RoomId) -> String {
    format!("{me}.{room}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_as_they_are_written() {
        let position = |seq, top| Some(Position { seq: Seq(seq), top });
        assert_eq!(Position::parse("12.340"), position(12, 340));
        assert_eq!(Position::parse("12.-40"), position(12, -40));
        for broken in ["", "12", "12.", ".40", "0.40", "-1.40", "12.4.0", "12.1e3"] {
            assert_eq!(Position::parse(broken), None, "{broken}");
        }
    }
}
