//! What frames the details of every room.

use icondata_lu::{LuArrowLeft, LuX};
use leptos::prelude::*;
use model::{Room, RoomId, Seq};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{super::head, group::Group, private::Private};
use crate::{
    live::Live,
    ui::{Icon, dialog::is_focus_lost},
};

/// The way back to the conversation, by its id.
const CLOSE: &str = "close-details";

/// What the details read of their room: it as it now stands, or as it last stood.
#[derive(Clone, Copy)]
pub struct Known {
    pub live: Live,
    pub room: RoomId,
}

impl Known {
    /// Something of the room, which changes with it. None before the room is here.
    pub fn memo<T>(self, read: impl Fn(&Room) -> T + Send + Sync + 'static) -> Memo<Option<T>>
    where
        T: Clone + PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |known: Option<&Option<T>>| {
            let now = self.live.chat.with(|chat| chat.conversation(self.room).map(|known| read(&known.room)));
            now.or_else(|| known.cloned().flatten())
        })
    }
}

pub fn pane(room: RoomId, at: Option<Seq>) -> AnyView {
    let known = Known { live: expect_context(), room };
    let me = known.live.chat.with_untracked(model::Chat::me);
    let is_group = known.memo(move |room| room.other(me).is_none());
    move_focus();
    view! {
        <section class="details" aria-label="Details">
            <Top address=head::address(room, at) is_group />
            {move || match is_group.get() {
                Some(true) => view! { <Group known /> }.into_any(),
                Some(false) => view! { <Private known /> }.into_any(),
                None => ().into_any(),
            }}
        </section>
    }
    .into_any()
}

/// Where the details cover the conversation, theirs is the first heading of the page.
#[component]
fn Top(address: String, is_group: Memo<Option<bool>>) -> impl IntoView {
    let title = move || if is_group.get() == Some(true) { "Group" } else { "Details" };
    view! {
        <header>
            <a class="icon" id=CLOSE href=address aria-label="Close details">
                <span class="over">
                    <Icon icon=LuArrowLeft />
                </span>
                <span class="beside">
                    <Icon icon=LuX />
                </span>
            </a>
            <h1 class="over">{title}</h1>
            <h2 class="beside">{title}</h2>
        </header>
    }
}

/// Whoever opened the details is in them, and afterwards back where they came from.
fn move_focus() {
    Effect::new(|| {
        // Not where somebody is: whoever came by the address begins with the page. Asked at once, for the link
        // may be covered, and lose the focus by that.
        if document().active_element().is_some_and(|focused| focused.id() == head::LINK) {
            request_animation_frame(focus_close);
        }
        on_cleanup(|| {
            request_animation_frame(|| {
                if is_focus_lost() {
                    focus(head::LINK);
                }
            });
        });
    });
}

/// Puts the focus on the way out, where what had it is gone.
pub fn focus_close() {
    focus(CLOSE);
}

fn focus(id: &str) {
    let element = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok());
    if let Some(element) = element {
        let _ = element.focus();
    }
}
