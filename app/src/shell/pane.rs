//! What the pane beside the list holds.

use leptos::prelude::*;
use model::RoomId;

/// What the pane holds, as far as the layout cares; phones show one thing at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    /// Nothing: the list is the view.
    List,
    /// A conversation.
    Talk(Option<RoomId>),
    /// Any other page.
    Page,
}

impl Pane {
    pub fn of(path: &str) -> Self {
        match path.trim_end_matches('/').strip_prefix("/chats") {
            None => Self::Page,
            Some("") => Self::List,
            Some(rest) => Self::Talk(rest.trim_start_matches('/').parse().ok()),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Talk(_) => "talk",
            Self::Page => "page",
        }
    }
}

/// Whether the view on the screen is another than the one the page came with.
#[derive(Clone, Copy)]
pub struct Navigated(pub StoredValue<bool>);
