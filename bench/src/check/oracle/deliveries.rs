//! What devices were told of and what they showed.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::{MessageId, Rev, RoomId, Seq};

use super::{Findings, is_member, standing::Standing};
use crate::check::record::{DeviceId, How, Record, Told};

/// Every state that anybody was told of or that stands, by the change that made it.
pub(super) type States<'a> = BTreeMap<(RoomId, Rev), &'a Told>;

/// I2, I4: whatever somebody was told of stands, or stood before it changed; each change is of one
/// message and is told to all as the same. Answers what was told.
pub(super) fn states<'a>(record: &'a Record, standing: &Standing, findings: &mut Findings) -> States<'a> {
    let mut states = States::new();
    for history in &record.standing {
        for now in history.messages.iter().map(|stands| &stands.now) {
            if let Some(other) = states.insert((history.room, now.rev), now) {
                let (rev, room) = (now.rev, history.room);
                findings.doubled(format!("{} and {} stand as change {rev} of {room}", other.id, now.id));
            }
        }
    }
    let delivered = record.deliveries.iter().map(|delivery| (delivery.room, &delivery.told));
    let mut judged: HashSet<(RoomId, &Told)> = HashSet::new();
    for (room, told) in delivered {
        if states.get(&(room, told.rev)) == Some(&told) || !judged.insert((room, told)) {
            continue;
        }
        if told.seq == Seq::ZERO {
            live(room, told, standing, findings);
        } else if is_right(room, told, standing, findings)
            && *states.entry((room, told.rev)).or_insert(told) != told
        {
            findings.foreign(format!("{} was told otherwise as change {} of {room}", told.id, told.rev));
        }
    }
    states
}

/// Whether a message stands, or stood, as it was told. What is wrong with it is one thing.
fn is_right(room: RoomId, told: &Told, standing: &Standing, findings: &mut Findings) -> bool {
    let Told { id, seq, rev, sender, at, .. } = *told;
    let Some(known) = standing.get(id).filter(|known| (known.room, known.now.sender) == (room, sender))
    else {
        findings.foreign(format!("{id} was told as {seq} in {room} and does not stand"));
        return false;
    };
    let now = known.now;
    if !standing.is_meant(room, told) {
        findings.foreign(format!("{id} was told as change {rev} of {room}, and nobody meant that"));
    } else if now.seq != seq || rev < known.first {
        findings.reordered(format!("{id} was told as {seq}, change {rev}, and stands at {}", now.seq));
    } else if rev > now.rev {
        findings.lost(format!("{id} was told as change {rev}, and stands as at {}", now.rev));
    } else if now.at != at {
        findings.other(format!("{id} was told with another time than it stands with"));
    } else {
        return true;
    }
    false
}

/// A message that was shown before it had a number stands in the end, as it was shown; or another text
/// was logged before it under its id.
fn live(room: RoomId, told: &Told, standing: &Standing, findings: &mut Findings) {
    if standing.get(told.id).is_none() || !standing.is_meant(room, told) {
        findings.foreign(format!("{} was shown live in {room} and does not stand", told.id));
    }
}

/// What a device shows.
#[derive(Default)]
struct Screen<'a> {
    newest: HashMap<RoomId, Seq>,
    shown: HashMap<MessageId, &'a Told>,
}

/// I4, I6, I9: what reaches a device belongs to somebody in the room. A device shows each message once,
/// in order, and only newer states of it.
pub(super) fn showings(record: &Record, findings: &mut Findings) {
    let mut screens: HashMap<DeviceId, Screen> = HashMap::new();
    for delivery in &record.deliveries {
        let (device, room, told) = (delivery.device, delivery.room, &delivery.told);
        if !record.devices.get(&device).is_some_and(|user| is_member(record, room, *user)) {
            findings.foreign(format!("device {device} was told of {} in a room it is not in", told.id));
        }
        let screen = screens.entry(device).or_default();
        match delivery.how {
            How::Heard => {}
            How::Shown => screen.show(device, room, told, findings),
            How::Changed => screen.change(device, told, findings),
        }
    }
}

impl<'a> Screen<'a> {
    fn show(&mut self, device: DeviceId, room: RoomId, told: &'a Told, findings: &mut Findings) {
        if self.shown.insert(told.id, told).is_some() {
            findings.doubled(format!("device {device} showed {} twice", told.id));
        }
        let before = self.newest.insert(room, told.seq).unwrap_or_default();
        if told.seq <= before {
            findings.reordered(format!("device {device} showed {} after {before} in {room}", told.seq));
        }
    }

    fn change(&mut self, device: DeviceId, told: &'a Told, findings: &mut Findings) {
        let Some(before) = self.shown.insert(told.id, told) else { return };
        let (id, rev) = (told.id, told.rev);
        if before.deleted && !told.deleted {
            findings.other(format!("back: device {device} showed {id} deleted, and then with a text"));
        } else if rev < before.rev {
            findings.reordered(format!("device {device} showed change {rev} of {id} after {}", before.rev));
        }
    }
}
