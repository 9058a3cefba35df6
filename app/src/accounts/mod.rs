//! Accounts.
pub mod calls;
