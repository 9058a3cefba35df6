//! The outbox: in order, one at a time in a room, and never silently gone.

use model::{
    Body, Code, Error, RoomId, Timestamp,
    outbox::{Outbox, Pending},
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
    assert_eq!(ids(outbox.take_ready()), [first.id, other.id]);
    assert!(outbox.take_ready().is_empty());
    outbox.remove(first.id);
    assert_eq!(ids(outbox.take_ready()), [second.id]);
}

#[test]
fn a_passing_refusal_keeps_the_order() {
    let room = RoomId::new();
    let mut outbox = Outbox::default();
    let [first, second] = [pending(room, "1"), pending(room, "2")];
    outbox.push(second.clone());
    outbox.push(first.clone());
    assert_eq!(outbox.take_ready()[0].id, first.id, "ids sort by birth, however they came in");
    outbox.refuse(first.id, Error::rate_limited(1_000), None);
    assert_eq!(outbox.take_ready()[0].id, first.id, "the later one does not overtake");
}

#[test]
fn a_lasting_refusal_waits_for_a_person_and_holds_nobody_up() {
    let room = RoomId::new();
    let mut outbox = Outbox::default();
    let [first, second] = [pending(room, "1"), pending(room, "2")];
    outbox.push(first.clone());
    outbox.push(second.clone());
    outbox.take_ready();
    outbox.refuse(first.id, Error::new(Code::Forbidden, "No."), None);
    assert_eq!(outbox.take_ready()[0].id, second.id);
    assert!(outbox.get(first.id).unwrap().failed.is_some());
    outbox.remove(second.id);
    outbox.retry(first.id);
    assert_eq!(outbox.take_ready()[0].id, first.id);
}

#[test]
fn what_was_on_the_wire_when_it_broke_is_sent_again_under_its_id() {
    let room = RoomId::new();
    let mut outbox = Outbox::default();
    let entry = pending(room, "1");
    outbox.push(entry.clone());
    outbox.take_ready();
    outbox.disconnected();
    assert_eq!(outbox.take_ready()[0].id, entry.id);
}
