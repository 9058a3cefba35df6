//! The events that a driver passes to its client, and the effects that the client returns.

use model::wire::{ClientFrame, ServerFrame};

/// Something that happened to the connection, the page or the chat.
#[derive(Clone, Debug)]
pub enum Event {
    /// The page begins to run, or comes back from the back-forward cache.
    Start { is_online: bool },
    /// The page goes into the back-forward cache, or ends.
    Stop,
    /// The chat holds what the store has kept, or there is no store.
    StoreRead,
    /// The connection is open.
    Opened,
    /// Something came; what it was may follow later.
    Received,
    /// Frames that came, in their order.
    Frames(Vec<ServerFrame>),
    /// A frame came that cannot be read.
    Unreadable,
    /// The connection ended or could not be opened; `code` if a close frame named one.
    Closed { code: Option<u16> },
    /// [`super::Client::next_due`] has come.
    Tick,
    /// The device has a network again, perhaps another one.
    Online,
    /// The device says that it has no network.
    Offline,
    /// A person comes back to the page. `silence`: milliseconds since something came, by a clock that goes on while
    /// the device sleeps.
    Attention { silence: f64 },
    /// The answer to [`Effect::CheckSession`].
    Session(Session),
    /// The chat was changed on this side: something was composed, released, retried, discarded or read.
    Changed,
    /// A page of history is in the chat; `fetch` asks for what changed in it since.
    PageLoaded { fetch: Option<ClientFrame> },
    /// The answer to [`Effect::CaughtUp`]: the chat holds everything that a tab has left in the store to be sent.
    OutboxRead,
    /// The page may go: what waits is sent now.
    Leaving,
    /// The code for polling is there.
    PollingReady,
    /// A poll succeeded, and its answer is in the chat.
    Polled,
    /// A poll was not answered.
    PollFailed,
}

/// The server's answer to the question who is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    /// This user.
    Alive,
    /// Another user.
    OtherUser,
    /// Nobody.
    Over,
    /// No answer came.
    Unknown,
}

/// Something that the driver has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Open a connection.
    Open,
    /// Drop the connection, and pass no more of its events.
    Close,
    /// Send a frame over the socket.
    Send(ClientFrame),
    /// Send a message, a change or a mark by a call, since no socket passes.
    Call(ClientFrame),
    /// Ask who is signed in, by a call: it also renews the session's cookies. Answer with [`Event::Session`].
    CheckSession,
    /// Fetch the page again: it belongs to another version or another user.
    Reload,
    /// Delete what is stored of the user.
    SignOut,
    /// Show the state of the connection.
    Link(Link),
    /// Everything is here. Take over what other tabs have left in the store, and answer with [`Event::OutboxRead`].
    CaughtUp,
    /// Show the chat: something changed in it.
    Show,
    /// Load the code for polling, and answer with [`Event::PollingReady`].
    StartPolling,
    /// Ask for changes by calls. Answer with [`Event::Polled`], [`Event::PollFailed`] or [`Event::Session`].
    Poll,
}

/// The state of the connection, as people see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// Not opened yet, or being opened: nothing is said about it.
    #[default]
    Starting,
    /// Everything is here and live.
    Open,
    /// No socket passes, but calls do: changes are asked for every few seconds.
    Polling,
    /// Gone; the client tries again.
    Broken,
    /// The session ended: sign in again.
    SignedOut,
}
