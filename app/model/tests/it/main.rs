//! The reducer under proof.

mod accounts;
mod convergence;
mod limits;
mod messages;
mod outbox;
mod resume;
mod rooms;
mod wire;
mod world;
