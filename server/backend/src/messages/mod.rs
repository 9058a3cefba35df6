//! Messages: sending, changing, reading, catching up, and the marks of how far one has come.

mod applied;
mod catch_up;
mod change;
mod delete;
mod edit;
mod mark;
#[cfg(feature = "mutants")]
mod mutated;
mod page;
mod react;
pub(crate) mod row;
mod send;

pub use change::ChangedMessage;
pub(crate) use change::read;
pub use mark::Marks;
pub use page::From;
