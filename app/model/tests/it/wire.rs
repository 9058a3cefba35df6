//! The frames as they look on the wire: other people's clients depend on every letter.

use model::{
    Code, Error, Rev, Seq,
    wire::{ClientFrame, CloseCode, Item, ServerFrame},
};
use proptest::prelude::*;

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

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,300}") {
        let _ = ClientFrame::parse(&text);
        let _ = ServerFrame::parse(&text);
    }
}
