//! The socket's faults on purpose: see `backend::mutants`.

use backend::{hub::Outgoing, mutants::strikes};

/// `lose-last-frame`: now and then the last of the frames gathered for a write is dropped.
pub(crate) fn lose_last(batch: &mut Vec<Outgoing>) {
    if strikes("lose-last-frame", 16) {
        batch.pop();
    }
}
