//! What a client keeps between visits and connections: rooms put away and restored, the outbox,
//! and marks the server was not told.

use std::collections::BTreeMap;

use model::{
    Accepted, Body, Chat, Code, Error, Mark, Members, Message, MessageId, Offset, Page, Rev, Room, RoomId,
    RoomKind, Seq, Timestamp, UserId,
    limits::{CURSOR_ROOMS, FRAME_BYTES},
    outbox::{Lane, Pending},
    wire::{Change, ClientFrame, Item, ServerFrame},
};

/// One room in which every change is a message of `other`.
struct World {
    me: UserId,
    other: UserId,
    room: RoomId,
    ids: BTreeMap<i64, MessageId>,
}

impl World {
    fn new() -> Self {
        let ids = (1..=1_000).map(|seq| (seq, MessageId::new())).collect();
        Self { me: UserId::new(), other: UserId::new(), room: RoomId::new(), ids }
    }

    fn message(&self, seq: i64) -> Message {
        let body = format!("message {seq}");
        Message::new(self.ids[&seq], self.other, Timestamp(seq), body).numbered(Seq(seq), Rev(seq))
    }

    fn messages(&self, seqs: impl IntoIterator<Item = i64>) -> Vec<Message> {
        seqs.into_iter().map(|seq| self.message(seq)).collect()
    }

    fn room(&self, last: i64) -> Room {
        let mark = |user| Mark { user, delivered: Seq(0), read: Seq(0), mine: 0, upto: Seq(last) };
        Room {
            id: self.room,
            kind: RoomKind::Private,
            title: None,
            people: Vec::new(),
            gone: Vec::new(),
            admins: Vec::new(),
            marks: vec![mark(self.me), mark(self.other)],
            rev: Rev(last),
            last_seq: Seq(last),
            last: (last > 0).then(|| self.message(last)),
            created_at: Timestamp(0),
            log: Offset::ZERO,
        }
    }

    /// The client of a page rendered when the room had `last` messages.
    fn chat(&self, last: i64) -> Chat {
        let mut chat = Chat::new(self.me);
        chat.room(self.room(last));
        chat
    }

    fn page(&self, rev: i64, seqs: std::ops::RangeInclusive<i64>) -> Page {
        Page { room: self.room, rev: Rev(rev), last_seq: Seq(rev), messages: self.messages(seqs) }
    }

    fn live(&self, seq: i64) -> ServerFrame {
        let item = Item::Message { message: self.message(seq) };
        ServerFrame::Change(Change { room: self.room, rev: Rev(seq), item })
    }

    fn changes(&self, after: i64, upto: i64) -> ServerFrame {
        ServerFrame::Changes {
            room: self.room,
            after: Rev(after),
            upto: Rev(upto),
            limited: false,
            messages: self.messages(after + 1..=upto),
            marks: Vec::new(),
            members: Members::default(),
            log: Offset::ZERO,
        }
    }

    fn shown(&self, chat: &Chat) -> Vec<i64> {
        let conversation = chat.conversation(self.room).expect("the room is known");
        conversation.timeline.messages().iter().map(|message| message.seq.0).collect()
    }

    fn position(&self, chat: &Chat) -> (i64, Option<i64>) {
        let ClientFrame::Hello { cursor, .. } = chat.hello() else { panic!("hello is a hello") };
        (cursor[&self.room].rev.0, cursor[&self.room].marks)
    }

    fn pending(&self, text: &str) -> Pending {
        Pending::new(self.room, Body::new(text).expect("a body"), Timestamp(0))
    }
}

fn range(from: i64, to: i64) -> Vec<i64> {
    (from..=to).collect()
}

#[test]
fn a_restored_room_starts_where_it_was_left() {
    let world = World::new();
    let mut chat = world.chat(105);
    chat.restore(world.room(100), Rev(100), world.messages(41..=100));
    assert_eq!(world.position(&chat).0, 100);
    assert_eq!(world.shown(&chat), range(41, 100));
    let room = &chat.conversation(world.room).expect("known").room;
    assert_eq!((room.last_seq, room.rev), (Seq(105), Rev(105)), "the list shows the page's head");
    chat.receive(world.changes(100, 105));
    assert_eq!(world.shown(&chat), range(41, 105));
}

#[test]
fn a_rendered_conversation_is_not_taken_back() {
    let world = World::new();
    let mut chat = world.chat(105);
    chat.page(world.page(105, 56..=105));
    chat.restore(world.room(100), Rev(100), world.messages(41..=100));
    assert_eq!(world.position(&chat).0, 105);
    assert_eq!(world.shown(&chat), range(56, 105));
}

/// Fails when what the disk holds replaces what the page brought.
#[test]
fn what_was_deleted_meanwhile_does_not_come_back_from_the_disk() {
    let world = World::new();
    let mut deleted = world.message(100);
    deleted.delete();
    deleted.rev = Rev(101);
    let mut chat = Chat::new(world.me);
    chat.room(Room { rev: Rev(101), last: Some(deleted.clone()), ..world.room(100) });
    chat.restore(world.room(100), Rev(100), world.messages(41..=100));
    let conversation = chat.conversation(world.room).expect("known");
    assert_eq!(conversation.timeline.last(), Some(&deleted));
    assert_eq!(conversation.room.last.as_ref(), Some(&deleted));
    assert_eq!(conversation.timeline.position(), Rev(100), "the change is still to be caught up with");
}

