//! Telling the rooms what was stored: notices with the numbers of many messages.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use model::{
    Accepted, Code, Error, Message, MessageId, Offset, Rev, RoomId, Seq,
    wire::{self, Change, Item, ServerFrame},
};

use super::{
    Store,
    batch::{Batch, Content},
    offsets::Offsets,
    write::{Outcome, Stored},
};
use crate::{
    bus::{Bus, Notice},
    failure,
    message_log::{Entry, Refusal},
    rooms,
};

/// How often a room is told of its numbers while much is said in it: a batch holds little of a room,
/// and each notice is written to every socket of it.
const EVERY: Duration = Duration::from_millis(250);
/// Most numbers in one notice.
const NUMBERS: usize = 500;

/// Tells each room its numbers: at once where it is quiet, else those of several batches together.
pub(super) struct Notices {
    bus: Bus,
    /// Rooms told within [`EVERY`], with what has been stored for them since.
    rooms: HashMap<RoomId, Option<wire::Stored>>,
    /// When each of them may be told again.
    due: VecDeque<(Instant, RoomId)>,
}

/// The same for the keeper and for the reader, which tells what is left before it gives partitions away:
/// whoever gets them tells what follows. Both are of one thread.
#[derive(Clone)]
pub(super) struct SharedNotices(Arc<Mutex<Notices>>);

impl SharedNotices {
    pub(super) fn new(bus: Bus) -> Self {
        Self(Arc::new(Mutex::new(Notices::new(bus))))
    }

    /// Not to be held while the reader is polled.
    pub(super) fn get(&self) -> MutexGuard<'_, Notices> {
        // Each notice is whole at every moment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notices {
    fn new(bus: Bus) -> Self {
        Self { bus, rooms: HashMap::new(), due: VecDeque::new() }
    }

    /// Tells of a batch that stands. First single people what became of their retries and refusals, so
    /// that the numbers find them told.
    pub(super) fn tell(&mut self, batch: &Batch, stored: &Stored, now: Instant) {
        let mut quiet = Vec::new();
        for (row, outcome) in batch.rows().iter().zip(&stored.outcomes) {
            let Content::Entry(entry, _) = &row.content else { continue };
            let place = row.place(&stored.log);
            if let Some(frame) = personal(entry, place, outcome) {
                self.bus.publish(&Notice::Person { user: entry.sender, frame: Bytes::from(frame.encode()) });
            }
            if !self.rooms.contains_key(&entry.room) {
                quiet.push(entry.room);
            }
            self.note(entry, place, outcome);
        }
        #[cfg(feature = "mutants")]
        crate::mutants::die_at("store-before-notice");
        for room in quiet {
            self.tell_room(room);
            self.due.push_back((now + EVERY, room));
        }
        self.tell_due(now);
    }

    fn note(&mut self, entry: &Entry, log: Offset, outcome: &Outcome) {
        let accepted = match outcome {
            Outcome::Fresh(accepted) => Some(accepted),
            _ => None,
        };
        let untold = self.rooms.entry(entry.room).or_default();
        if untold.as_ref().is_some_and(|told| !takes(told, accepted)) {
            self.tell_room(entry.room);
        }
        let untold = self.rooms.entry(entry.room).or_default();
        let told = untold.get_or_insert_with(|| nothing_yet(entry.room));
        told.log = told.log.max(log.next());
        let Some(accepted) = accepted else { return };
        if told.ids.is_empty() {
            (told.seq, told.rev) = (accepted.seq, accepted.rev);
        }
        told.ids.push((entry.id, log));
    }

    /// Tells the rooms whose time has come.
    pub(super) fn tell_due(&mut self, now: Instant) {
        while let Some((at, room)) = self.due.pop_front() {
            if at > now {
                return self.due.push_front((at, room));
            }
            match self.tell_room(room) {
                true => self.due.push_back((now + EVERY, room)),
                false => drop(self.rooms.remove(&room)),
            }
        }
    }

