//! What became of messages after they were sent.

use std::collections::HashMap;

use model::{Code, MessageId, Rev};

use super::{
    Findings,
    deliveries::States,
    standing::{Known, Standing},
};
use crate::check::record::{Deed, Record, Told, Try};

/// I9: what was answered was done, and only another change undid it. What was refused was refused
/// rightly.
pub(super) fn answers(record: &Record, standing: &Standing, findings: &mut Findings) {
    for one in &record.tries {
        let Some(answer) = &one.answer else { continue };
        match (answer, standing.get(one.id)) {
            (Ok(told), _) if !is_done(one, told) => {
                findings.other(format!("{} was answered with {told:?} to {:?}", one.id, one.deed));
            }
            // An answer that is newer than what stands is found with what was told.
            (Ok(told), Some(known)) if told.rev <= known.now.rev && is_undone(one, known, standing) => {
                findings.lost(format!("{:?} of {} was answered and does not stand", one.deed, one.id));
            }
            (Ok(_), _) => {}
            (Err(Code::NotFound), Some(known)) if may_be_gone(one, known, standing) => {}
            (Err(code), _) => findings.other(format!("{:?} of {} was refused as {code:?}", one.deed, one.id)),
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
