//! The outbox: in order, one at a time in a room, and never silently gone.

use model::{
    Body, ChangeId, Code, Emoji, Error, MessageChange, MessageId, Rev, RoomId, Timestamp,
    outbox::{Lane, Outbox, Pending},
};

fn pending(room: RoomId, text: &str) -> Pending {
    Pending::new(room, Body::new(text).unwrap(), Timestamp(0))
}

#[test]
fn one_message_of_a_room_is_on_the_wire_at_a_time() {
    let (here, there) = (RoomId::new(), RoomId::new());
    let mut outbox = Outbox::default();
    let [first, second, other] = [pending(here, "1"), pending(here, "2"), pending(there, "3")];
    for entry in [&first, &second, &other] {
        outbox.push(entry.clone());
    }
    let ids = |entries: Vec<Pending>| entries.iter().map(|entry| entry.id).collect::<Vec<_>>();
    assert_eq!(ids(outbox.take_ready(Lane::Messages)), [first.id, other.id]);
    assert!(outbox.take_ready(Lane::Messages).is_empty());
    outbox.remove(first.id);
    assert_eq!(ids(outbox.take_ready(Lane::Messages)), [second.id]);
}

#[test]
fn a_passing_refusal_keeps_the_order() {
    let room = RoomId::new();
    let mut outbox = Outbox::default();
    let [first, second] = [pending(room, "1"), pending(room, "2")];
    outbox.push(second.clone());
    outbox.push(first.clone());
    assert_eq!(outbox.take_ready(Lane::Messages)[0].id, first.id, "ids sort by birth, however they came in");
    outbox.refuse(first.id, Error::rate_limited(1_000), None);
    assert_eq!(outbox.take_ready(Lane::Messages)[0].id, first.id, "the later one does not overtake");
}

#[test]
fn a_lasting_refusal_waits_for_a_person_and_holds_nobody_up() {
    let room = RoomId::new();
    let mut outbox = Outbox::default();
    let [first, second] = [pending(room, "1"), pending(room, "2")];
    outbox.push(first.clone());
    outbox.push(second.clone());
    outbox.take_ready(Lane::Messages);
    outbox.refuse(first.id, Error::new(Code::Forbidden, "No."), None);
    assert_eq!(outbox.take_ready(Lane::Messages)[0].id, second.id);
    assert!(outbox.get(first.id).unwrap().failed.is_some());
    outbox.remove(second.id);
    outbox.retry(first.id);
    assert_eq!(outbox.take_ready(Lane::Messages)[0].id, first.id);
}

#[test]
fn what_was_on_the_wire_when_it_broke_is_sent_again_under_its_id() {
    let room = RoomId::new();
    let mut outbox = Outbox::default();
    let entry = pending(room, "1");
    outbox.push(entry.clone());
    outbox.take_ready(Lane::Messages);
    outbox.disconnected();
    assert_eq!(outbox.take_ready(Lane::Messages)[0].id, entry.id);
}

fn ids(entries: &[Pending]) -> Vec<ChangeId> {
    entries.iter().map(|entry| entry.id).collect()
}

fn edit(room: RoomId, message: MessageId, text: &str) -> Pending {
    Pending::change(room, message, MessageChange::Edit(text.to_owned()), Timestamp(0))
}

fn react(room: RoomId, message: MessageId, emoji: &str) -> Pending {
    let emoji = Some(Emoji::new(emoji).unwrap());
    Pending::change(room, message, MessageChange::React(emoji), Timestamp(0))
}

fn delete(room: RoomId, message: MessageId) -> Pending {
    Pending::change(room, message, MessageChange::Delete, Timestamp(0))
}

/// Where messages are logged they go on while changes wait for the database. Fails when both wait in one lane.
#[test]
fn a_change_that_waits_does_not_hold_up_messages() {
    let room = RoomId::new();
    let mut outbox = Outbox::default();
    let (change, message) = (edit(room, MessageId::new(), "better"), pending(room, "1"));
    for entry in [&change, &message] {
        outbox.push(entry.clone());
    }
    assert_eq!(ids(&outbox.take_ready(Lane::Changes)), [change.id]);
    assert_eq!(ids(&outbox.take_ready(Lane::Messages)), [message.id]);
}

/// Fails when a change is sent before its message has its number: the server would not know the message.
#[test]
fn a_change_waits_for_its_message() {
    let room = RoomId::new();
    let mut outbox = Outbox::default();
    let message = pending(room, "1");
    let (own, other) = (edit(room, message.message(), "2"), react(room, MessageId::new(), "👍"));
    for entry in [&message, &own, &other] {
        outbox.push(entry.clone());
    }
    outbox.take_ready(Lane::Messages);
    assert_eq!(ids(&outbox.take_ready(Lane::Changes)), [other.id], "others do not wait for it");
    outbox.remove(other.id);
    outbox.place(message.id, Rev(1));
    assert!(outbox.take_ready(Lane::Changes).is_empty());
    outbox.settle(room, Rev(1));
    assert_eq!(ids(&outbox.take_ready(Lane::Changes)), [own.id]);
}

