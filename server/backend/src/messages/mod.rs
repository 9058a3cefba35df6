//! Messages: sending, reading, catching up, and the marks of how far one has come.

mod catch_up;
mod mark;
mod page;
mod row;
mod send;

pub use mark::Marks;
pub use page::From;