    /// Tells what is left.
    pub(super) fn tell_all(&mut self) {
        for (_, room) in std::mem::take(&mut self.due) {
            self.tell_room(room);
        }
        self.rooms.clear();
    }

    /// When [`Notices::tell_due`] may have something to do.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.due.front().map(|(at, _)| *at)
    }

    /// Rooms with numbers they have not been told: whoever stores next tells them, should this process
    /// die.
    pub(super) fn untold(&self) -> impl Iterator<Item = RoomId> {
        self.rooms.iter().filter(|(_, untold)| untold.is_some()).map(|(room, _)| *room)
    }

    /// Publishes what a room has not been told; false if that is nothing.
    fn tell_room(&mut self, room: RoomId) -> bool {
        let Some(told) = self.rooms.get_mut(&room).and_then(Option::take) else { return false };
        let rev = (!told.ids.is_empty()).then(|| Rev(next(told.rev.0, &told) - 1));
        let frame = Bytes::from(ServerFrame::Stored(told).encode());
        self.bus.publish(&Notice::Room { room, rev, frame });
        true
    }
}

/// Whether a notice can hold this one too: its numbers are those of a run without a hole.
fn takes(told: &wire::Stored, accepted: Option<&Accepted>) -> bool {
    let follows = |accepted: &Accepted| {
        (accepted.seq.0, accepted.rev.0) == (next(told.seq.0, told), next(told.rev.0, told))
    };
    told.ids.is_empty() || (told.ids.len() < NUMBERS && accepted.is_none_or(follows))
}

/// The number after those of a notice that begins with `first`.
fn next(first: i64, told: &wire::Stored) -> i64 {
    first + told.ids.len() as i64
}

fn nothing_yet(room: RoomId) -> wire::Stored {
    let ids: Vec<(MessageId, Offset)> = Vec::new();
    wire::Stored { room, seq: Seq::ZERO, rev: Rev::ZERO, log: Offset::ZERO, ids }
}

/// What only the sender must know.
fn personal(entry: &Entry, place: Offset, outcome: &Outcome) -> Option<ServerFrame> {
    let rejected = |error: Error| ServerFrame::Rejected {
        room: entry.room,
        id: entry.id,
        change: None,
        error,
        log: Some(place),
    };
    match outcome {
        Outcome::Fresh(_) => None,
        Outcome::Known(accepted) => Some(change(entry.room, as_sent(entry, accepted))),
        Outcome::Changed(message) => Some(change(entry.room, (**message).clone())),
        Outcome::Conflict => Some(rejected(Refusal::IdConflict.into())),
        Outcome::Dead(_) => Some(rejected(Error::new(Code::Invalid, "This message cannot be stored."))),
    }
}

/// The message as it stands: a retry is the same message.
fn change(room: RoomId, message: Message) -> ServerFrame {
    ServerFrame::Change(Change { room, rev: message.rev, item: Item::Message { message } })
}

fn as_sent(entry: &Entry, accepted: &Accepted) -> Message {
    let Accepted { id, seq, rev, at, .. } = *accepted;
    Message::new(id, entry.sender, at, entry.body.as_str()).numbered(seq, rev)
}

