//! The frames as they look on the wire: other people's clients depend on every letter.

use model::{
    Accepted, Code, Emoji, Error, Logged, Mark, Members, Message, MessageId, Offset, Person, Rev, Room,
    RoomId, RoomKind, Seq, SessionId, Timestamp, UserId, VecMap,
    wire::{Change, ClientFrame, CloseCode, Item, ServerFrame, Stored},
};
use proptest::prelude::*;
use serde_json::{Map, Value};

const ROOM: &str = "0198c5a0-0000-7000-8000-000000000001";

#[test]
fn client_frames_read_as_documented() {
    let frame = |text: &str| ClientFrame::parse(text).unwrap();
    assert!(matches!(frame(r#"{"type":"hello","version":1}"#), ClientFrame::Hello { version: 1, .. }));
    let mark = frame(&format!(r#"{{"type":"mark","room":"{ROOM}","read":4}}"#));
    assert!(matches!(mark, ClientFrame::Mark { delivered: Seq(0), read: Seq(4), .. }));
    assert_eq!(frame(r#"{"type":"poll","question":"?"}"#), ClientFrame::Unknown);
}

#[test]
fn the_cursor_may_leave_the_marks_out() {
    let text = format!(r#"{{"type":"hello","version":1,"cursor":{{"{ROOM}":{{"rev":7}}}}}}"#);
    let ClientFrame::Hello { cursor, .. } = ClientFrame::parse(&text).unwrap() else { panic!("hello") };
    let position = cursor.values().next().unwrap();
    assert_eq!((position.rev, position.marks), (Rev(7), None));
}

#[test]
fn a_change_of_an_unknown_kind_still_has_its_number() {
    let text = format!(r#"{{"type":"change","room":"{ROOM}","rev":3,"kind":"poll","poll":{{}}}}"#);
    let ServerFrame::Change(change) = ServerFrame::parse(&text).unwrap() else { panic!("change") };
    assert_eq!((change.rev, change.item), (Rev(3), Item::Unknown));
}

#[test]
fn errors_are_small_and_unknown_codes_are_passing() {
    let error = Error::invalid("body", "Too long.");
    let text = serde_json::to_string(&error).unwrap();
    assert_eq!(text, r#"{"code":"invalid","message":"Too long.","field":"body"}"#);
    let later: Error = serde_json::from_str(r#"{"code":"of_next_year","message":"?"}"#).unwrap();
    assert_eq!(later.code, Code::Unavailable);
}

#[test]
fn close_codes_say_whether_to_come_back() {
    for close in CloseCode::ALL {
        assert_eq!(CloseCode::from_code(close.code()), Some(close));
        assert_eq!(close.retry().is_some(), close.code() < 4100, "{close:?}");
    }
}

#[test]
fn maps_are_objects_also_when_they_are_empty() {
    let hello = ClientFrame::Hello { version: 1, cursor: VecMap::new() };
    assert_eq!(hello.encode(), r#"{"type":"hello","version":1,"cursor":{}}"#);
    assert_eq!(ServerFrame::Beat { heads: VecMap::new() }.encode(), r#"{"type":"beat","heads":{}}"#);
}

#[test]
fn every_frame_reads_as_it_was_written() {
    for frame in server_frames() {
        assert_eq!(ServerFrame::parse(&frame.encode()), Ok(frame));
    }
}

#[test]
fn a_frame_without_a_field_it_needs_says_which() {
    for frame in server_frames() {
        let whole: Map<String, Value> = serde_json::from_str(&frame.encode()).unwrap();
        let told = matches!(frame, ServerFrame::Changes { .. } | ServerFrame::Rejected { .. });
        let may_miss = |name: &str| MAY_MISS.contains(&name) || (told && name == "log");
        for name in whole.keys().filter(|name| !may_miss(name)) {
            let mut less = whole.clone();
            less.remove(name);
            let error = ServerFrame::parse(&Value::from(less).to_string()).expect_err(name);
            assert_eq!(error.code, Code::Malformed);
            assert!(error.message.contains(name), "{}: {name}", error.message);
        }
    }
}

/// What a frame can do without, and what names it.
const MAY_MISS: [&str; 11] =
    ["type", "kind", "limited", "messages", "marks", "people", "gone", "admins", "title", "heads", "about"];

/// As clients of the version before read and expect it. Fails when anything is told of a private chat that
/// was not told before.
#[test]
fn a_private_chat_looks_as_before_there_were_groups() {
    let (room, user) = (RoomId::new(), UserId::new());
    let members = Members { gone: vec![user], ..Members::default() };
    let change = ServerFrame::Change(Change { room, rev: Rev(5), item: Item::Members(members) });
    let text = format!(r#"{{"type":"change","room":"{room}","rev":5,"kind":"members","gone":["{user}"]}}"#);
    assert_eq!(change.encode(), text);
    let changes = ServerFrame::Changes {
        room,
        after: Rev(1),
        upto: Rev(1),
        limited: false,
        messages: Vec::new(),
        marks: Vec::new(),
        members: Members::default(),
        log: Offset::ZERO,
    };
    let text = format!(r#"{{"type":"changes","room":"{room}","after":1,"upto":1,"messages":[]}}"#);
    assert_eq!(changes.encode(), text);
}

fn server_frames() -> Vec<ServerFrame> {
    let (room, user, now) = (RoomId::new(), UserId::new(), Timestamp(5));
    let mark = Mark { user, delivered: Seq(3), read: Seq(2), mine: 1, upto: Seq(3) };
    let body = "\"a\" \\ \n \u{1f600}".to_owned();
    let mut message = Message::new(MessageId::new(), user, now, body).numbered(Seq(3), Rev(4));
    message.edited = Some(Timestamp(6));
    message.react(user, Some(Emoji::new("❤️").unwrap())).unwrap();
    let mut deleted = message.clone();
    deleted.delete();
    let members = Members {
        people: vec![Person { id: user, username: "eva".into(), name: "Eva".into() }],
        gone: vec![user],
        admins: vec![user],
        title: Some("A group".into()),
    };
    let described = Room {
        id: room,
        kind: RoomKind::Private,
        title: None,
        people: Vec::new(),
        gone: vec![user],
        admins: Vec::new(),
        marks: vec![mark],
        rev: Rev(4),
        last_seq: Seq(3),
        last: Some(message.clone()),
        created_at: now,
        log: Offset(9),
    };
    let (after, upto) = (Rev(1), Rev(4));
    let messages = vec![message.clone(), deleted];
    let error = Error::rate_limited(1_500);
    vec![
        ServerFrame::Welcome { version: 1, user, session: SessionId::new(), now, beat_ms: 9 },
        ServerFrame::Room { room: described },
        ServerFrame::Left { room },
        ServerFrame::Changes {
            room,
            after,
            upto,
            limited: true,
            messages,
            marks: vec![mark],
            members: members.clone(),
            log: Offset(7),
        },
        ServerFrame::Change(Change { room, rev: Rev(5), item: Item::Members(members) }),
        ServerFrame::Change(Change { room, rev: Rev(4), item: Item::Message { message: message.clone() } }),
        ServerFrame::Live { room, log: Offset(9), message },
        ServerFrame::Stored(Stored {
            room,
            seq: Seq(3),
            rev: Rev(4),
            log: Offset(9),
            ids: vec![(MessageId::new(), Offset(8))],
        }),
        ServerFrame::Logged(Logged { room, id: MessageId::new(), log: Offset(9), at: now }),
        ServerFrame::CaughtUp,
        ServerFrame::Accepted(Accepted { room, id: MessageId::new(), seq: Seq(3), rev: Rev(4), at: now }),
        ServerFrame::Rejected { room, id: MessageId::new(), error: error.clone(), log: None },
        ServerFrame::Rejected { room, id: MessageId::new(), error: error.clone(), log: Some(Offset(9)) },
        ServerFrame::Mark { room, mark },
        ServerFrame::Beat { heads: [(room, Rev(4))].into_iter().collect() },
        ServerFrame::Error { error, about: Some("send".to_owned()), room: None },
    ]
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,300}") {
        let _ = ClientFrame::parse(&text);
        let _ = ServerFrame::parse(&text);
    }
}
