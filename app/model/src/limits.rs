//! Every limit a client can meet, in one place. `docs/PROTOCOL.md` repeats them.

/// Version of the socket protocol. Additions (new frames, new fields) do not change it.
pub const PROTOCOL_VERSION: u32 = 1;

/// Longest message, in Unicode scalar values.
pub const MESSAGE_CHARS: usize = 4_096;
/// Longest reaction, in bytes: a family of four with their skin tones is one.
pub const REACTION_BYTES: usize = 64;
/// Most people one can block.
pub const BLOCKED: i64 = 1_000;
/// Most groups one can make.
pub const GROUPS_MADE: i64 = 500;
/// Most reactions to one message.
pub const REACTIONS: usize = 200;
/// Largest frame a client may send, in bytes.
pub const FRAME_BYTES: usize = 64 * 1024;
/// Largest frame the server sends, in bytes.
pub const SERVER_FRAME_BYTES: usize = 1024 * 1024;
/// Deepest nesting of the JSON in a client's frame: this many brackets open at once.
pub const JSON_DEPTH: usize = 128;
/// Most rooms a `hello` cursor names, so that it fits into a frame; the others are sent as summaries.
pub const CURSOR_ROOMS: usize = 600;
/// Most people in a group. All of them come with it, with their names and marks: some 25 KB of a full one,
/// in every [`crate::wire::ServerFrame::Room`], and in every `changes` that is told of it.
pub const GROUP_PEOPLE: usize = 100;
/// Longest title of a group, in Unicode scalar values.
pub const TITLE_CHARS: usize = 64;

/// More missed changes than this in one room are answered with the newest page and `limited`.
pub const CATCH_UP: i64 = 200;
/// Rooms in a page of the list, unless other than that many are asked for.
pub const ROOMS_PAGE: i64 = 50;
/// Most rooms in a page of the list.
pub const ROOMS_PAGE_MAX: i64 = 100;
/// Rooms that a rendered page comes with: the others come through the socket.
pub const HOME_ROOMS: i64 = 30;
/// Most users that can be asked for by id at once.
pub const PEOPLE_BY_ID: usize = 100;
/// Messages in a page of history, unless fewer are asked for.
pub const PAGE: i64 = 50;
/// Most messages in a page of history.
pub const PAGE_MAX: i64 = 100;

/// The server beats this often, in milliseconds.
pub const BEAT_MS: u32 = 25_000;
/// A side that hears nothing for this long takes the connection for dead, in milliseconds.
pub const SILENCE_MS: u32 = 60_000;
/// A connection that has not said `hello` by then is closed, in milliseconds.
pub const HELLO_MS: u32 = 10_000;
/// How long a client waits for a missing change before it asks for it, in milliseconds.
pub const GAP_MS: u32 = 500;

/// Frames that may wait for a slow reader before it is cut off.
pub const QUEUE_FRAMES: usize = 1_024;
/// Bytes that may wait for a slow reader before it is cut off.
pub const QUEUE_BYTES: usize = 1024 * 1024;
/// Frames a client may send at once on one connection, and then per second.
pub const SOCKET_FRAMES: u32 = 400;
pub const SOCKET_FRAMES_PER_SECOND: u32 = 200;
/// Frames that a malformed one counts as, besides itself.
pub const MALFORMED_FRAMES: u32 = 20;
/// Open sockets one person may have.
pub const SOCKETS_PER_USER: usize = 32;
/// Messages one person may send in a burst, and then per second.
pub const SEND_BURST: u32 = 60;
pub const SEND_PER_SECOND: u32 = 20;

/// Lifetime of an e-mailed code, in seconds.
pub const CODE_SECONDS: i64 = 600;
/// Tries a code survives.
pub const CODE_TRIES: i32 = 5;
/// Wait between two codes for the same sign-up, in seconds.
pub const CODE_AGAIN_SECONDS: i64 = 60;
/// Lifetime of an access token, in seconds.
pub const ACCESS_SECONDS: i64 = 600;
/// Lifetime of a session that is not used, in seconds.
pub const SESSION_SECONDS: i64 = 30 * 24 * 3600;
