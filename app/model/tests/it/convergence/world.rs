//! The devices, their server, and the wire between them.

use model::{
    ChangeId, MessageChange, MessageId, Seq, UserId,
    outbox::{Content, Lane, Pending},
    wire::{ClientFrame, ServerFrame},
};

use super::step::Step;
use crate::world::{Device, Sent, Server};

/// Three devices: two of one person, one of the other.
pub(super) struct World {
    pub(super) server: Server,
    pub(super) devices: Vec<Device>,
    /// What each device wanted to become of messages, in order.
    wanted: Vec<(usize, Pending)>,
}

impl World {
    pub(super) fn new() -> Self {
        Self::of(Server::new())
    }

    pub(super) fn of(server: Server) -> Self {
        let [one, other] = server.people;
        let devices = [one, one, other].map(Device::new).into_iter().collect();
        Self { server, devices, wanted: Vec::new() }
    }

    /// Connects a device, which hears all that is there for it.
    pub(super) fn connect(&mut self, number: usize) {
        self.devices[number].connect(&self.server);
        while !self.devices[number].inbound.is_empty() {
            self.devices[number].receive(0);
        }
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
            ClientFrame::Edit { id, change, body, .. } => {
                self.ask_for(number, user, id, change, &MessageChange::Edit(body));
            }
            ClientFrame::Delete { id, change, .. } => {
                self.ask_for(number, user, id, change, &MessageChange::Delete);
            }
            ClientFrame::React { id, change, emoji, .. } => {
                self.ask_for(number, user, id, change, &MessageChange::React(emoji));
            }
            ClientFrame::Hello { .. } | ClientFrame::Unknown => {}
        }
    }

    fn ask_for(
        &mut self,
        number: usize,
        user: UserId,
        id: MessageId,
        change: ChangeId,
        wanted: &MessageChange,
    ) {
        let (answer, change) = self.server.ask_for(user, id, change, wanted);
        self.devices[number].inbound.push_back(answer);
        change.iter().for_each(|change| self.publish(change));
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

    pub(super) fn flush(&mut self, number: usize) {
        let device = &mut self.devices[number];
        if device.connected {
            device.outbound.extend(device.chat.sends(Lane::Messages));
            device.outbound.extend(device.chat.sends(Lane::Changes));
            device.outbound.extend(device.chat.marks());
        }
    }

    pub(super) fn take(&mut self, step: Step) {
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
            Step::Lose(number, place) => self.lose(number, place),
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
            Step::Want(number, place, wanted) => {
                let pending = self.devices[number].want(room, usize::from(place), wanted);
                self.wanted.extend(pending.map(|pending| (number, pending)));
            }
            Step::Surprise => {
                let change = self.server.surprise();
                self.publish(&change);
            }
            Step::ComeOrGo(what) => {
                let change = self.server.come_or_go(what);
                self.publish(&change);
            }
            Step::Burst => self.burst(),
            Step::Store(count) => self.store(count * 20),
            Step::Conflict(number) => {
                if let Some(ClientFrame::Send { id, .. }) = self.devices[number].outbound.front() {
                    let (id, user) = (*id, self.devices[number].chat.me());
                    self.send_from_elsewhere(user, id, "another text");
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

    fn lose(&mut self, number: usize, place: usize) {
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

    fn burst(&mut self) {
        for _ in 0..120 {
            let sender = self.server.people[1];
            self.send_from_elsewhere(sender, model::MessageId::new(), "burst");
        }
    }

    /// Whoever sends it is none of the devices: nobody waits for the answer.
    fn send_from_elsewhere(&mut self, sender: model::UserId, id: model::MessageId, body: &str) {
        match self.server.take(sender, id, body) {
            Sent::Placed(_, change) => change.iter().for_each(|change| self.publish(change)),
            Sent::Logged(_, live) => self.publish(&live),
        }
    }

    fn ask_for_page(&mut self, number: usize, newest: bool) {
        let device = &mut self.devices[number];
        let Some(conversation) = device.chat.conversation(self.server.room) else { return };
        let oldest = conversation.timeline.messages().first().map(|message| message.seq);
        device.pages.push_back(self.server.page(oldest.filter(|_| !newest)));
    }

    /// The wire works from now on: everybody connects, and everything due is done.
    pub(super) fn heal(&mut self) {
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

    pub(super) fn check(&self) {
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
                assert!(
                    left.failed.is_some(),
                    "a change that lost to another text, or is forbidden, is refused"
                );
                if let Content::Message(body) = &left.content {
                    let stands = self.server.sent.iter().find(|message| message.id == left.message());
                    assert!(stands.is_some_and(|stands| stands.body != *body), "nothing is left behind");
                }
            }
            assert_eq!(timeline.unnumbered(), [], "everything has its number");
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

    /// Of each device's changes of a kind of a message the last is made or refused, and those that are made are made
    /// in order.
    pub(super) fn check_wanted(&self) {
        for (index, (number, last)) in self.wanted.iter().enumerate() {
            let is_like = |(other, pending): &&(usize, Pending)| other == number && is_alike(pending, last);
            if self.wanted[index + 1..].iter().any(|later| is_like(&later) || ends(later, *number, last)) {
                continue;
            }
            let alike = self.wanted[..=index].iter().filter(is_like).map(|(_, pending)| pending.id);
            let revs: Vec<_> = alike.filter_map(|id| self.server.applied.get(&id)).collect();
            assert!(revs.is_sorted(), "a device's changes of a message keep their order");
            let is_refused = self.devices[*number].chat.outbox().get(last.id).is_some();
            assert!(self.server.applied.contains_key(&last.id) || is_refused, "no change is lost: {last:?}");
        }
    }

    /// Every message composed anywhere is in the history, once, each device's in its order.
    pub(super) fn check_sent(&self, composed: &[Vec<model::MessageId>]) {
        for ids in composed {
            let place = |id| self.server.messages.iter().position(|message| message.id == id);
            let places: Vec<usize> = ids.iter().map(|id| place(*id).expect("nothing is lost")).collect();
            assert!(places.is_sorted(), "a device's messages keep their order");
        }
    }
}

/// Whether two changes are of one kind and of one message.
fn is_alike(one: &Pending, other: &Pending) -> bool {
    let kind = |pending: &Pending| match &pending.content {
        Content::Change(message, change) => Some((*message, std::mem::discriminant(change))),
        Content::Message(_) => None,
    };
    kind(one) == kind(other)
}

/// Whether a later change of the same device deletes the message.
fn ends((number, later): &(usize, Pending), device: usize, change: &Pending) -> bool {
    let is_deletion = matches!(&later.content, Content::Change(_, MessageChange::Delete));
    *number == device && is_deletion && later.message() == change.message()
}
