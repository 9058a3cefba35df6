//! What became of messages that were sent.

use std::collections::{HashMap, HashSet};

use model::{Accepted, Code, MessageId, RoomId, Sent, Seq};

use super::{
    Findings, is_member,
    standing::{Known, Standing},
};
use crate::check::record::{Answer, Attempt, DeviceId, Record, Told};

/// I1: what was accepted stands where the answer said, and every answer about it is the same. What
/// was refused was refused rightly.
pub(super) fn answers(record: &Record, standing: &Standing, findings: &mut Findings) {
    let mut first: HashMap<MessageId, Accepted> = HashMap::new();
    let mut lost: HashSet<MessageId> = HashSet::new();
    for answer in &record.answers {
        let (id, found) = (answer.id, standing.get(answer.id));
        match (answer.outcome, found) {
            (Ok(_), None) if !lost.insert(id) => {}
            (Ok(Sent::Accepted(sent)), None) => {
                findings.lost(format!("{id} was accepted as {} and does not stand", sent.seq));
            }
            (Ok(Sent::Logged(_)), None) => findings.lost(format!("{id} was logged and does not stand")),
            (Ok(Sent::Accepted(sent)), Some(known)) => accepted(answer, sent, known, findings),
            (Ok(Sent::Logged(_)), Some(known)) => logged(answer, known, standing, findings),
            (Err(code), _) => refused(record, answer, code, found, findings),
        }
        if let Ok(Sent::Accepted(sent)) = answer.outcome {
            let known = *first.entry(id).or_insert(sent);
            if (known.room, known.seq, known.rev) != (sent.room, sent.seq, sent.rev) {
                findings.doubled(format!("{id} was answered as number {} and as {}", known.seq, sent.seq));
            }
        }
    }
}

/// A message that has changed is answered with the change it came with.
fn accepted(answer: &Answer, sent: Accepted, known: &Known, findings: &mut Findings) {
    let (id, now) = (answer.id, known.now);
    if (known.room, now.seq, known.first) != (sent.room, sent.seq, sent.rev) {
        let (seq, rev, first) = (sent.seq, sent.rev, known.first);
        findings.reordered(format!(
            "{id} was answered as {seq}, change {rev}, and stands at {}, change {first}",
            now.seq
        ));
    } else if now.at != sent.at {
        findings.other(format!("{id} was answered with another time than it stands with"));
    } else if !known.may_be(answer.sender, answer.body) {
        findings.lost(format!("{id} was accepted, and stands with another text or sender"));
    }
}

/// What was logged stands, unless another text was logged before it under its id: then the sender is
/// told. Its number is the store's to give.
fn logged(answer: &Answer, known: &Known, standing: &Standing, findings: &mut Findings) {
    if known.room == answer.room && known.may_be(answer.sender, answer.body) {
        return;
    }
    let is_rival = |attempt: &Attempt| known.first_body == Some(attempt.body);
    if !standing.is_sent(answer.id, is_rival) {
        findings.lost(format!("{} was logged, and stands with another text or sender", answer.id));
    }
}

fn refused(record: &Record, answer: &Answer, code: Code, found: Option<&Known>, findings: &mut Findings) {
    let id = answer.id;
    match code {
        code if code.is_temporary() => {}
        Code::IdConflict => {
            let is_same =
                |known: &Known| known.first_body == Some(answer.body) && known.now.sender == answer.sender;
            if found.is_none_or(is_same) {
                findings.lost(format!("{id} was refused for a conflict, and nothing conflicts"));
            }
        }
        Code::NotFound if !is_member(record, answer.room, answer.sender) => {}
        code => findings.other(format!("{id} was refused as {code:?}")),
    }
}

/// I2: nothing stands that nobody meant; I1 once more: nothing stands twice.
pub(super) fn sources(record: &Record, standing: &Standing, findings: &mut Findings) {
    let (mut ids, mut bodies) = (HashSet::new(), HashSet::new());
    for history in &record.standing {
        for now in history.messages.iter().map(|stands| &stands.now) {
            let Told { id, seq, sender, body, .. } = *now;
            // Every text is sent under one id only, so a text that stands twice was sent once.
            if !ids.insert(id) || (!now.deleted && !bodies.insert(body)) {
                findings.doubled(format!("{id} stands a second time, as {seq} in {}", history.room));
            } else if !standing.is_meant(history.room, now) {
                findings.foreign(format!("{id} stands as {seq} in {}, and nobody meant that", history.room));
            } else if !is_member(record, history.room, sender) {
                findings.foreign(format!("{id} stands in {}, whose sender is not in it", history.room));
            }
        }
    }
}

/// I3: what one device composed in one room stands in that order.
pub(super) fn order(record: &Record, standing: &Standing, findings: &mut Findings) {
    let mut newest: HashMap<(DeviceId, RoomId), Seq> = HashMap::new();
    for attempt in &record.attempts {
        let Some(device) = attempt.ordered_on else { continue };
        let Some(known) = standing.get(attempt.id) else { continue };
        let (id, seq) = (attempt.id, known.now.seq);
        let before = newest.insert((device, attempt.room), seq).unwrap_or_default();
        if seq <= before {
            findings.reordered(format!("{id} of device {device} stands at {seq}, before {before}"));
        }
    }
}