#[test]
fn a_later_change_takes_the_place_of_one_that_was_not_sent() {
    let (room, message) = (RoomId::new(), MessageId::new());
    let mut outbox = Outbox::default();
    let entries = [
        edit(room, message, "1"),
        react(room, message, "👍"),
        edit(room, message, "2"),
        react(room, message, "❤️"),
        edit(room, MessageId::new(), "another"),
    ];
    for entry in &entries {
        outbox.push(entry.clone());
    }
    let left: Vec<ChangeId> = outbox.iter().map(|entry| entry.id).collect();
    assert_eq!(left, ids(&entries[2..]));
}

/// What was sent may be on its way over a connection that broke: if a later edit took its place, it could be made after
/// that one. Fails when only what is on the wire now stays.
#[test]
fn a_change_that_may_be_sent_stays_until_it_is_answered() {
    let (room, message) = (RoomId::new(), MessageId::new());
    let mut outbox = Outbox::default();
    let [first, second, third] = ["1", "2", "3"].map(|text| edit(room, message, text));
    outbox.push(first.clone());
    outbox.take_ready(Lane::Changes);
    outbox.disconnected();
    outbox.push(second);
    outbox.push(third.clone());
    let left: Vec<ChangeId> = outbox.iter().map(|entry| entry.id).collect();
    assert_eq!(left, [first.id, third.id]);
    assert_eq!(ids(&outbox.take_ready(Lane::Changes)), [first.id]);
    assert!(outbox.take_ready(Lane::Changes).is_empty(), "one at a time in a room");
    let stored: Pending = serde_json::from_str(&serde_json::to_string(&third).unwrap()).unwrap();
    let mut outbox = Outbox::default();
    outbox.adopt(stored);
    outbox.push(edit(room, message, "4"));
    assert_eq!(outbox.iter().count(), 2, "another page may have sent it");
}

#[test]
fn a_deletion_ends_every_change_of_its_message() {
    let (room, message) = (RoomId::new(), MessageId::new());
    let mut outbox = Outbox::default();
    outbox.push(edit(room, message, "1"));
    outbox.take_ready(Lane::Changes);
    outbox.push(react(room, message, "👍"));
    let deletion = delete(room, message);
    outbox.push(deletion.clone());
    assert_eq!(outbox.iter().map(|entry| entry.id).collect::<Vec<_>>(), [deletion.id]);
}

#[test]
fn a_change_that_is_made_stays_in_sight_until_the_message_is_here_as_it_was_changed() {
    let (room, message) = (RoomId::new(), MessageId::new());
    let mut outbox = Outbox::default();
    let change = edit(room, message, "1");
    outbox.push(change.clone());
    outbox.take_ready(Lane::Changes);
    outbox.place(change.id, Rev(5));
    outbox.settle(room, Rev(4));
    assert_eq!(outbox.changes_of(message).count(), 1);
    outbox.disconnected();
    assert!(outbox.take_ready(Lane::Changes).is_empty(), "it is not sent again");
    outbox.settle(room, Rev(5));
    assert!(outbox.is_empty());
}

/// What earlier programs stored is read, and what this one stores is a message to none of them that is none.
#[test]
fn entries_are_stored_so_that_earlier_programs_read_the_messages_and_leave_the_rest() {
    let (room, message) = (RoomId::new(), MessageId::new());
    let earlier = format!(r#"{{"id":"{message}","room":"{room}","body":"hello","at":5,"failed":null}}"#);
    let read: Pending = serde_json::from_str(&earlier).unwrap();
    assert_eq!((read.message(), read.text(), read.lane()), (message, "hello", Lane::Messages));
    assert_eq!(serde_json::to_string(&read).unwrap(), earlier);
    for change in [edit(room, message, "better"), delete(room, message), react(room, message, "👍")] {
        let text = serde_json::to_string(&change).unwrap();
        assert!(!text.contains(r#""body""#), "{text}");
        let read: Pending = serde_json::from_str(&text).unwrap();
        assert_eq!((read.id, read.message(), read.content), (change.id, message, change.content));
    }
    for later in ["body", "id", "edit"] {
        let text = serde_json::to_string(&edit(room, message, "better")).unwrap();
        let text = if later == "body" { earlier.clone() } else { text };
        assert!(serde_json::from_str::<Pending>(&text.replace(later, "later")).is_err(), "{later}");
    }
}
