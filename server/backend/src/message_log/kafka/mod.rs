//! The log in Kafka. A topic keyed by room: a room's entries lie in one partition, in one order.
//!
//! An entry is durable once every in-sync replica has it; from then on its room sees it live. The
//! store role gives it its number a little later ([`store`]), in the same order.

mod dead_letters;
mod deliveries;
mod logs;
mod open;
mod producer;
mod record;
mod reports;
mod settings;
mod state;
mod store;
mod topics;

pub use dead_letters::{DeadLetter, DeadLetters};
pub(super) use producer::Kafka;
pub use settings::{Mechanism, Sasl, Security, Settings};
pub use store::{Store, run_store};
pub use topics::{check_topics, create_topics};
