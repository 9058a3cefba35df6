//! Accounts.
pub mod calls;
pub mod form;
pub mod register;
pub mod sign_in;
pub mod verify;
