//! What stands and what was attempted, found by id.

use std::collections::HashMap;

use model::{MessageId, Rev, RoomId, UserId};

use crate::check::record::{Attempt, Deed, Record, Told, Try, fingerprint};

/// A message as it stands.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub room: RoomId,
    /// The change it came with.
    pub first: Rev,
    /// What it said first, if anybody was told of that.
    pub first_body: Option<u64>,
    pub now: &'a Told,
}

impl Known<'_> {
    /// Whether it may be what was sent so. Of what is deleted nothing is left to compare with.
    pub(super) fn may_be(&self, sender: UserId, body: u64) -> bool {
        let same = self.first_body.is_none_or(|first| first == body);
        self.now.sender == sender && (same || self.now.deleted)
    }
}

#[derive(Default)]
pub(super) struct Standing<'a> {
    messages: HashMap<MessageId, Known<'a>>,
    sends: HashMap<MessageId, Vec<&'a Attempt>>,
    tries: HashMap<MessageId, Vec<&'a Try>>,
}

impl<'a> Standing<'a> {
    pub(super) fn of(record: &'a Record) -> Self {
        let mut all = Self::default();
        for history in &record.standing {
            for stands in &history.messages {
                let known =
                    Known { room: history.room, first: stands.first, first_body: None, now: &stands.now };
                all.messages.insert(stands.now.id, known);
                all.hear_first(&stands.now);
            }
        }
        record.deliveries.iter().for_each(|delivery| all.hear_first(&delivery.told));
        for attempt in &record.attempts {
            all.sends.entry(attempt.id).or_default().push(attempt);
        }
        for one in &record.tries {
            all.tries.entry(one.id).or_default().push(one);
        }
        all
    }

    fn hear_first(&mut self, told: &Told) {
        if let Some(known) = self.messages.get_mut(&told.id).filter(|known| known.first == told.rev) {
            known.first_body.get_or_insert(told.body);
        }
    }

    pub(super) fn get(&self, id: MessageId) -> Option<&Known<'a>> {
        self.messages.get(&id)
    }

    /// Whether somebody meant to send this under this id.
    pub(super) fn is_sent(&self, id: MessageId, is: impl Fn(&Attempt) -> bool) -> bool {
        self.sends.get(&id).is_some_and(|sends| sends.iter().any(|attempt| is(attempt)))
    }

    /// Whether this person meant to do this to a message.
    pub(super) fn is_tried(&self, id: MessageId, by: UserId, deed: Deed) -> bool {
        let is = |one: &&'a Try| (one.by, one.deed) == (by, deed);
        self.tries.get(&id).is_some_and(|tries| tries.iter().any(is))
    }

    /// Whether a state is one that people meant to bring about.
    pub(super) fn is_meant(&self, room: RoomId, told: &Told) -> bool {
        let Told { id, sender, body, .. } = *told;
        let sent = |attempt: &Attempt| (attempt.room, attempt.sender) == (room, sender);
        if told.deleted {
            let is_empty = told.edited.is_none() && told.reactions.is_empty() && body == fingerprint("");
            return is_empty && self.is_sent(id, sent) && self.is_tried(id, sender, Deed::Delete);
        }
        let text = match told.edited {
            Some(_) => self.is_sent(id, sent) && self.is_tried(id, sender, Deed::Edit(body)),
            None => self.is_sent(id, |attempt| sent(attempt) && attempt.body == body),
        };
        let reacted = |(user, which): &(UserId, u64)| self.is_tried(id, *user, Deed::React(Some(*which)));
        text && told.reactions.iter().all(reacted)
    }
}
