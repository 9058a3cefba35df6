//! The faults of catching up and of changing messages of [`crate::mutants`].

use std::collections::BTreeMap;

use model::{Message, RoomId};

use crate::mutants::is;

/// `resume-forgets`: of what a returning client missed, one message is left out.
pub(super) fn forget_one(missed: &mut BTreeMap<RoomId, Vec<Message>>) {
    if is("resume-forgets") {
        missed.values_mut().next().map(Vec::pop);
    }
}

/// `forget-change`: a change that is asked for again is made again.
pub(super) fn forgets_changes() -> bool {
    is("forget-change")
}
