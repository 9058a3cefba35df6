//! Faults put into the program on purpose, to prove that the fault checker (`bench/`) finds them.
//! Compiled in by the feature `mutants` alone; the variable `RAPPORT_MUTANT` picks one.
//! `docs/PROVING.md` lists them.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{
        Arc, LazyLock, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use model::{
    Accepted, Message, MessageId, RoomId,
    wire::{Change, Item, ServerFrame},
};

use crate::{
    bus::{Bus, Notice},
    hub::{Listener, Outgoing},
    message_log::Entry,
};

/// How long a change is shown before it is durable: wide enough for a kill to hit now and then.
const EARLY: Duration = Duration::from_millis(25);

/// Whether the mutant of this name was picked. Also asked by the writer of the log for `bring-back` (a
/// retry puts back what a changed message said first) and by that of changes for `forget-deletion` (one is
/// told and answered, and not stored).
pub fn is(name: &str) -> bool {
    static PICKED: LazyLock<String> = LazyLock::new(|| std::env::var("RAPPORT_MUTANT").unwrap_or_default());
    *PICKED == name
}

/// True once in `n` calls, if the mutant was picked. Also asked by the writer of the log for
/// `skip-number` (a number of a room is given to nobody) and `lose-accepted` (a message gets its number
/// and its answer, and is not stored).
pub fn strikes(name: &str, n: u32) -> bool {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    is(name) && CALLS.fetch_add(1, Ordering::Relaxed) % n == n - 1
}

/// `store-after-read` and its like: the process is killed at a step of storing a batch, once in ten.
pub(crate) fn die_at(step: &str) {
    if strikes(step, 10) {
        let _ = nix::sys::signal::raise(nix::sys::signal::Signal::SIGKILL);
    }
}

/// `panic`: whoever is sent this, or looks for it, panics. Not for the checker: a test of the whole
/// server asks for it by the word.
pub(crate) fn panic_at(text: &str) {
    assert!(!is("panic") || text != "panic on purpose", "a panic on purpose");
}

static BUS: OnceLock<Bus> = OnceLock::new();

/// Where `fan-out-before-commit` publishes.
pub(crate) fn publish_on(bus: &Bus) {
    let _ = BUS.set(bus.clone());
}

/// `fan-out-before-commit`: everybody is shown what is not durable yet.
pub(crate) async fn before_commit(fresh: &[(&Entry, Accepted)]) {
    let (true, Some(bus)) = (is("fan-out-before-commit"), BUS.get()) else { return };
    for (entry, accepted) in fresh {
        bus.publish(&notice(entry, accepted));
    }
    tokio::time::sleep(EARLY).await;
}

fn notice(entry: &Entry, accepted: &Accepted) -> Notice {
    let Accepted { room, id, seq, rev, at } = *accepted;
    let message = Message::new(id, entry.sender, at, entry.body.as_str()).numbered(seq, rev);
    let frame = ServerFrame::Change(Change { room, rev, item: Item::Message { message } });
    Notice::Room { room, rev: Some(rev), frame: Bytes::from(frame.encode()) }
}

/// `forget-duplicate`: a retry is a new message. Under a new id, since the database would refuse the
/// old one.
pub(crate) fn forget_ids(mut entries: Vec<Entry>) -> Vec<Entry> {
    static SEEN: LazyLock<Mutex<HashSet<MessageId>>> = LazyLock::new(Mutex::default);
    if is("forget-duplicate") {
        let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in &mut entries {
            if !seen.insert(entry.id) {
                entry.id = MessageId::new();
            }
        }
    }
    entries
}

/// `tell-a-stranger`: now and then a change also reaches somebody who is not in the room.
pub(crate) fn tell_a_stranger(
    members: &[Arc<Listener>],
    everybody: impl Iterator<Item = Arc<Listener>>,
    frame: &Bytes,
) {
    if !strikes("tell-a-stranger", 100) {
        return;
    }
    let is_member = |one: &Listener| members.iter().any(|member| member.user() == one.user());
    for stranger in everybody.filter(|one| !is_member(one)).take(1) {
        stranger.push(Outgoing::Frame(frame.clone()));
    }
}

/// `resume-forgets`: of what a returning client missed, one message is left out.
pub(crate) fn forget_one(missed: &mut BTreeMap<RoomId, Vec<Message>>) {
    if is("resume-forgets") {
        missed.values_mut().next().map(Vec::pop);
    }
}
