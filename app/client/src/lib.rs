//! The client of Rapport as one state machine, without sockets, clocks or storage.
//!
//! A driver owns those: it passes every [`Event`] to [`Client::handle`] with the time, and carries out the [`Effect`]s
//! that are returned, in their order. The browser (`app/src/live`) and the fault checker (`bench`) drive the same
//! client, so what the checker proves is what people run. What is on the screen is [`model::Chat`], which the client
//! changes and the driver owns.
//!
//! All times are milliseconds of a clock that only goes forward.

mod backoff;
mod client;
mod fetches;
mod marks;
pub mod policy;
mod scheduler;

pub use client::{Client, Effect, Event, Link, Session, State};
pub use scheduler::Scheduler;
