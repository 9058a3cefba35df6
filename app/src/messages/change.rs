//! What a person does to the messages of the open room. Here it is wished for; what fulfils it comes later, see
//! [`super::hands`].

use leptos::{html, prelude::*};
use model::{Message, RoomId, Seq};

use crate::live::Live;

#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// The menu of a message, beside a place on the screen.
    Menu(Seq, Place),
    /// This reaction, or without it if it is there.
    React(Seq, String),
    /// This text instead of the one the message has.
    Save(Seq, String),
}

/// What the menu stands under, or above, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    pub left: f64,
    pub top: f64,
    pub bottom: f64,
}

/// What the views of changing messages share. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Changing {
    pub live: Live,
    pub room: RoomId,
    pub wish: RwSignal<Option<Wish>>,
    /// What fulfils wishes is here, or on its way.
    pub needed: RwSignal<bool>,
    /// The message that the menu is about.
    pub chosen: RwSignal<Option<Seq>>,
    /// The message that the composer edits.
    pub edited: RwSignal<Option<Seq>>,
    /// The message that the dialog asks about.
    pub doomed: RwSignal<Option<Seq>>,
    /// Why a change was not made, said next to the composer.
    pub trouble: RwSignal<Option<String>>,
    pub menu: NodeRef<html::Div>,
    pub field: NodeRef<html::Textarea>,
}

impl Changing {
    pub fn new(live: Live, room: RoomId) -> Self {
        Self {
            live,
            room,
            wish: RwSignal::new(None),
            needed: RwSignal::new(false),
            chosen: RwSignal::new(None),
            edited: RwSignal::new(None),
            doomed: RwSignal::new(None),
            trouble: RwSignal::new(None),
            menu: NodeRef::new(),
            field: NodeRef::new(),
        }
    }

    /// The message as it is shown, unless it is deleted. Reactive.
    pub fn message(self, seq: Seq) -> Option<Message> {
        self.live.chat.with(|chat| {
            let (message, _) = chat.with_pending(chat.conversation(self.room)?.timeline.get(seq)?);
            (!message.deleted).then(|| message.into_owned())
        })
    }

    /// The message as it is now, unless it is deleted.
    pub fn message_now(self, seq: Seq) -> Option<Message> {
        untrack(|| self.message(seq))
    }

    /// A new try begins: what went wrong before is history.
    pub fn forget_trouble(self) {
        if self.trouble.try_get_untracked().flatten().is_some() {
            self.trouble.set(None);
        }
    }

    pub fn say(self, trouble: String) {
        // The room may have been left meanwhile.
        let _ = self.trouble.try_set(Some(trouble));
    }

    /// Fetches what fulfils wishes, if it is not here: one is likely to come.
    pub fn expect(self) {
        if !self.needed.get_untracked() {
            self.needed.set(true);
        }
    }

    pub fn wish(self, wish: Wish) {
        self.wish.set(Some(wish));
        self.expect();
    }

    /// Begins to edit a message of one's own.
    pub fn edit(self, seq: Seq) {
        self.forget_trouble();
        self.edited.set(Some(seq));
        self.expect();
    }

    /// The field is for new messages again; the draft comes back by itself.
    pub fn end_edit(self) {
        self.forget_trouble();
        self.edited.set(None);
    }
}

/// What stands in the place of a deleted message.
pub fn deleted(mine: bool) -> &'static str {
    match mine {
        true => "You deleted this message",
        false => "This message was deleted",
    }
}
