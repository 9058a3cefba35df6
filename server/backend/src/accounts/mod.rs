//! Accounts: signing up, signing in, and who that is.
//!
//! Usernames are public; which e-mail addresses have an account is not. Signing up with an address
//! that has one looks and costs the same as with any other: its row is kept, its code verifies
//! nothing, and the mail that goes out says "you already have an account".

mod code;
mod email;
mod guesses;
mod me;
mod password;
mod pending;
mod register;
mod registration;
mod resend_code;
mod sign_in;
mod sign_out;
mod username_free;
mod verify;

use std::net::IpAddr;

pub use password::hash as hash_password;
pub(crate) use pending::Pending;
pub use sign_in::wrong_credentials;

/// What a person fills in to sign up.
#[derive(Clone)]
pub struct SignUp {
    pub email: String,
    pub username: String,
    pub name: String,
    pub password: String,
}

/// Where a request comes from, for limits and for the list of sessions.
#[derive(Clone, Debug)]
pub struct Origin {
    pub address: IpAddr,
    /// The browser's name for itself.
    pub agent: String,
}
