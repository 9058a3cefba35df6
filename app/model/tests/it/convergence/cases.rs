//! What the properties found, or could, one by one.

use model::{Rev, Seq};

use super::world::World;
use crate::world::Changed;

/// The hole must be seen as a hole: without numbers a lost message would pass unnoticed.
#[test]
fn a_lost_change_is_missed_and_fetched() {
    let mut world = World::new();
    world.connect(0);
    let sender = world.server.people[1];
    for text in ["one", "two", "three"] {
        let (_, change) = world.server.send(sender, model::MessageId::new(), text);
        if text != "two" {
            world.devices[0].chat.receive(change.unwrap());
        }
    }
    let room = world.server.room;
    let timeline = |world: &World| world.devices[0].chat.conversation(room).unwrap().timeline.clone();
    assert_eq!(timeline(&world).messages().len(), 1, "what comes after a hole waits");
    assert_eq!(timeline(&world).missing(), Some(Rev(1)));
    let changes = world.server.changes(Rev(1));
    world.devices[0].chat.receive(changes);
    assert_eq!(timeline(&world).messages().len(), 3);
    assert_eq!(timeline(&world).missing(), None);
}

#[test]
fn too_much_missed_is_said_and_never_spliced() {
    let mut world = World::new();
    let sender = world.server.people[1];
    let send = |world: &mut World, count| {
        for _ in 0..count {
            world.server.send(sender, model::MessageId::new(), "text");
        }
    };
    send(&mut world, 10);
    world.connect(0);
    let newest = world.server.page(None);
    world.devices[0].chat.page(newest);
    world.devices[0].disconnect();
    send(&mut world, 300);
    world.connect(0);
    let room = world.server.room;
    let timeline = world.devices[0].chat.conversation(room).unwrap().timeline.clone();
    assert_eq!(timeline.messages()[0].seq, Seq(261), "only the newest page is here");
    assert_eq!(timeline.tail_start(), Some(Seq(261)));
}

/// What was sent and changed while a device was away comes in the order of changes: a message that
/// changed after a newer one came is new all the same.
#[test]
fn what_is_new_and_has_changed_is_not_taken_for_old() {
    let mut world = World::new();
    world.connect(0);
    let sender = world.server.people[1];
    for text in ["one", "two"] {
        world.server.send(sender, model::MessageId::new(), text);
    }
    world.server.change_message(0, Changed::Text);
    let missed = world.server.changes(Rev(0));
    world.devices[0].chat.receive(missed);
    let timeline = &world.devices[0].chat.conversation(world.server.room).unwrap().timeline;
    assert_eq!(timeline.messages(), world.server.messages);
}

/// A retry is told to everybody again, after its message was deleted: its text must not come back.
#[test]
fn a_retry_brings_nothing_back() {
    let mut world = World::new();
    world.devices[0].connect(&world.server);
    world.devices[0].receive(0);
    let (room, id) = (world.server.room, model::MessageId::new());
    let sender = world.server.people[1];
    let (_, sent) = world.server.send(sender, id, "a message");
    world.devices[0].chat.receive(sent.unwrap());
    let deleted = world.server.change_message(0, Changed::Gone).unwrap();
    let (_, again) = world.server.send(sender, id, "a message");
    for frame in [again.unwrap(), deleted] {
        world.devices[0].chat.receive(frame);
    }
    assert_eq!(world.devices[0].chat.conversation(room).unwrap().timeline.messages(), world.server.messages);
}

/// A page that came late, a connection that ended before it was made good, and a server that was set back below
/// where the client stood. Fails when the client goes on to stand where it stood.
#[test]
fn a_late_page_does_not_hide_that_the_server_was_set_back() {
    let mut world = World::new();
    let sender = world.server.people[1];
    let send = |world: &mut World| drop(world.server.send(sender, model::MessageId::new(), "text"));
    (0..6).for_each(|_| send(&mut world));
    let before = (world.server.messages.clone(), world.server.sent.clone(), world.server.rev);
    (0..2).for_each(|_| send(&mut world));
    let page = world.server.page(None);
    (0..2).for_each(|_| send(&mut world));
    world.heal();
    world.devices[0].chat.page(page);
    (world.server.messages, world.server.sent, world.server.rev) = before;
    world.server.marks.iter_mut().for_each(|mark| (mark.delivered, mark.read) = (Seq(0), Seq(0)));
    world.heal();
    world.check();
}