/// Tells the rooms of the last batches where they stand: who misses something fetches it.
pub(super) async fn tell_last(store: &Store, offsets: &Offsets, partitions: &[i32]) -> failure::Outcome<()> {
    let last = offsets.last_rooms(partitions).await?;
    if last.is_empty() {
        return Ok(());
    }
    let mut db = store.db.get().await?;
    for head in rooms::heads(&mut db, &last).await? {
        store.bus.publish(&Notice::Room { room: head.room, rev: Some(head.rev), frame: head.frame() });
    }
    rooms::reveal(store.db.clone(), store.bus.clone(), last);
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::Utc;
    use model::{Body, Timestamp, UserId};

    use super::{super::super::logs::Log, *};
    use crate::bus::Topic;

    struct World {
        notices: Notices,
        told: Arc<Mutex<Vec<wire::Stored>>>,
        now: Instant,
        seq: i64,
        rev: i64,
    }

    impl World {
        fn new() -> Self {
            let (bus, told) = (Bus::in_process(), Arc::new(Mutex::new(vec![])));
            let heard = told.clone();
            let sink = move |notice: &Notice| {
                let Notice::Room { frame, .. } = notice else { return };
                let frame = ServerFrame::parse(std::str::from_utf8(frame).expect("text"));
                let Ok(ServerFrame::Stored(stored)) = frame else { panic!("{frame:?}") };
                heard.lock().unwrap().push(stored);
            };
            bus.attach(Box::new(sink), Box::new(|| {}));
            Self { notices: Notices::new(bus), told, now: Instant::now(), seq: 0, rev: 0 }
        }

        fn store(&mut self, room: RoomId, count: usize) {
            self.notices.bus.watch(Topic::Room(room));
            let mut batch = Batch::default();
            let mut outcomes = vec![];
            let log = Log { name: "room-events@test".to_owned(), base: 0 };
            for _ in 0..count {
                let body = Body::new("x").expect("not empty");
                let entry = Entry { id: MessageId::new(), room, sender: UserId::new(), body };
                (self.seq, self.rev) = (self.seq + 1, self.rev + 1);
                let (id, seq, rev, at) = (entry.id, Seq(self.seq), Rev(self.rev), Timestamp(0));
                outcomes.push(Outcome::Fresh(Accepted { room, id, seq, rev, at }));
                batch.push_entry(0, self.seq, entry, Utc::now());
            }
            self.notices.tell(&batch, &Stored { log, outcomes }, self.now);
        }

        /// The first number of each notice since the last call, and how many it has.
        fn told(&self) -> Vec<(i64, usize)> {
            let told = std::mem::take(&mut *self.told.lock().unwrap());
            told.iter().map(|stored| (stored.seq.0, stored.ids.len())).collect()
        }

        fn wait(&mut self, time: Duration) {
            self.now += time;
            self.notices.tell_due(self.now);
        }
    }

    /// Somebody left in between. Fails when `takes` does not look at the changes' numbers.
    #[test]
    fn a_change_that_is_no_message_parts_two_notices() {
        let mut world = World::new();
        let room = RoomId::new();
        world.store(room, 1);
        world.store(room, 2);
        world.rev += 1;
        world.store(room, 2);
        world.wait(EVERY);
        assert_eq!(world.told(), [(1, 1), (2, 2), (4, 2)]);
    }

    #[test]
    fn a_quiet_room_is_told_at_once_and_a_busy_one_now_and_then() {
        let mut world = World::new();
        let room = RoomId::new();
        world.store(room, 1);
        assert_eq!(world.told(), [(1, 1)]);
        world.store(room, 2);
        world.store(room, 1);
        assert_eq!(world.told(), []);
        assert_eq!(world.notices.untold().collect::<Vec<_>>(), [room]);
        world.wait(EVERY);
        assert_eq!(world.told(), [(2, 3)]);
        // Twice nothing was said: it is quiet again.
        world.wait(EVERY);
        world.wait(EVERY);
        assert_eq!(world.notices.next_due(), None);
        world.store(room, 1);
        assert_eq!(world.told(), [(5, 1)]);
        world.store(room, 1);
        world.notices.tell_all();
        assert_eq!(world.told(), [(6, 1)]);
    }

    #[test]
    fn a_notice_holds_a_run_without_a_hole_and_not_too_long() {
        let mut world = World::new();
        let room = RoomId::new();
        world.store(room, 1);
        world.store(room, 2);
        // Somebody else stored one in between.
        world.seq += 1;
        world.store(room, 1);
        assert_eq!(world.told(), [(1, 1), (2, 2)]);
        world.wait(EVERY);
        assert_eq!(world.told(), [(5, 1)]);
        world.store(room, NUMBERS + 1);
        assert_eq!(world.told(), [(6, NUMBERS)]);
    }
}
