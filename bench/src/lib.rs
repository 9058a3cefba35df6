//! Measures and checks a Rapport server from outside: clients of the public protocol, a world to
//! put them in, and the fault checker.

pub mod check;
pub mod client;
pub mod mutants;
pub mod random;
pub mod world;
