//! Where everybody notes what happens, while it happens. In memory, for the oracle.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use model::{
    ChangeId, Chat, Code, Message, MessageId, Offset, Rev, RoomId, Sent, Seq, Timeline, UserId,
    wire::{ClientFrame, Item, ServerFrame},
};

use super::record::{Answer, Delivery, DeviceId, How, Record, fingerprint};
use crate::client::Watch;

/// The record while it is written.
#[derive(Clone, Default)]
pub(super) struct Journal(Arc<Mutex<Record>>);

impl Journal {
    pub(super) fn record(&self) -> MutexGuard<'_, Record> {
        // Entries are whole at every moment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn incident(&self, what: impl Into<String>) {
        self.record().incidents.push(what.into());
    }
}

/// Notes what one device says and hears.
pub(super) struct Note {
    journal: Journal,
    device: DeviceId,
    me: UserId,
    /// The text last said under an id, until it is answered.
    said: BTreeMap<MessageId, u64>,
    /// Where it was logged last, where numbers follow.
    logged: BTreeMap<MessageId, Offset>,
    /// The newest message shown in each room.
    shown: BTreeMap<RoomId, Seq>,
    /// Messages that were told of as changed, or once more, and the state they were last shown in.
    watched: BTreeMap<(RoomId, Seq), Rev>,
}

impl Note {
    pub(super) fn new(journal: Journal, device: DeviceId, me: UserId) -> Self {
        journal.record().devices.insert(device, me);
        Self {
            journal,
            device,
            me,
            said: BTreeMap::new(),
            logged: BTreeMap::new(),
            shown: BTreeMap::new(),
            watched: BTreeMap::new(),
        }
    }

    fn answer(&mut self, room: RoomId, id: MessageId, outcome: Result<Sent, Code>) {
        let Some(body) = self.said.get(&id).copied() else {
            return self
                .journal
                .incident(format!("device {} was answered about {id}, which it never sent", self.device));
        };
        self.journal.record().answers.push(Answer { room, id, sender: self.me, body, outcome });
    }

    fn change_answer(&self, change: ChangeId, answer: Result<Rev, Code>) {
        let mut record = self.journal.record();
        record.change_answers.push((change, answer));
        let known = record.tries.iter_mut().rev().find(|one| one.change == change);
        if let Some(one) = known {
            one.answer.get_or_insert(answer);
            return;
        }
        let what = format!("device {} was answered about {change}, which nobody asked for", self.device);
        record.incidents.push(what);
    }

    fn deliver(&self, room: RoomId, message: &Message, how: How) {
        let delivery = Delivery { device: self.device, room, told: message.into(), how };
        self.journal.record().deliveries.push(delivery);
    }

    fn hear(&mut self, room: RoomId, message: &Message) {
        self.deliver(room, message, How::Heard);
        let is_old = self.shown.get(&room).is_some_and(|newest| message.seq <= *newest);
        if is_old || message.edited.is_some() || message.deleted || !message.reactions.is_empty() {
            self.watched.entry((room, message.seq)).or_default();
        }
    }

    fn show_new(&mut self, room: RoomId, timeline: &Timeline) {
        let shown = self.shown.get(&room).copied().unwrap_or_default();
        for message in timeline.since(shown.next()) {
            self.deliver(room, message, How::Shown);
            self.shown.insert(room, message.seq);
            self.watched.entry((room, message.seq)).and_modify(|rev| *rev = message.rev);
        }
    }

    fn show_changed(&mut self, room: RoomId, timeline: &Timeline) {
        let mut watched = std::mem::take(&mut self.watched);
        for ((_, seq), rev) in watched.range_mut((room, Seq::ZERO)..=(room, timeline.last_seq())) {
            let Some(message) = timeline.get(*seq).filter(|message| message.rev != *rev) else { continue };
            *rev = message.rev;
            self.deliver(room, message, How::Changed);
        }
        self.watched = watched;
    }
}

