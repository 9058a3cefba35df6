//! The frames as they look on the wire: other people's clients depend on every letter.

use model::{
    Accepted, ChangeId, Changed, Code, Emoji, Error, Logged, Mark, Members, Message, MessageId, Offset,
    Person, Rev, Room, RoomId, RoomKind, Seq, SessionId, Timestamp, UserId, VecMap,
    limits::{JSON_DEPTH, SERVER_FRAME_BYTES},
    wire::{Change, ClientFrame, CloseCode, Item, ServerFrame, Stored, Unreadable},
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
fn client_frames_look_as_documented_and_read_as_they_were_written() {
    let (room, id, change) = (RoomId::new(), MessageId::new(), ChangeId::new());
    let named = format!(r#""room":"{room}","id":"{id}""#);
    let emoji = Some(Emoji::new("👍").unwrap());
    let frames = [
        (
            ClientFrame::Send { room, id, body: "a".into() },
            format!(r#"{{"type":"send",{named},"body":"a"}}"#),
        ),
        (
            ClientFrame::Edit { room, id, change, body: "\"".into() },
            format!(r#"{{"type":"edit",{named},"change":"{change}","body":"\""}}"#),
        ),
        (
            ClientFrame::Delete { room, id, change },
            format!(r#"{{"type":"delete",{named},"change":"{change}"}}"#),
        ),
        (
            ClientFrame::React { room, id, change, emoji },
            format!(r#"{{"type":"react",{named},"change":"{change}","emoji":"👍"}}"#),
        ),
        (
            ClientFrame::React { room, id, change, emoji: None },
            format!(r#"{{"type":"react",{named},"change":"{change}"}}"#),
        ),
    ];
    for (frame, text) in frames {
        assert_eq!(frame.encode(), text);
        assert_eq!(ClientFrame::parse(&text), Ok(frame));
        let without = text.replace(r#""change""#, r#""later""#);
        let is_malformed = matches!(ClientFrame::parse(&without), Err(Unreadable::Malformed(_)));
        assert_eq!(is_malformed, without != text, "{without}");
    }
}

/// Fails when a name that is no text spoils the frame around it.
#[test]
fn an_unknown_field_may_be_named_by_half_a_character() {
    let mark = ClientFrame::parse(&format!(r#"{{"type":"mark","room":"{ROOM}","read":4}}"#)).unwrap();
    for name in [r"\udfff", r"a\ud83d", r"\ud83d\ud83d", r"\uDC00\\", r#"\""#, r"\u00e9"] {
        let text =
            format!(r#"{{"{name}" : {{"{name}":1}},"{name}":"a:b","type":"mark","room":"{ROOM}","read":4}}"#);
        assert_eq!(ClientFrame::parse(&text), Ok(mark.clone()), "{text}");
    }
    let values = [r#"{"type":"\udfff"}"#, r#"{"type":"send","body":"\ud800:"}"#];
    for text in values {
        assert!(matches!(ClientFrame::parse(text), Err(Unreadable::Malformed(_))), "{text}");
    }
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
        let refused = matches!(frame, ServerFrame::Rejected { .. });
        let may_miss =
            |name: &str| MAY_MISS.contains(&name) || (told && name == "log") || (refused && name == "change");
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
        ServerFrame::Changed(Changed { room, change: ChangeId::new(), rev: Rev(4) }),
        rejected(room, None, None),
        rejected(room, Some(ChangeId::new()), None),
        rejected(room, None, Some(Offset(9))),
        ServerFrame::Mark { room, mark },
        ServerFrame::Beat { heads: [(room, Rev(4))].into_iter().collect() },
        ServerFrame::Error { error, about: Some("send".to_owned()), room: None },
    ]
}

fn rejected(room: RoomId, change: Option<ChangeId>, log: Option<Offset>) -> ServerFrame {
    ServerFrame::Rejected { room, id: MessageId::new(), change, error: Error::rate_limited(1_500), log }
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,300}") {
        let _ = ClientFrame::parse(&text);
        let _ = ServerFrame::parse(&text);
    }
}

/// Texts that are JSON by RFC 8259, with what a parser that keeps every value would refuse: numbers of any size,
/// halves of characters, lists as deep as the limit.
fn json_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,450})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,5})?",
        "\"([a-z {}\\[\\]:,é😀]|\\\\[\"\\\\/bfnrt]|\\\\u[0-9a-fA-F]{4}){0,12}\"",
    ];
    let deep = (1..=100_usize).prop_map(|depth| "[".repeat(depth) + &"]".repeat(depth));
    prop_oneof![leaf, deep].prop_recursive(6, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5)
                .prop_map(|items| format!("[ {} ]", items.join(" ,"))),
            proptest::collection::vec(("\"[a-zé]?\"", inner), 0..5).prop_map(|fields| {
                let fields: Vec<String> =
                    fields.into_iter().map(|(name, value)| format!("{name}:{value}")).collect();
                format!("{{{}}}", fields.join(", "))
            }),
        ]
    })
}

fn is_json(text: &str) -> bool {
    ClientFrame::parse(text) != Err(Unreadable::NotJson)
}

