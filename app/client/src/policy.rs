//! How long a client waits for what, in milliseconds. What the protocol fixes stands in [`model::limits`].

/// The longest wait before the first connection after one that failed, and after many.
pub const FIRST_RECONNECT: f64 = 500.0;
pub const LONGEST_RECONNECT: f64 = 30_000.0;
/// The shortest wait before the next connection while the device says that it is offline. It may be wrong, above all
/// about servers on the same machine.
pub const OFFLINE_RECONNECT: f64 = 30_000.0;
/// The wait before the next connection after a call has found the session alive.
pub const ALIVE_RECONNECT: f64 = 200.0;
/// The wait before the next connection when the server ended the session and a call cannot tell whether it did.
pub const UNKNOWN_RECONNECT: f64 = 2_000.0;
/// The longest time from the opening of a connection to the first frame of the server.
pub const OPENING: f64 = 15_000.0;
/// The longest wait for the store before `hello` is sent without what it holds.
pub const STORE: f64 = 1_500.0;
/// After this much silence the connection of a person who comes back is probed.
pub const SUSPICIOUS_SILENCE: f64 = 30_000.0;
/// The longest wait for the answer to a probe.
pub const PROBE: f64 = 3_000.0;
/// The shortest time between two questions whether the session is alive: well within the life of the access token
/// that the answer renews.
pub const SESSION_CHECK: f64 = 60_000.0;
/// The wait before a fetch is sent again that was not answered.
pub const FETCH_AGAIN: f64 = 5_000.0;
/// The shortest time between two reports of marks.
pub const MARKS: f64 = 1_000.0;
/// The most marks in one report: far below what the server takes for a flood.
pub const MARKS_AT_ONCE: usize = 50;
/// The longest wait for the outbox in the store before messages are sent again.
pub const OUTBOX: f64 = 1_000.0;
/// The wait after a temporary refusal that names none.
pub const REFUSED: f64 = 1_000.0;
/// The longest a sent message stays without an answer before the connection is given up.
pub const ANSWER: f64 = 30_000.0;
/// The wait between two polls where no WebSocket passes.
pub const POLL: f64 = 4_000.0;
