//! The people of a run: what they write, and how they misbehave.

use std::{collections::HashMap, sync::Mutex, sync::PoisonError, time::Duration};

use model::{Body, Code, MessageId, RoomId, Seq, Timestamp, outbox::Pending, wire::ClientFrame};
use tokio::time::{Instant, sleep};

use super::{
    journal::{Journal, Note},
    record::{Answer, Attempt, DeviceId, fingerprint},
    schedule::Kind,
};
use crate::{
    client::{Device, Handle, Http, Order, Refused},
    random::Random,
    world::Person,
};

/// Sockets of a person.
const DEVICES: usize = 2;
/// Old messages that are sent again at once.
const AGAIN: usize = 4;
/// How far back old messages are looked for, in answers.
const BACK: usize = 400;

pub(super) struct Member {
    pub person: Person,
    pub devices: Vec<(DeviceId, Handle)>,
}

pub(super) struct Crowd {
    pub members: Vec<Member>,
    pub journal: Journal,
    texts: Mutex<HashMap<MessageId, String>>,
    /// Changes of messages that were given to a device.
    pub changes: Mutex<Vec<Pending>>,
}

/// An old message, as it was sent.
pub(super) struct Old {
    pub room: RoomId,
    pub id: MessageId,
    pub body: String,
}

impl Crowd {
    /// Connects everybody.
    pub(super) fn connect(people: Vec<Person>, random: &mut Random) -> Self {
        let journal = Journal::default();
        let mut members = Vec::new();
        for person in people {
            for room in &person.rooms {
                journal.record().members.entry(*room).or_default().insert(person.user);
            }
            let mut devices = Vec::new();
            for place in 0..DEVICES {
                let id = (members.len() * DEVICES + place) as DeviceId;
                let note = Note::new(journal.clone(), id, person.user);
                devices.push((id, Device::start(person.user, person.http.clone(), note, random.fork())));
            }
            members.push(Member { person, devices });
        }
        Self { members, journal, texts: Mutex::default(), changes: Mutex::default() }
    }

    pub(super) fn devices(&self) -> impl Iterator<Item = &(DeviceId, Handle)> {
        self.members.iter().flat_map(|member| &member.devices)
    }

    pub(super) fn rooms(&self) -> Vec<RoomId> {
        self.journal.record().members.keys().copied().collect()
    }

    /// One person writes to whomever, from whichever device, until `end`.
    pub(super) async fn talk(&self, member: usize, rate: f64, end: Instant, mut random: Random) {
        let member = &self.members[member];
        loop {
            sleep(Duration::from_secs_f64((0.5 + random.fraction()) / rate)).await;
            if Instant::now() >= end {
                return;
            }
            let room = member.person.rooms[random.index(member.person.rooms.len())];
            let (device, handle) = &member.devices[random.index(member.devices.len())];
            let pending = self.pending(room);
            let attempt = attempt(member, &pending, Some(*device));
            if handle.compose(pending) {
                self.journal.record().attempts.push(attempt);
            }
        }
    }

