//! The binary's insides: HTTP, the socket, and their wiring.

pub mod http;
pub mod serve;
pub mod socket;
