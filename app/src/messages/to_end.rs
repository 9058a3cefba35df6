//! What the composer asks of the history.

use leptos::prelude::*;

/// Scrolls to the newest message.
#[derive(Clone, Copy)]
pub struct ToEnd(pub Callback<()>);