impl Watch for Note {
    fn said(&mut self, frame: &ClientFrame) {
        if let ClientFrame::Send { id, body, .. } = frame {
            self.said.insert(*id, fingerprint(body));
        }
    }

    fn heard(&mut self, frame: &ServerFrame) {
        match frame {
            ServerFrame::Accepted(accepted) => {
                self.answer(accepted.room, accepted.id, Ok(Sent::Accepted(*accepted)));
            }
            ServerFrame::Logged(logged) => {
                self.logged.insert(logged.id, logged.log);
                self.answer(logged.room, logged.id, Ok(Sent::Logged(*logged)));
            }
            ServerFrame::Live { room, message, .. } => self.deliver(*room, message, How::Heard),
            ServerFrame::Changed(changed) => self.change_answer(changed.change, Ok(changed.rev)),
            ServerFrame::Rejected { change: Some(_), error, .. } if error.code.is_temporary() => {}
            ServerFrame::Rejected { change: Some(change), error, .. } => {
                self.change_answer(*change, Err(error.code));
            }
            // Of another device's copy: everybody who is signed in as the sender is told.
            ServerFrame::Rejected { log: Some(log), id, .. } if self.logged.get(id) != Some(log) => {}
            ServerFrame::Rejected { room, id, error, .. } => self.answer(*room, *id, Err(error.code)),
            ServerFrame::Change(change) => {
                if let Item::Message { message } = &change.item {
                    self.hear(change.room, message);
                }
            }
            ServerFrame::Changes { room, messages, limited, .. } => {
                if *limited {
                    self.journal.record().limited.insert((self.device, *room));
                }
                messages.iter().for_each(|message| self.hear(*room, message));
            }
            ServerFrame::Room { room } => {
                room.last.iter().for_each(|message| self.hear(room.id, message));
            }
            _ => {}
        }
    }

    fn applied(&mut self, room: RoomId, chat: &Chat) {
        let Some(conversation) = chat.conversation(room) else { return };
        self.show_new(room, &conversation.timeline);
        self.show_changed(room, &conversation.timeline);
    }

    fn astonished(&mut self, what: String) {
        self.journal.incident(format!("device {}: {what}", self.device));
    }
}

#[cfg(test)]
mod tests {
    use model::{Room, RoomKind, Timestamp, wire::Change};

    use super::*;

    fn room(last: Option<Message>) -> Room {
        Room {
            id: RoomId::new(),
            kind: RoomKind::Private,
            title: None,
            people: Vec::new(),
            gone: Vec::new(),
            admins: Vec::new(),
            marks: Vec::new(),
            rev: Rev(1),
            last_seq: Seq(1),
            last,
            created_at: Timestamp(0),
            log: Offset::ZERO,
        }
    }

    /// Fails when a device does not look again at what it has shown.
    #[test]
    fn every_state_that_a_device_shows_is_noted_once() {
        let journal = Journal::default();
        let (me, mut message) =
            (UserId::new(), Message::new(MessageId::new(), UserId::new(), Timestamp(1), "a"));
        (message.seq, message.rev) = (Seq(1), Rev(1));
        let (mut note, mut chat) = (Note::new(journal.clone(), 0, me), Chat::new(me));
        let room = room(Some(message.clone()));
        let id = room.id;
        let mut take = |frame: ServerFrame| {
            note.heard(&frame);
            chat.receive(frame);
            note.applied(id, &chat);
        };
        take(ServerFrame::Room { room });
        message.delete();
        message.rev = Rev(2);
        for _ in 0..2 {
            let item = Item::Message { message: message.clone() };
            take(ServerFrame::Change(Change { room: id, rev: Rev(2), item }));
        }
        let record = journal.record();
        let shown = record.deliveries.iter().filter(|one| one.how != How::Heard);
        let shown: Vec<_> = shown.map(|one| (one.how, one.told.rev, one.told.deleted)).collect();
        assert_eq!(shown, [(How::Shown, Rev(1), false), (How::Changed, Rev(2), true)]);
    }
}
