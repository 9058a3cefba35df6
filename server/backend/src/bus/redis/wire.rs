//! A notice as it travels between nodes: a line of JSON that says what it is, then the frame as it is.

use bytes::Bytes;
use model::{Rev, RoomId, SessionId, UserId};
use serde::{Deserialize, Serialize};

use super::super::Notice;
use crate::membership::MembershipVersion;

/// Tells the nodes apart, for as long as each lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct NodeId(u64);

impl NodeId {
    pub(super) fn random() -> Self {
        Self(rand::random())
    }
}

/// What a payload turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    Notice(Notice),
    /// Its publisher could not publish everything.
    Gap,
    /// The echo of what this node published.
    Own,
}

/// Not a payload that this version knows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

#[derive(Serialize, Deserialize)]
struct Header {
    by: NodeId,
    is: Kind,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Room {
        room: RoomId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rev: Option<Rev>,
    },
    Joined {
        user: UserId,
        room: RoomId,
        /// Absent from nodes of the first version, which know nobody who left. Called `rev` by those of
        /// the next, to which the version was the room's last change.
        #[serde(default, rename = "rev")]
        version: MembershipVersion,
    },
    Left {
        user: UserId,
        room: RoomId,
        #[serde(rename = "rev")]
        version: MembershipVersion,
    },
    Person {
        user: UserId,
    },
    Ended {
        user: UserId,
        session: SessionId,
    },
    Gap,
}

/// Writes a notice into `payload`, which it empties first.
pub(super) fn encode(by: NodeId, notice: &Notice, payload: &mut Vec<u8>) {
    let (is, frame) = match notice {
        Notice::Room { room, rev, frame } => (Kind::Room { room: *room, rev: *rev }, Some(frame)),
        Notice::Joined { user, room, version, frame } => {
            (Kind::Joined { user: *user, room: *room, version: *version }, Some(frame))
        }
        Notice::Left { user, room, version, frame } => {
            (Kind::Left { user: *user, room: *room, version: *version }, Some(frame))
        }
        Notice::Person { user, frame } => (Kind::Person { user: *user }, Some(frame)),
        Notice::Ended { user, session } => (Kind::Ended { user: *user, session: *session }, None),
    };
    write(Header { by, is }, frame.map_or(&[], |frame| frame), payload);
}

/// Writes that notices of this node are missing.
pub(super) fn encode_gap(by: NodeId, payload: &mut Vec<u8>) {
    write(Header { by, is: Kind::Gap }, &[], payload);
}

fn write(header: Header, frame: &[u8], payload: &mut Vec<u8>) {
    payload.clear();
    let written = serde_json::to_writer(&mut *payload, &header);
    debug_assert!(written.is_ok(), "ids and numbers can be written");
    payload.push(b'\n');
    payload.extend_from_slice(frame);
}

pub(super) fn decode(me: NodeId, payload: Vec<u8>) -> Result<Heard, Unreadable> {
    let end = payload.iter().position(|byte| *byte == b'\n').ok_or(Unreadable)?;
    let Header { by, is } = serde_json::from_slice(&payload[..end]).map_err(|_| Unreadable)?;
    if by == me {
        return Ok(Heard::Own);
    }
    // Frames are sent as text: what is none would break every socket that gets it.
    std::str::from_utf8(&payload[end + 1..]).map_err(|_| Unreadable)?;
    let frame = Bytes::from(payload).slice(end + 1..);
    Ok(match is {
        Kind::Room { room, rev } => Heard::Notice(Notice::Room { room, rev, frame }),
        Kind::Joined { user, room, version } => Heard::Notice(Notice::Joined { user, room, version, frame }),
        Kind::Left { user, room, version } => Heard::Notice(Notice::Left { user, room, version, frame }),
        Kind::Person { user } => Heard::Notice(Notice::Person { user, frame }),
        Kind::Ended { user, session } => Heard::Notice(Notice::Ended { user, session }),
        Kind::Gap => Heard::Gap,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notices() -> Vec<Notice> {
        let (room, user) = (RoomId::new(), UserId::new());
        let frame = Bytes::from("{\"text\":\"line\\n and ü\"}\nmore");
        vec![
            Notice::Room { room, rev: Some(Rev(7)), frame: frame.clone() },
            Notice::Room { room, rev: None, frame: Bytes::new() },
            Notice::Joined { user, room, version: MembershipVersion(3), frame: frame.clone() },
            Notice::Left { user, room, version: MembershipVersion(4), frame: frame.clone() },
            Notice::Person { user, frame },
            Notice::Ended { user, session: SessionId::new() },
        ]
    }

    #[test]
    fn arrives_as_it_was_and_not_at_its_publisher() {
        let (me, other) = (NodeId(1), NodeId(u64::MAX));
        let mut payload = b"left over".to_vec();
        for notice in notices() {
            encode(other, &notice, &mut payload);
            assert_eq!(decode(me, payload.clone()), Ok(Heard::Notice(notice)));
            assert_eq!(decode(other, payload.clone()), Ok(Heard::Own));
        }
        encode_gap(other, &mut payload);
        assert_eq!(decode(me, payload.clone()), Ok(Heard::Gap));
        assert_eq!(decode(other, payload), Ok(Heard::Own));
    }

    #[test]
    fn what_is_none_of_ours_is_unreadable() {
        let room = RoomId::new();
        let bad: [&[u8]; 7] = [
            b"",
            b"\n",
            b"no line",
            b"{\"by\":1}\n{}",
            b"{\"by\":1,\"is\":{\"later\":{}}}\n{}",
            b"{\"by\":-1,\"is\":\"gap\"}\n",
            b"{\"by\":1,\"is\":{\"room\":{\"room\":\"x\"}}}\n{}",
        ];
        for payload in bad {
            assert_eq!(decode(NodeId(2), payload.to_vec()), Err(Unreadable));
        }
        let mut no_text = format!("{{\"by\":1,\"is\":{{\"room\":{{\"room\":\"{room}\"}}}}}}\n").into_bytes();
        assert!(decode(NodeId(2), no_text.clone()).is_ok());
        no_text.push(0xff);
        assert_eq!(decode(NodeId(2), no_text), Err(Unreadable));
    }
}
