//! Messages.
pub mod announce;
pub mod body;
pub mod calls;
pub mod composer;
pub mod conversation;
pub mod delivery;
pub mod history;
pub mod holes;
pub mod page;
pub mod row;
pub mod rows;
pub mod scroll;
pub mod span;
pub mod tick;
