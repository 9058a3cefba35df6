//! What became of messages after they were sent.

use std::collections::HashMap;

use model::{ChangeId, Code, MessageId, Rev};

use super::{
    Findings,
    deliveries::States,
    standing::{Known, Standing},
};
use crate::check::record::{Deed, DeviceId, Record, Told, Try};

/// I9: what was answered was done, and only another change undid it. What was refused was refused
/// rightly.
pub(super) fn answers(record: &Record, standing: &Standing, states: &States, findings: &mut Findings) {
    for one in &record.tries {
        let Some(answer) = &one.answer else { continue };
        match (answer, standing.get(one.id)) {
            (Ok(rev), Some(known)) => made(one, *rev, known, standing, states, findings),
            (Ok(rev), None) => {
                findings.lost(format!("{} was changed as {rev} and does not stand", one.id));
            }
            (Err(Code::NotFound), Some(known)) if may_be_gone(one, known, standing) => {}
            (Err(code), _) => findings.other(format!("{:?} of {} was refused as {code:?}", one.deed, one.id)),
        }
    }
}

fn made(one: &Try, rev: Rev, known: &Known, standing: &Standing, states: &States, findings: &mut Findings) {
    let (id, deed) = (one.id, one.deed);
    let told = states.get(&(one.room, rev));
    if let Some(told) = told.filter(|told| told.id != id || !is_done(one, told)) {
        findings.other(format!("{deed:?} of {id} was answered with change {rev}, which is {told:?}"));
    } else if rev > known.now.rev {
        findings.lost(format!(
            "{deed:?} of {id} was answered with change {rev}, and it stands as at {}",
            known.now.rev
        ));
    } else if is_undone(one, known, standing) {
        findings.lost(format!("{deed:?} of {id} was answered and does not stand"));
    }
}

/// I9: a change is made once: however often it is asked for, it is answered alike, and no text comes back after another.
pub(super) fn once(record: &Record, states: &States, findings: &mut Findings) {
    let mut first: HashMap<ChangeId, Result<Rev, Code>> = HashMap::new();
    for (change, answer) in &record.change_answers {
        let known = *first.entry(*change).or_insert(*answer);
        if known != *answer {
            findings.doubled(format!("{change} was answered with {known:?} and with {answer:?}"));
        }
    }
    let mut texts: HashMap<MessageId, Vec<u64>> = HashMap::new();
    for told in states.values() {
        let known = texts.entry(told.id).or_default();
        if known.last() == Some(&told.body) {
            continue;
        }
        if known.contains(&told.body) {
            findings.doubled(format!("{} says as change {} what it said before", told.id, told.rev));
        }
        known.push(told.body);
    }
}

/// I3: what one device wrote over a message is made in that order.
pub(super) fn order(record: &Record, findings: &mut Findings) {
    let mut newest: HashMap<(DeviceId, MessageId), Rev> = HashMap::new();
    for one in record.tries.iter().filter(|one| matches!(one.deed, Deed::Edit(_))) {
        let Some(Ok(rev)) = one.answer else { continue };
        let before = newest.insert((one.device, one.id), rev).unwrap_or_default();
        if rev <= before {
            let Try { id, device, .. } = one;
            findings.reordered(format!("an edit of {id} on device {device} is change {rev}, after {before}"));
        }
    }
}

/// Whether a state shows what somebody wanted.
fn is_done(one: &Try, told: &Told) -> bool {
    match one.deed {
        Deed::Delete => told.deleted,
        Deed::Edit(body) => told.body == body && told.edited.is_some(),
        Deed::React(which) => told.reaction_of(one.by) == which,
    }
}

/// Whether what was answered is not there, and nobody meant to take it back: an edit leaves no first
/// text, a reaction stays one, and a deletion is for ever.
fn is_undone(one: &Try, known: &Known, standing: &Standing) -> bool {
    let now = known.now;
    match one.deed {
        _ if now.deleted => false,
        Deed::Delete => true,
        Deed::Edit(_) => now.edited.is_none(),
        Deed::React(None) => false,
        Deed::React(Some(_)) => {
            now.reaction_of(one.by).is_none() && !standing.is_tried(one.id, one.by, Deed::React(None))
        }
    }
}

/// What is deleted can only be deleted.
fn may_be_gone(one: &Try, known: &Known, standing: &Standing) -> bool {
    one.deed != Deed::Delete && standing.is_tried(one.id, known.now.sender, Deed::Delete)
}

/// I9: a deletion is the end. Whatever anybody was told of after it is wrong.
pub(super) fn ends(states: &States, findings: &mut Findings) {
    let mut ends: HashMap<MessageId, Rev> = HashMap::new();
    for told in states.values().filter(|told| told.deleted) {
        let end = ends.entry(told.id).or_insert(told.rev);
        *end = told.rev.min(*end);
    }
    for told in states.values() {
        if let Some(end) = ends.get(&told.id).filter(|end| told.rev > **end) {
            findings
                .other(format!("back: {} was deleted as change {end}, and is told as {}", told.id, told.rev));
        }
    }
}
