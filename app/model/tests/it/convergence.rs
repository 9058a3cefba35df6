//! Whatever the wire does, once it heals every device shows the server's state: each message once,
//! in the one order, with the same marks and the same number of unread.

use model::{
    Rev, Seq,
    wire::{ClientFrame, ServerFrame},
};
use proptest::prelude::*;

use crate::world::{Changed, Device, Sent, Server};

#[derive(Clone, Debug)]
enum Step {
    /// A device's person writes.
    Compose(usize),
    /// A frame reaches the server from a device.
    Upload(usize),
    /// A frame reaches a device, from this place in its queue.
    Deliver(usize, usize),
    /// A frame is lost on the way to a device.
    Lose(usize, usize),
    /// A frame comes twice.
    Double(usize, usize),
    /// A frame on the way to the server is sent again.
    Resend(usize),
    Disconnect(usize),
    Connect(usize),
    /// A device fetches the holes it knows of.
    Fetch(usize),
    /// A device asks for the page before its oldest message, or for the newest …
    Page(usize, bool),
    /// … and gets it later.
    Arrive(usize),
    /// A device's person reads up to this share of what is there.
    Read(usize, u8),
    /// A message changes, and may be deleted.
    Change(u16, Changed),
    Surprise,
    /// Somebody comes or goes, or the group changes otherwise.
    ComeOrGo(u8),
    /// Many messages at once, so that somebody misses more than is sent.
    Burst,
    /// The heads are told.
    Beat(usize),
    /// Where the room stands is told, by a node that may have missed something.
    Repair(usize),
    /// The next messages of the log get their numbers.
    Store(usize),
    /// A message on the way to the server is overtaken by another text under its id, from elsewhere.
    Conflict(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let device = 0..3usize;
    let place = 0..4usize;
    prop_oneof![
        4 => device.clone().prop_map(Step::Compose),
        6 => device.clone().prop_map(Step::Upload),
        8 => (device.clone(), place.clone()).prop_map(|(device, place)| Step::Deliver(device, place)),
        2 => (device.clone(), place.clone()).prop_map(|(device, place)| Step::Lose(device, place)),
        2 => (device.clone(), place).prop_map(|(device, place)| Step::Double(device, place)),
        1 => device.clone().prop_map(Step::Resend),
        1 => device.clone().prop_map(Step::Disconnect),
        2 => device.clone().prop_map(Step::Connect),
        2 => device.clone().prop_map(Step::Fetch),
        2 => (device.clone(), any::<bool>()).prop_map(|(device, newest)| Step::Page(device, newest)),
        2 => device.clone().prop_map(Step::Arrive),
        2 => (device.clone(), any::<u8>()).prop_map(|(device, share)| Step::Read(device, share)),
        4 => (any::<u16>(), changed()).prop_map(|(place, changed)| Step::Change(place, changed)),
        1 => Just(Step::Surprise),
        2 => any::<u8>().prop_map(Step::ComeOrGo),
        1 => Just(Step::Burst),
        1 => device.clone().prop_map(Step::Beat),
        1 => device.clone().prop_map(Step::Repair),
        4 => (1..5usize).prop_map(Step::Store),
        1 => device.prop_map(Step::Conflict),
    ]
}

fn changed() -> impl Strategy<Value = Changed> {
    prop_oneof![Just(Changed::Text), Just(Changed::Gone), Just(Changed::Reaction)]
}

/// Three devices: two of one person, one of the other.
struct World {
    server: Server,
    devices: Vec<Device>,
}

impl World {
    fn new() -> Self {
        Self::of(Server::new())
    }

    fn of(server: Server) -> Self {
        let [one, other] = server.people;
        let devices = [one, one, other].map(Device::new).into_iter().collect();
        Self { server, devices }
    }

    fn publish(&mut self, frame: &ServerFrame) {
        for device in self.devices.iter_mut().filter(|device| device.connected) {
            device.inbound.push_back(frame.clone());
        }
    }

    fn upload(&mut self, number: usize, frame: ClientFrame) {
        let user = self.devices[number].chat.me();
        match frame {
            ClientFrame::Send { id, body, .. } => self.send(number, user, id, &body),
            ClientFrame::Fetch { after, .. } => {
                let changes = self.server.changes(after);
                self.devices[number].inbound.push_back(changes);
            }
            ClientFrame::Mark { delivered, read, .. } => {
                let mark = self.server.mark(user, delivered, read);
                self.publish(&mark);
            }
            ClientFrame::Hello { .. } | ClientFrame::Unknown => {}
        }
    }