#[test]
fn a_tail_too_old_to_be_caught_up_is_left() {
    let world = World::new();
    let mut chat = world.chat(500);
    chat.restore(world.room(100), Rev(100), world.messages(41..=100));
    assert_eq!(world.position(&chat).0, 500);
    assert_eq!(world.shown(&chat), [500]);
}

#[test]
fn a_disk_ahead_of_the_page_counts() {
    let world = World::new();
    let mut chat = world.chat(90);
    chat.restore(world.room(100), Rev(100), world.messages(41..=100));
    assert_eq!(world.position(&chat).0, 100);
    assert_eq!(chat.conversation(world.room).expect("known").room.last_seq, Seq(100));
}

#[test]
fn what_is_put_away_claims_no_more_than_is_held() {
    let world = World::new();
    let mut chat = world.chat(100);
    chat.page(world.page(100, 51..=100));
    // A page ran ahead of the changes.
    chat.page(world.page(110, 106..=110));
    let timeline = &chat.conversation(world.room).expect("known").timeline;
    assert_eq!(timeline.rev(), Rev(100));
    assert_eq!(timeline.tail(60), world.messages(51..=100));
    assert_eq!(timeline.tail(10), world.messages(91..=100));
}

#[test]
fn a_page_that_overtakes_live_messages_costs_none_of_them() {
    let world = World::new();
    let mut chat = world.chat(100);
    chat.page(world.page(105, 1..=50));
    for seq in 101..=105 {
        chat.receive(world.live(seq));
    }
    assert_eq!(world.shown(&chat), [range(1, 50), range(100, 105)].concat());
}

#[test]
fn the_newest_page_replaces_all_that_was_held() {
    let world = World::new();
    let mut chat = world.chat(100);
    chat.page(world.page(640, 591..=640));
    let newest = world.messages(591..=640);
    chat.receive(ServerFrame::Changes {
        room: world.room,
        after: Rev(100),
        upto: Rev(640),
        limited: true,
        messages: newest,
        marks: Vec::new(),
        members: Members::default(),
        log: Offset::ZERO,
    });
    assert_eq!(world.shown(&chat), range(591, 640));
    assert!(chat.fetches().is_empty());
}

#[test]
fn a_server_that_was_set_back_is_believed() {
    let world = World::new();
    let mut chat = world.chat(50);
    chat.restore(world.room(100), Rev(100), world.messages(41..=100));
    let room = world.room(50);
    chat.receive(ServerFrame::Changes {
        room: world.room,
        after: Rev(100),
        upto: Rev(50),
        limited: true,
        messages: world.messages(1..=50),
        members: room.members(),
        marks: room.marks,
        log: Offset::ZERO,
    });
    assert_eq!(world.position(&chat).0, 50);
    assert_eq!(world.shown(&chat), range(1, 50));
    assert_eq!(chat.conversation(world.room).expect("known").room.last_seq, Seq(50));
}

/// Fails when what was placed stays placed: other messages take its number, and it is taken for shown.
#[test]
fn what_a_server_accepted_before_it_was_set_back_is_sent_again() {
    let world = World::new();
    let mut chat = world.chat(50);
    let pending = world.pending("mine");
    let id = pending.message();
    chat.compose(pending);
    chat.receive(ServerFrame::CaughtUp);
    assert_eq!(chat.sends(Lane::Messages).len(), 1);
    let accepted = Accepted { room: world.room, id, seq: Seq(52), rev: Rev(52), at: Timestamp(52) };
    chat.receive(ServerFrame::Accepted(accepted));
    chat.disconnected();
    chat.receive(ServerFrame::Changes {
        room: world.room,
        after: Rev(50),
        upto: Rev(40),
        limited: true,
        messages: world.messages(1..=40),
        marks: Vec::new(),
        members: Members::default(),
        log: Offset::ZERO,
    });
    chat.receive(ServerFrame::CaughtUp);
    let sends = chat.sends(Lane::Messages);
    assert!(matches!(&sends[..], [ClientFrame::Send { id: again, .. }] if *again == id), "{sends:?}");
}

#[test]
fn a_held_message_waits_and_those_behind_it_too() {
    let world = World::new();
    let mut chat = world.chat(0);
    let first = world.pending("first").held();
    let id = first.id;
    chat.compose(first);
    chat.compose(world.pending("second"));
    chat.receive(ServerFrame::CaughtUp);
    assert!(chat.sends(Lane::Messages).is_empty());
    chat.release(id);
    let sends = chat.sends(Lane::Messages);
    assert!(matches!(&sends[..], [ClientFrame::Send { body, .. }] if body == "first"));
}

