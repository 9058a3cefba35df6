//! The reducer under proof.

mod accounts;
mod convergence;
mod outbox;
mod rooms;
mod wire;
mod world;