proptest! {
    // Fails when a frame is read through `serde_json::Value`, or from a tagged enum: both keep every number.
    #[test]
    fn a_value_of_an_unknown_field_can_be_any_json(value in json_text()) {
        let frame = format!(r#"{{"later":{value},"type":"fetch","room":"{ROOM}","after":3,"more":{value}}}"#);
        prop_assert!(matches!(ClientFrame::parse(&frame), Ok(ClientFrame::Fetch { after: Rev(3), .. })), "{frame}");
        prop_assert!(is_json(&value), "{value}");
    }

    // Fails when the text after a value is looked at only once its fields are right.
    #[test]
    fn text_after_a_value_or_a_missing_end_is_not_json(value in json_text(), more in "[a-z{}\\[\\],:\"0-9]{1,8}") {
        let frame = format!(r#"{{"type":"fetch","later":{value}}}"#);
        prop_assert!(is_json(&frame), "{frame}");
        prop_assert!(!is_json(&format!("{frame} {more}")), "{frame} {more}");
        let mut end = frame.len() - 1;
        while end > 0 && frame.is_char_boundary(end) {
            prop_assert!(!is_json(&frame[..end]), "{}", &frame[..end]);
            end -= 1 + end / 20;
        }
    }
}

#[test]
fn the_depth_limit_is_exact() {
    for open in ["[", "{\"a\":"] {
        let close = if open == "[" { "]" } else { "}" };
        let nested = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
        // The frame itself is one level.
        let frame = |depth: usize| {
            format!(r#"{{"type":"fetch","room":"{ROOM}","after":3,"later":{}}}"#, nested(depth - 1))
        };
        assert!(ClientFrame::parse(&frame(JSON_DEPTH)).is_ok(), "{open}");
        assert_eq!(ClientFrame::parse(&frame(JSON_DEPTH + 1)), Err(Unreadable::NotJson), "{open}");
        assert!(matches!(ClientFrame::parse(&nested(JSON_DEPTH)), Err(Unreadable::Malformed(_))));
    }
    let brackets_in_a_string =
        format!(r#"{{"type":"fetch","room":"{ROOM}","after":3,"later":"\"{}"}}"#, "[".repeat(500));
    assert!(ClientFrame::parse(&brackets_in_a_string).is_ok());
}

#[test]
fn what_is_no_json_is_told_from_what_is_no_frame() {
    for text in [
        "{} {}",
        r#"{"type":"fetch"} x"#,
        r#"{"type":7"#,
        "",
        "01",
        "[1,]",
        "\u{feff}{}",
        "nul",
        "{'a':1}",
        "\"\n\"",
    ] {
        assert_eq!(ClientFrame::parse(text), Err(Unreadable::NotJson), "{text}");
    }
    let huge = "9".repeat(401);
    for text in [
        "{}",
        " [] ",
        "null",
        "1e400",
        &huge,
        r#"{"type":7}"#,
        r#"{"type":1e400}"#,
        r#"["fetch"]"#,
        r#"{"type":"fetch","type":"fetch"}"#,
        r#"{"type":"fetch","room":"ROOM","after":1e400}"#,
        &format!(r#"{{"type":"fetch","room":"{ROOM}","after":7.0}}"#),
        &format!(r#"{{"type":"fetch","room":"{ROOM}","after":1e3}}"#),
        &format!(r#"{{"type":"fetch","room":"{ROOM}","after":{huge}}}"#),
        &format!(r#"{{"type":"send","room":"{ROOM}","id":"{ROOM}","body":"\ud83d"}}"#),
    ] {
        assert!(matches!(ClientFrame::parse(text), Err(Unreadable::Malformed(_))), "{text}");
    }
}

/// Changes of a room, each a message with a text of so many characters that JSON writes with six bytes.
fn long_changes(lengths: &[usize], limited: bool) -> ServerFrame {
    let user = UserId::new();
    let message = |(place, length): (usize, &usize)| {
        let (seq, rev) = (Seq(place as i64 + 1), Rev(2 * place as i64 + 6));
        Message::new(MessageId::new(), user, Timestamp(5), "\u{1}".repeat(*length)).numbered(seq, rev)
    };
    ServerFrame::Changes {
        room: RoomId::new(),
        after: Rev(5),
        upto: Rev(2 * lengths.len() as i64 + 9),
        limited,
        messages: lengths.iter().enumerate().map(message).collect(),
        marks: vec![Mark { user, delivered: Seq(3), read: Seq(2), mine: 1, upto: Seq(3) }],
        members: Members::default(),
        log: Offset(7),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    // Fails when a part is too large, leaves something out, or does not begin where the one before ends.
    #[test]
    fn parts_of_long_changes_follow_each_other(lengths in proptest::collection::vec(0..=4_096_usize, 0..200)) {
        let whole = long_changes(&lengths, false);
        let ServerFrame::Changes { after, upto, messages, marks, .. } = whole.clone() else { panic!("changes") };
        let (mut reached, mut together) = (after, Vec::new());
        for part in whole.in_parts() {
            prop_assert!(part.encode().len() <= SERVER_FRAME_BYTES);
            let ServerFrame::Changes { after, upto, messages, marks: told, .. } = part else { panic!("changes") };
            prop_assert_eq!(after, reached);
            prop_assert!(messages.iter().all(|message| after < message.rev && message.rev <= upto));
            prop_assert_eq!(&told, &marks);
            reached = upto;
            together.extend(messages);
        }
        prop_assert_eq!(reached, upto);
        prop_assert_eq!(together, messages);
    }
}

#[test]
fn a_limited_answer_keeps_the_newest_that_fit() {
    let whole = long_changes(&[4_096; 50], true);
    let parts = whole.in_parts();
    let [part @ ServerFrame::Changes { upto: Rev(109), limited: true, messages, .. }] = &parts[..] else {
        panic!("one part: {}", parts.len())
    };
    assert!(part.encode().len() <= SERVER_FRAME_BYTES);
    let seqs: Vec<i64> = messages.iter().map(|message| message.seq.0).collect();
    assert_eq!(seqs, (51 - seqs.len() as i64..=50).collect::<Vec<_>>());
    assert!(seqs.len() > 25, "{}", seqs.len());
}
