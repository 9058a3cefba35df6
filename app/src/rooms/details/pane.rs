//! What frames the details of every room.

use icondata_lu::{LuArrowLeft, LuX};
use leptos::{ev, prelude::*};
use model::{RoomId, Seq};

use super::{
    super::head,
    close::{CLOSE, find, focus, focus_close},
    group::Group,
    known::Known,
    private::Private,
};
use crate::ui::{Icon, dialog::is_focus_lost};

pub fn pane(room: RoomId, at: Option<Seq>) -> AnyView {
    let known = Known { live: expect_context(), room };
    let me = known.live.chat.with_untracked(model::Chat::me);
    let is_group = known.memo(move |room| room.other(me).is_none());
    move_focus();
    close_on_escape();
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

/// Escape leads back to the conversation, unless it is for something else: an open menu or dialog, which the browser
/// closes, an edit, or a search.
fn close_on_escape() {
    const OTHERS: &str = "dialog[open], :popover-open, input:focus:not(:placeholder-shown)";
    Effect::new(|| {
        let handle = window_event_listener(ev::keydown, |event| {
            let is_taken = || event.default_prevented() || event.is_composing() || event.key_code() == 229;
            let is_other = || document().query_selector(OTHERS).is_ok_and(|other| other.is_some());
            if event.key() == "Escape"
                && !is_taken()
                && !is_other()
                && let Some(close) = find(CLOSE)
            {
                close.click();
            }
        });
        on_cleanup(move || handle.remove());
    });
}