    fn send(&mut self, number: usize, user: model::UserId, id: model::MessageId, body: &str) {
        match self.server.take(user, id, body) {
            Sent::Placed(answer, change) => {
                self.devices[number].inbound.push_back(answer);
                change.iter().for_each(|change| self.publish(change));
            }
            Sent::Logged(answer, live) => {
                self.devices[number].inbound.push_back(answer);
                self.publish(&live);
            }
        }
    }

    fn store(&mut self, count: usize) {
        let Some(numbered) = self.server.store(count) else { return };
        for (user, frame) in numbered.personal {
            let devices = self.devices.iter_mut().filter(|one| one.connected && one.chat.me() == user);
            devices.for_each(|device| device.inbound.push_back(frame.clone()));
        }
        self.publish(&numbered.stored);
    }

    fn flush(&mut self, number: usize) {
        let device = &mut self.devices[number];
        if device.connected {
            device.outbound.extend(device.chat.sends());
            device.outbound.extend(device.chat.marks());
        }
    }

    fn take(&mut self, step: Step) {
        let room = self.server.room;
        match step {
            Step::Compose(number) => {
                self.devices[number].compose(room, "a message");
            }
            Step::Upload(number) => {
                if let Some(frame) = self.devices[number].outbound.pop_front() {
                    self.upload(number, frame);
                }
            }
            Step::Deliver(number, place) => self.devices[number].receive(place),
            Step::Lose(number, place) => {
                let device = &mut self.devices[number];
                // The answers to `hello` come over the same stream as everything else, and a
                // stream loses nothing but its end.
                let by_bus = |frame: &ServerFrame| {
                    use ServerFrame::{Change, Live, Rejected, Stored};
                    matches!(frame, Change(_) | Live { .. } | Stored(_) | Rejected { log: Some(_), .. })
                };
                if device.inbound.get(place).is_some_and(by_bus) {
                    device.inbound.remove(place);
                }
            }
            Step::Double(number, place) => {
                let device = &mut self.devices[number];
                if let Some(frame) = device.inbound.get(place).cloned() {
                    device.inbound.push_back(frame);
                }
            }
            Step::Resend(number) => {
                if let Some(frame) = self.devices[number].outbound.front().cloned() {
                    self.upload(number, frame);
                }
            }
            Step::Disconnect(number) => self.devices[number].disconnect(),
            Step::Connect(number) => self.devices[number].connect(&self.server),
            Step::Fetch(number) => {
                let fetches = self.devices[number].chat.fetches();
                self.devices[number].outbound.extend(fetches);
            }
            Step::Page(number, newest) => self.ask_for_page(number, newest),
            Step::Arrive(number) => self.devices[number].receive_page(),
            Step::Read(number, share) => {
                let seq = Seq(self.server.last_seq().0 * i64::from(share) / 255);
                self.devices[number].chat.read_upto(room, seq);
            }
            Step::Change(place, changed) => {
                let count = self.server.messages.len();
                if count > 0
                    && let Some(change) = self.server.change_message(usize::from(place) % count, changed)
                {
                    self.publish(&change);
                }
            }
            Step::Surprise => {
                let change = self.server.surprise();
                self.publish(&change);
            }
            Step::ComeOrGo(what) => {
                let change = self.server.come_or_go(what);
                self.publish(&change);
            }
            Step::Burst => {
                for _ in 0..120 {
                    let sender = self.server.people[1];
                    let frame = match self.server.take(sender, model::MessageId::new(), "burst") {
                        Sent::Placed(_, change) => change,
                        Sent::Logged(_, live) => Some(live),
                    };
                    frame.iter().for_each(|frame| self.publish(frame));
                }
            }
            Step::Store(count) => self.store(count * 20),
            Step::Conflict(number) => {
                if let Some(ClientFrame::Send { id, .. }) = self.devices[number].outbound.front() {
                    let user = self.devices[number].chat.me();
                    match self.server.take(user, *id, "another text") {
                        Sent::Placed(_, change) => change.iter().for_each(|change| self.publish(change)),
                        Sent::Logged(_, live) => self.publish(&live),
                    }
                }
            }
            Step::Repair(number) => {
                let head = self.server.changes(self.server.rev);
                self.devices[number].chat.receive(head);
            }
            Step::Beat(number) => {
                let heads = [(room, self.server.rev)].into_iter().collect();
                self.devices[number].chat.receive(ServerFrame::Beat { heads });
            }
        }
        (0..self.devices.len()).for_each(|number| self.flush(number));
    }

    fn ask_for_page(&mut self, number: usize, newest: bool) {
        let device = &mut self.devices[number];
        let Some(conversation) = device.chat.conversation(self.server.room) else { return };
        let oldest = conversation.timeline.messages().first().map(|message| message.seq);
        device.pages.push_back(self.server.page(oldest.filter(|_| !newest)));
    }