#[test]
fn an_accepted_message_stays_in_sight_until_its_place_is_reached() {
    let world = World::new();
    let mut chat = world.chat(4);
    let pending = world.pending("mine");
    let id = pending.message();
    chat.compose(pending);
    chat.receive(ServerFrame::CaughtUp);
    assert_eq!(chat.sends(Lane::Messages).len(), 1);
    let accepted = Accepted { room: world.room, id, seq: Seq(6), rev: Rev(6), at: Timestamp(6) };
    chat.receive(ServerFrame::Accepted(accepted));
    assert!(chat.outbox().get(id.into()).is_some(), "message 5 is not here yet");
    chat.disconnected();
    chat.receive(ServerFrame::CaughtUp);
    assert!(chat.sends(Lane::Messages).is_empty(), "durable messages are not sent again");
    chat.receive(world.live(5));
    assert!(chat.outbox().is_empty());
    assert_eq!(world.shown(&chat), [4, 5, 6]);
}

#[test]
fn a_state_stored_by_another_tab_is_taken_over() {
    let world = World::new();
    let mut chat = world.chat(0);
    let pending = world.pending("text");
    chat.adopt(pending.clone());
    let mut failed = pending.clone();
    failed.failed = Some(Error::new(Code::Forbidden, "No."));
    chat.adopt(failed.clone());
    assert_eq!(chat.outbox().get(pending.id).map(|entry| &entry.failed), Some(&failed.failed));
    chat.adopt(pending);
    chat.receive(ServerFrame::CaughtUp);
    assert_eq!(chat.sends(Lane::Messages).len(), 1);
}

#[test]
fn marks_are_reported_until_the_server_tells_them_back() {
    let world = World::new();
    let mut chat = world.chat(3);
    chat.receive(ServerFrame::CaughtUp);
    chat.read_upto(world.room, Seq(2));
    let report = [ClientFrame::Mark { room: world.room, delivered: Seq(3), read: Seq(2) }];
    assert_eq!(chat.marks(), report);
    assert_eq!(world.position(&chat).1, Some(0), "the cursor says what the server told");
    assert!(chat.marks().is_empty());
    chat.repeat_marks();
    assert_eq!(chat.marks(), report);
    let mark = Mark { user: world.me, delivered: Seq(3), read: Seq(2), mine: 0, upto: Seq(3) };
    chat.receive(ServerFrame::Mark { room: world.room, mark });
    chat.repeat_marks();
    assert!(chat.marks().is_empty());
}

#[test]
fn marks_put_away_unreported_are_reported_later() {
    let world = World::new();
    let mut before = world.chat(3);
    before.read_upto(world.room, Seq(3));
    let room = before.conversation(world.room).expect("known").room.clone();
    let mut chat = world.chat(3);
    chat.restore(room, Rev(3), world.messages(1..=3));
    chat.receive(ServerFrame::CaughtUp);
    assert_eq!(chat.marks().len(), 1);
    assert_eq!(chat.conversation(world.room).expect("known").room.unread(world.me), 0);
}

#[test]
fn the_largest_hello_fits_into_a_frame() {
    let world = World::new();
    let mut chat = Chat::new(world.me);
    for _ in 0..CURSOR_ROOMS + 1 {
        let mut room = Room { id: RoomId::new(), rev: Rev(i64::MAX), ..world.room(0) };
        room.marks[1].read = Seq(i64::MAX);
        chat.room(room);
    }
    assert!(chat.hello().encode().len() <= FRAME_BYTES);
}

#[test]
fn what_waits_for_a_room_goes_with_it() {
    let world = World::new();
    let mut chat = world.chat(2);
    chat.compose(world.pending("never to arrive"));
    chat.receive(ServerFrame::Left { room: world.room });
    assert!(chat.conversation(world.room).is_none());
    assert!(chat.outbox().is_empty());
}

/// The page is older than what another tab put away. Fails when `restore` leaves out who is gone.
#[test]
fn who_left_is_restored_where_the_page_does_not_know_it() {
    let world = World::new();
    let gone = |chat: &Chat| chat.conversation(world.room).expect("known").room.gone.clone();
    let kept = Room { gone: vec![world.other], ..world.room(3) };
    let mut chat = world.chat(2);
    chat.restore(kept.clone(), Rev(3), world.messages(1..=3));
    assert_eq!(gone(&chat), [world.other]);
    let mut chat = world.chat(3);
    chat.restore(kept, Rev(3), world.messages(1..=3));
    assert!(gone(&chat).is_empty(), "what the server tells now stands");
}

/// Fails when a room frame's `gone` is taken over whatever its `rev`.
#[test]
fn an_older_answer_brings_nobody_back() {
    let world = World::new();
    let mut chat = world.chat(2);
    let gone = |chat: &Chat| chat.conversation(world.room).expect("known").room.gone.clone();
    let item = Item::Members(Members { gone: vec![world.other], ..Members::default() });
    chat.receive(ServerFrame::Change(Change { room: world.room, rev: Rev(3), item }));
    chat.receive(ServerFrame::Room { room: world.room(2) });
    chat.receive(world.changes(1, 2));
    assert_eq!(gone(&chat), [world.other]);
    chat.receive(world.changes(2, 4));
    assert!(gone(&chat).is_empty());
}
