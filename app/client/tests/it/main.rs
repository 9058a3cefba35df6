//! The client without a browser: every close code, every loss.

mod cases;
mod converges;
mod driver;
/// A server as simple as can be, shared with the tests of the reducer.
#[path = "../../../model/tests/it/world.rs"]
#[expect(dead_code, reason = "the reducer's tests use the rest")]
mod world;
