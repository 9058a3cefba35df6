//! The rows of docs/FAULTS.md that a test of the whole server shows, each under its number.

mod abuse;
mod access;
mod messages;
mod network;
mod panics;
mod processes;
mod sessions;
mod talker;
