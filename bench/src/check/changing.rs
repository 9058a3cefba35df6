//! What people do to messages that are there.

use std::sync::PoisonError;

use model::{Emoji, MessageChange, MessageId, RoomId, Timestamp, UserId, outbox::Pending};

use super::{
    crowd::{Crowd, Member},
    record::{Deed, How, Told, Try, fingerprint},
};
use crate::{client::Order, random::Random};

/// How far back messages are looked for, in deliveries.
const BACK: usize = 8_000;
/// One of so many is chosen: few, so that much happens to the same.
const NEWEST: usize = 3;
const EMOJI: [&str; 3] = ["👍", "❤️", "😂"];

/// A message that somebody sees.
#[derive(Clone, Copy)]
struct Seen {
    room: RoomId,
    id: MessageId,
    sender: UserId,
}

/// A text that nobody has written before.
fn edit() -> MessageChange {
    MessageChange::Edit(format!("{} says it better", MessageId::new()))
}

/// Sometimes none.
fn react(random: &mut Random) -> MessageChange {
    let emoji = EMOJI.get(random.index(EMOJI.len() + 1));
    MessageChange::React(emoji.map(|emoji| Emoji::new(*emoji).expect("an emoji")))
}

fn deed(change: &MessageChange) -> Deed {
    match change {
        MessageChange::Edit(text) => Deed::Edit(fingerprint(text)),
        MessageChange::Delete => Deed::Delete,
        MessageChange::React(emoji) => Deed::React(emoji.as_ref().map(|emoji| fingerprint(emoji.as_str()))),
    }
}

impl Crowd {
    /// Somebody changes their own message, or reacts to any, from a device that may be cut off just now. Who changed
    /// one does not know it on another device, and sends the message, or an earlier change of it, again.
    pub(super) async fn change(&self, member: &Member, random: &mut Random) {
        let me = member.person.user;
        let (reacts, again, dice) =
            (random.between(0, 2) == 0, random.between(0, 1) == 0, random.between(0, 8));
        let edited = self.edited(member).filter(|_| again);
        let newest = || self.seen(member, |seen| reacts || seen.sender == me, random);
        let Some(seen) = edited.or_else(newest) else { return };
        match dice {
            _ if reacts => self.want(member, seen, react(random), random),
            0 => self.want(member, seen, MessageChange::Delete, random),
            1 => {
                self.want(member, seen, edit(), random);
                self.want(member, seen, MessageChange::Delete, random);
            }
            _ => self.want(member, seen, edit(), random),
        }
        self.ask_again(member, seen.id, random);
        let Some(old) = self.composed(seen.room, seen.id).filter(|_| seen.sender == me) else { return };
        match random.between(0, 4) {
            0 => self.contradict(member, old).await,
            _ => self.say_again(member, vec![old], random),
        }
    }

    /// The message that the person edited last, unless they deleted it. A retry that was applied twice shows only on a
    /// message that changed in between.
    fn edited(&self, member: &Member) -> Option<Seen> {
        let me = member.person.user;
        let record = self.journal.record();
        let is_made = |one: &Try| matches!((one.deed, one.answer), (Deed::Edit(_), Some(Ok(_))));
        let last = record.tries.iter().rev().find(|one| one.by == me && is_made(one))?;
        let is_deleted = record.tries.iter().any(|one| one.id == last.id && matches!(one.deed, Deed::Delete));
        (!is_deleted).then_some(Seen { room: last.room, id: last.id, sender: me })
    }

    /// One of the newest messages that a person's devices show.
    fn seen(&self, member: &Member, is: impl Fn(&Seen) -> bool, random: &mut Random) -> Option<Seen> {
        let record = self.journal.record();
        let mut newest: Vec<Seen> = Vec::new();
        for delivery in record.deliveries.iter().rev().take(BACK) {
            let Told { id, sender, .. } = delivery.told;
            let seen = Seen { room: delivery.room, id, sender };
            let is_shown =
                delivery.how != How::Heard && member.devices.iter().any(|(id, _)| *id == delivery.device);
            if is_shown && is(&seen) && newest.iter().all(|one| one.id != id) {
                newest.push(seen);
            }
            if newest.len() == NEWEST {
                break;
            }
        }
        (!newest.is_empty()).then(|| newest[random.index(newest.len())])
    }

    /// Gives a change to the outbox of one of the person's devices.
    fn want(&self, member: &Member, seen: Seen, change: MessageChange, random: &mut Random) {
        let Seen { room, id, .. } = seen;
        let (device, handle) = &member.devices[random.index(member.devices.len())];
        let (by, deed) = (member.person.user, deed(&change));
        let pending = Pending::change(room, id, change, Timestamp(0));
        // Held until it is noted: the answer may come at once.
        let mut record = self.journal.record();
        if handle.compose(pending.clone()) {
            let one = Try { room, id, change: pending.id, by, device: *device, deed, answer: None };
            record.tries.push(one);
            self.changes.lock().unwrap_or_else(PoisonError::into_inner).push(pending);
        }
    }

    /// A change that was made is asked for once more, whatever has become of the message since.
    fn ask_again(&self, member: &Member, id: MessageId, random: &mut Random) {
        let made = {
            let record = self.journal.record();
            let own = record.tries.iter().filter(|one| (one.id, one.by) == (id, member.person.user));
            own.filter(|one| matches!(one.answer, Some(Ok(_)))).map(|one| one.change).collect::<Vec<_>>()
        };
        let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let made: Vec<&Pending> = changes.iter().filter(|pending| made.contains(&pending.id)).collect();
        if made.is_empty() {
            return;
        }
        let (_, handle) = &member.devices[random.index(member.devices.len())];
        handle.order(Order::Say(vec![made[random.index(made.len())].clone().into_frame()]));
    }
}
