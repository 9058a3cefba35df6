//! Faults put into the program on purpose, to prove that the fault checker (`bench/`) finds them.
//! Compiled in by the feature `mutants` alone; the variable `RAPPORT_MUTANT` picks one.
//! `docs/PROVING.md` lists them. Here one is picked; what each does to a value is in a file `mutated.rs` beside what it
//! mutates, so that nothing here knows the program.

use std::sync::{
    LazyLock,
    atomic::{AtomicU32, Ordering},
};

/// Whether no mutant was picked: the program then does what the release does.
pub(crate) fn none() -> bool {
    is("")
}

/// Whether the mutant of this name was picked. Also asked by the writer of the log for `bring-back` (a
/// retry puts back what a changed message said first) and by that of changes for `forget-deletion` (one is
/// told and answered, and not stored).
pub fn is(name: &str) -> bool {
    static PICKED: LazyLock<String> = LazyLock::new(|| std::env::var("RAPPORT_MUTANT").unwrap_or_default());
    *PICKED == name
}

/// True once in `n` calls, if the mutant was picked. Also asked by the writer of the log for
/// `skip-number` (a number of a room is given to nobody) and `lose-accepted` (a message gets its number
/// and its answer, and is not stored).
pub fn strikes(name: &str, n: u32) -> bool {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    is(name) && CALLS.fetch_add(1, Ordering::Relaxed) % n == n - 1
}

/// `store-after-read` and its like: the process is killed at a step of storing a batch, once in ten.
pub(crate) fn die_at(step: &str) {
    if strikes(step, 10) {
        let _ = nix::sys::signal::raise(nix::sys::signal::Signal::SIGKILL);
    }
}

/// `panic`: whoever is sent this, or looks for it, panics. Not for the checker: a test of the whole
/// server asks for it by the word.
pub(crate) fn panic_at(text: &str) {
    assert!(!is("panic") || text != "panic on purpose", "a panic on purpose");
}