    fn pending(&self, room: RoomId) -> Pending {
        // Unique, so that a text that stands twice was stored twice.
        let text = format!("{} says hello to everybody who reads this", MessageId::new());
        let body = Body::new(text).expect("a text that may be sent");
        let pending = Pending::new(room, body, Timestamp(0));
        let text = pending.text().to_owned();
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).insert(pending.message(), text);
        pending
    }

    /// Mischief of a kind; `dice` chooses who and with what. Returns when every HTTP call it made
    /// has been answered or given up.
    pub(super) async fn misbehave(&self, kind: Kind, dice: u64) {
        let mut random = Random::new(dice);
        let member = &self.members[random.index(self.members.len())];
        match kind {
            Kind::Duplicate => self.duplicate(member, &mut random).await,
            Kind::Reorder => self.reorder(member, &mut random),
            Kind::Conflict => self.conflict(member, &mut random).await,
            Kind::Stranger => self.trespass(member, &mut random).await,
            Kind::Change => self.change(member, &mut random).await,
            _ => {}
        }
    }

    /// Two devices have the message in their outboxes, and a form sends it too.
    async fn duplicate(&self, member: &Member, random: &mut Random) {
        let pending = self.pending(member.person.rooms[random.index(member.person.rooms.len())]);
        self.journal.record().attempts.push(attempt(member, &pending, None));
        for (_, handle) in &member.devices {
            handle.compose(pending.clone());
        }
        self.send_by_form(member, pending.room, pending.message(), pending.text()).await;
    }

    /// Messages that were accepted are said once more, the newest first.
    fn reorder(&self, member: &Member, random: &mut Random) {
        self.say_again(member, self.accepted(member), random);
    }

    pub(super) fn say_again(&self, member: &Member, old: Vec<Old>, random: &mut Random) {
        let again = |old: Old| ClientFrame::Send { room: old.room, id: old.id, body: old.body };
        let (_, handle) = &member.devices[random.index(member.devices.len())];
        handle.order(Order::Say(old.into_iter().map(again).collect()));
    }

    /// The same id with another text: after the first was accepted, or at the same time.
    async fn conflict(&self, member: &Member, random: &mut Random) {
        let old = self.accepted(member).into_iter().next().filter(|_| random.between(0, 2) == 0);
        let first = old.unwrap_or_else(|| {
            let pending = self.pending(member.person.rooms[random.index(member.person.rooms.len())]);
            self.journal.record().attempts.push(attempt(member, &pending, None));
            member.devices[0].1.compose(pending.clone());
            Old { room: pending.room, id: pending.message(), body: pending.text().to_owned() }
        });
        self.contradict(member, first).await;
    }

    pub(super) async fn contradict(&self, member: &Member, first: Old) {
        let other = format!("{} or rather not", first.body);
        let Old { room, id, .. } = first;
        let sender = member.person.user;
        let body = fingerprint(&other);
        self.journal.record().attempts.push(Attempt { room, id, sender, body, ordered_on: None });
        self.send_by_form(member, room, id, &other).await;
    }

    /// A message to a chat of others, which must not be taken: it is no attempt to the journal, so
    /// it may stand nowhere. Or a look into it, which must show nothing.
    async fn trespass(&self, member: &Member, random: &mut Random) {
        let rooms = self.rooms();
        let room = rooms[random.index(rooms.len())];
        if member.person.rooms.contains(&room) {
            return;
        }
        let (id, body) = (MessageId::new(), "let me in".to_owned());
        match random.between(0, 3) {
            0 => return self.send_by_form(member, room, id, &body).await,
            1 => return self.look_into(member, room).await,
            _ => {}
        }
        let (_, handle) = &member.devices[random.index(member.devices.len())];
        handle.order(Order::Say(vec![ClientFrame::Send { room, id, body }]));
    }

    async fn look_into(&self, member: &Member, room: RoomId) {
        match member.person.http.page(room, "after", Seq::ZERO).await {
            Ok(page) => {
                let (user, count) = (member.person.user, page.messages.len());
                let leak = format!("{user} was given {count} messages of {room} and is not in it");
                self.journal.record().leaks.push(leak);
            }
            Err(Refused::Answered(error)) if error.code == Code::NotFound || error.code.is_temporary() => {}
            Err(Refused::Answered(error)) => {
                self.journal.incident(format!("a look into a foreign chat was refused as {:?}", error.code));
            }
            Err(Refused::Unknown(_)) => {}
        }
    }

    /// A person writes by a form, at one of the nodes.
    pub(super) async fn post(&self, member: usize, node: &str) {
        let member = &self.members[member];
        let pending = self.pending(member.person.rooms[0]);
        self.journal.record().attempts.push(attempt(member, &pending, None));
        let http = member.person.http.at(node);
        self.send_by(&http, member, pending.room, pending.message(), pending.text()).await;
    }

    async fn send_by_form(&self, member: &Member, room: RoomId, id: MessageId, body: &str) {
        self.send_by(&member.person.http, member, room, id, body).await;
    }

    async fn send_by(&self, http: &Http, member: &Member, room: RoomId, id: MessageId, body: &str) {
        let outcome = match http.send(room, id, body).await {
            Ok(accepted) => Ok(accepted),
            Err(Refused::Answered(error)) => Err(error.code),
            Err(Refused::Unknown(_)) => return,
        };
        let (sender, body) = (member.person.user, fingerprint(body));
        self.journal.record().answers.push(Answer { room, id, sender, body, outcome });
    }

    /// A message as it was composed, whatever became of it.
    pub(super) fn composed(&self, room: RoomId, id: MessageId) -> Option<Old> {
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        Some(Old { room, id, body: texts.get(&id)?.clone() })
    }

    /// Messages of a person that were accepted lately, the newest first.
    fn accepted(&self, member: &Member) -> Vec<Old> {
        let record = self.journal.record();
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let own = record.answers.iter().rev().take(BACK).filter(|answer| answer.sender == member.person.user);
        let old = |answer: &Answer| {
            answer.outcome.ok()?;
            let body = texts.get(&answer.id).filter(|text| fingerprint(text) == answer.body)?;
            Some(Old { room: answer.room, id: answer.id, body: body.clone() })
        };
        own.filter_map(old).take(AGAIN).collect()
    }
}

fn attempt(member: &Member, pending: &Pending, ordered_on: Option<DeviceId>) -> Attempt {
    let body = fingerprint(pending.text());
    Attempt { room: pending.room, id: pending.message(), sender: member.person.user, body, ordered_on }
}
