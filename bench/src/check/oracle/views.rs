//! What stands in the end, and whether everybody sees it.

use std::collections::{BTreeSet, HashMap, HashSet};

use model::{MessageId, Rev, RoomId, Seq};

use super::{Findings, deliveries::States};
use crate::check::record::{History, Record, Told, View};

/// I3: per room the numbers of messages are 1 to n, those of changes rise with them, and each change
/// that somebody made or may have made took one.
pub(super) fn numbers(record: &Record, states: &States, findings: &mut Findings) {
    let made = changes(record, states);
    let mut open: HashMap<RoomId, usize> = HashMap::new();
    for one in record.tries.iter().filter(|one| one.answer.is_none()) {
        *open.entry(one.room).or_default() += 1;
    }
    for history in &record.standing {
        if let Some(what) = hole(history) {
            findings.other(format!("hole: {} {what}", history.room));
        }
        let made = made.get(&history.room).map_or(0, HashSet::len);
        // No fewer, for each has a number of its own that is not above the room's.
        let most = (made + open.get(&history.room).copied().unwrap_or_default()) as i64;
        let (count, last, rev) = (history.messages.len() as i64, history.last_seq.0, history.rev.0);
        if last != count || rev - last > most {
            let says = format!("says it has {last} messages, {rev} changes");
            findings.other(format!(
                "hole: {} {says}; it has {count}, changed {most} times at most",
                history.room
            ));
        }
    }
}

/// The changes that were not the coming of a message, per room.
fn changes(record: &Record, states: &States) -> HashMap<RoomId, HashSet<Rev>> {
    let stands =
        record.standing.iter().flat_map(|history| history.messages.iter().map(|one| (history.room, one)));
    let firsts: HashSet<(RoomId, Rev)> = stands.map(|(room, one)| (room, one.first)).collect();
    let mut changes: HashMap<RoomId, HashSet<Rev>> = HashMap::new();
    let made = record.tries.iter().filter_map(|one| Some((one.room, one.answer?.ok()?)));
    for (room, rev) in states.keys().copied().chain(made).filter(|place| !firsts.contains(place)) {
        changes.entry(room).or_default().insert(rev);
    }
    changes
}

/// Where the numbers of a room first go wrong.
fn hole(history: &History) -> Option<String> {
    let mut before = Rev::ZERO;
    let firsts: HashSet<Rev> = history.messages.iter().map(|stands| stands.first).collect();
    for (stands, expected) in history.messages.iter().zip((1..).map(Seq)) {
        let (seq, first, rev) = (stands.now.seq, stands.first, stands.now.rev);
        let is_taken = rev != first && firsts.contains(&rev);
        if seq != expected || first <= before || rev < first || rev > history.rev || is_taken {
            return Some(format!(
                "goes on with number {seq}, change {first}, now {rev}, where {expected} belongs"
            ));
        }
        before = first;
    }
    None
}

/// I3, I5: every device, and every member who asks the API, sees what stands, in that order.
pub(super) fn views(record: &Record, findings: &mut Findings) {
    let standing: HashMap<RoomId, Vec<&Told>> = record
        .standing
        .iter()
        .map(|history| (history.room, history.messages.iter().map(|stands| &stands.now).collect()))
        .collect();
    for view in &record.views {
        let stands = standing.get(&view.room).map(Vec::as_slice).unwrap_or_default();
        if !view.messages.iter().eq(stands.iter().copied()) {
            compare(view, stands, findings);
        }
    }
}

fn compare(view: &View, stands: &[&Told], findings: &mut Findings) {
    let (whose, room) = (&view.whose, view.room);
    let seen: HashMap<MessageId, &Told> = view.messages.iter().map(|told| (told.id, told)).collect();
    let is_missing = |told: &&&Told| seen.get(&told.id).is_none_or(|seen| seen.rev < told.rev);
    let missing: Vec<_> = stands.iter().filter(is_missing).collect();
    if let [first, ..] = missing.as_slice() {
        let (seq, rev) = (first.seq, first.rev);
        findings.lost(format!("{whose} lacks {} of {room}, the first as {seq}, change {rev}", missing.len()));
    }
    let known: HashMap<MessageId, &Told> = stands.iter().map(|told| (told.id, *told)).collect();
    let is_surplus =
        |told: &&Told| known.get(&told.id).is_none_or(|known| told.rev >= known.rev && told != known);
    if let Some(Told { id, seq, rev, .. }) = view.messages.iter().find(is_surplus) {
        findings.foreign(format!("{whose} has {id} as {seq}, change {rev}, in {room}, which does not stand"));
    }
    if view.messages.iter().collect::<BTreeSet<_>>().len() < view.messages.len() {
        findings.doubled(format!("{whose} has a message of {room} twice"));
    }
    if !view.messages.is_sorted_by_key(|told| told.seq) {
        findings.reordered(format!("{whose} has {room} in another order"));
    }
}
