//! Faults and attacks on the whole of it: PostgreSQL, Redis, Kafka, RabbitMQ, nginx, two nodes that
//! serve people, two that store, one that works off jobs. The numbers are those of docs/FAULTS.md; the
//! line above each test says how it fails when the defence is off, and each was seen to.
//!
//! ```sh
//! cargo build --bin rapport --features server/mutants
//! cargo test -p bench --test cluster -- --test-threads=1
//! ```
//!
//! `CLUSTER_PROGRAM` names another program.
//! One cluster for all tests, which break it one at a time.

mod rows;
mod world;