    /// The wire works from now on: everybody connects, and everything due is done.
    fn heal(&mut self) {
        for number in 0..self.devices.len() {
            self.devices[number].connect(&self.server);
        }
        for _ in 0..2_000 {
            let mut quiet = self.server.is_stored();
            if !quiet {
                self.store(usize::MAX / 2);
            }
            for number in 0..self.devices.len() {
                while !self.devices[number].inbound.is_empty() {
                    self.devices[number].receive(0);
                    quiet = false;
                }
                while !self.devices[number].pages.is_empty() {
                    self.devices[number].receive_page();
                    quiet = false;
                }
                let fetches = self.devices[number].chat.fetches();
                self.devices[number].outbound.extend(fetches);
                self.flush(number);
                while let Some(frame) = self.devices[number].outbound.pop_front() {
                    self.upload(number, frame);
                    quiet = false;
                }
            }
            if quiet {
                return;
            }
        }
        panic!("the devices never came to rest");
    }

    fn check(&self) {
        let room = self.server.room;
        for (place, message) in self.server.messages.iter().enumerate() {
            assert_eq!(message.seq, Seq(place as i64 + 1), "the server numbers densely");
        }
        for device in &self.devices {
            let conversation = device.chat.conversation(room).expect("everybody knows the room");
            let timeline = &conversation.timeline;
            assert_eq!(timeline.rev(), self.server.rev);
            assert_eq!(timeline.last_seq(), self.server.last_seq());
            assert_eq!(timeline.missing(), None);
            for message in timeline.messages() {
                assert_eq!(
                    *message,
                    self.server.messages[message.seq.0 as usize - 1],
                    "what is shown is true"
                );
            }
            assert!(self.server.messages.is_empty() || timeline.last().is_some(), "the newest is shown");
            for left in device.chat.outbox().iter() {
                let stands = self.server.sent.iter().find(|message| message.id == left.id);
                assert!(stands.is_some_and(|stands| stands.body != left.body), "nothing is left behind");
                assert!(left.failed.is_some(), "who lost to another text is told");
            }
            assert_eq!(timeline.live(), [], "everything has its number");
            let me = device.chat.me();
            let truth = self.server.describe();
            assert_eq!(conversation.room.members(), truth.members(), "who is here is known");
            assert_eq!(conversation.room.unread(me), truth.unread(me), "unread is arithmetic");
            for mark in &truth.marks {
                let shown = conversation.room.mark(mark.user).unwrap();
                assert_eq!((shown.delivered, shown.read), (mark.delivered, mark.read));
            }
        }
    }

    /// Every message composed anywhere is in the history, once, each device's in its order.
    fn check_sent(&self, composed: &[Vec<model::MessageId>]) {
        for ids in composed {
            let place = |id| self.server.messages.iter().position(|message| message.id == id);
            let places: Vec<usize> = ids.iter().map(|id| place(*id).expect("nothing is lost")).collect();
            assert!(places.is_sorted(), "a device's messages keep their order");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_device_converges(steps in prop::collection::vec(step(), 0..120)) {
        converge(World::new(), steps);
    }

    #[test]
    fn every_device_converges_where_numbers_follow(steps in prop::collection::vec(step(), 0..120)) {
        converge(World::of(Server::with_log()), steps);
    }

    #[test]
    fn every_device_of_a_group_converges(steps in prop::collection::vec(step(), 0..120)) {
        converge(World::of(Server::group()), steps);
    }
}

fn converge(mut world: World, steps: Vec<Step>) {
    let mut composed = vec![Vec::new(); 3];
    for step in steps {
        if let Step::Compose(number) = step {
            let room = world.server.room;
            composed[number].push(world.devices[number].compose(room, "a message"));
            world.flush(number);
            continue;
        }
        world.take(step);
    }
    world.heal();
    world.check();
    world.check_sent(&composed);
}

/// The hole must be seen as a hole: without numbers a lost message would pass unnoticed.
#[test]
fn a_lost_change_is_missed_and_fetched() {
    let mut world = World::new();
    world.devices[0].connect(&world.server);
    while !world.devices[0].inbound.is_empty() {
        world.devices[0].receive(0);
    }
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
    world.devices[0].connect(&world.server);
    while !world.devices[0].inbound.is_empty() {
        world.devices[0].receive(0);
    }
    let newest = world.server.page(None);
    world.devices[0].chat.page(newest);
    world.devices[0].disconnect();
    send(&mut world, 300);
    world.devices[0].connect(&world.server);
    while !world.devices[0].inbound.is_empty() {
        world.devices[0].receive(0);
    }
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
    world.devices[0].connect(&world.server);
    while !world.devices[0].inbound.is_empty() {
        world.devices[0].receive(0);
    }
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
