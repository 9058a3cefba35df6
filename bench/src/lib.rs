//! Measures and checks a Rapport server from outside: clients of the public protocol, a world to
//! put them in, the fault checker, and the load.

pub mod check;
pub mod client;
pub mod load;
pub mod mutants;
pub mod random;
pub mod world;
