//! The menu of a room, and leaving it. Both are popovers, so they work without scripts; with them the
//! question is modal.

use icondata_lu::{LuEllipsisVertical, LuLogOut};
use leptos::{ev::MouseEvent, html, prelude::*, server_fn::ServerFn};
use model::{RoomId, UserId, chat::Conversation};

use super::calls::LeaveRoom;
use crate::{accounts::form::refusal_of, live::Live, ui::Icon};

const MENU: &str = "room-menu";
const DIALOG: &str = "leave-room";

/// What the dialog asks, in words for the kind of room.
#[derive(Clone, PartialEq)]
struct Question {
    title: String,
    consequence: String,
    verb: &'static str,
}

impl Question {
    fn of(conversation: &Conversation, me: UserId) -> Self {
        let room = &conversation.room;
        let name = room.name(me);
        let silence = "Nothing that is written here reaches you any more, on any device.";
        match room.other(me) {
            Some(_) => Self {
                title: format!("Leave the chat with {name}?"),
                consequence: format!("{silence} {name} sees that you left. You can come back from People."),
                verb: "Leave chat",
            },
            None => Self {
                title: format!("Leave {name}?"),
                consequence: format!(
                    "{silence} The others see that you left. You cannot come back by yourself."
                ),
                verb: "Leave group",
            },
        }
    }
}

#[component]
pub fn RoomMenu(room: RoomId) -> impl IntoView {
    let live = expect_context::<Live>();
    let question = Memo::new(move |_| {
        live.chat.with(|chat| chat.conversation(room).map(|known| Question::of(known, chat.me())))
    });
    move || question.get().map(|question| view! { <Menu room question /> })
}

#[component]
fn Menu(room: RoomId, question: Question) -> impl IntoView {
    let Question { title, consequence, verb } = question;
    let button = NodeRef::<html::Button>::new();
    let dialog = NodeRef::<html::Dialog>::new();
    // It closes the menu, which would stay under a popover that was opened from it.
    let ask = move |event: MouseEvent| {
        if let Some(dialog) = dialog.get_untracked()
            && dialog.show_modal().is_ok()
        {
            event.prevent_default();
        }
    };
    let stay = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let back = move |_| {
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    view! {
        <button
            class="icon"
            type="button"
            node_ref=button
            popovertarget=MENU
            aria-label="Chat menu"
            title="Chat menu"
        >
            <Icon icon=LuEllipsisVertical />
        </button>
        <div class="menu" id=MENU popover="auto">
            <button class="danger" type="button" popovertarget=DIALOG on:click=ask>
                <Icon icon=LuLogOut class="s" />
                {verb}
                "…"
            </button>
        </div>
        <dialog
            class="dialog"
            id=DIALOG
            popover="auto"
            node_ref=dialog
            aria-labelledby="leave-title"
            on:close=back
        >
            <h2 class="title" id="leave-title">{title}</h2>
            <p class="meta">{consequence}</p>
            <LeaveForm room verb stay />
        </dialog>
    }
}

/// A plain form: what this page holds of the room goes with the page.
#[component]
fn LeaveForm(room: RoomId, verb: &'static str, stay: impl Fn(MouseEvent) + Send + 'static) -> impl IntoView {
    view! {
        <form method="post" action=LeaveRoom::url()>
            <input type="hidden" name="room" value=room.to_string() />
            <div class="choice">
                <button
                    class="btn plain"
                    type="button"
                    popovertarget=DIALOG
                    popovertargetaction="hide"
                    autofocus
                    on:click=stay
                >
                    "Stay"
                </button>
                <button class="btn danger" type="submit">
                    {verb}
                </button>
            </div>
        </form>
    }
}

/// Why the room was not left. The answer to a plain form comes with the address of the page.
#[component]
pub fn NotLeft() -> impl IntoView {
    refusal_of::<LeaveRoom>().map(|message| view! { <p class="deserted bad" role="alert">{message}</p> })
}

/// Says that nobody else is here: what is written waits.
#[component]
pub fn Deserted(room: RoomId) -> impl IntoView {
    let live = expect_context::<Live>();
    let name = Memo::new(move |_| {
        live.chat.with(|chat| {
            let room = &chat.conversation(room)?.room;
            room.deserted_by(chat.me()).map(|person| person.name.clone())
        })
    });
    view! {
        <div role="status">
            {move || {
                name.get()
                    .map(|name| {
                        view! {
                            <p class="deserted">
                                {name} " left this chat, and sees what you write here only after coming back."
                            </p>
                        }
                    })
            }}
        </div>
    }
}
