//! Leaving a room.

use leptos::{prelude::*, server_fn::ServerFn};
use model::{RoomId, UserId, chat::Conversation};

use super::{calls::LeaveRoom, gone::Leaving};
use crate::{
    live::Live,
    ui::{
        dialog::{Cancel, Dialog},
        isolate,
    },
};

/// The dialog that asks, by its id.
pub const DIALOG: &str = "leave-room";

/// What the dialog asks, in words for the kind of room.
#[derive(Clone, Default, PartialEq)]
pub struct Question {
    pub title: String,
    pub consequence: String,
    pub verb: &'static str,
}

impl Question {
    pub fn of(conversation: &Conversation, me: UserId) -> Self {
        let room = &conversation.room;
        let name = isolate(room.name(me));
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
pub fn LeaveDialog(room: RoomId, question: Signal<Question>, back: Callback<()>) -> impl IntoView {
    let leaving = expect_context::<Leaving>().0;
    let title = Signal::derive(move || question.get().title);
    // A plain form: what this page holds of the room goes with the page.
    view! {
        <Dialog id=DIALOG title back>
            <p class="meta">{move || question.get().consequence}</p>
            <form method="post" action=LeaveRoom::url() on:submit=move |_| leaving.set_value(true)>
                <input type="hidden" name="room" value=room.to_string() />
                <div class="choice">
                    <Cancel dialog=DIALOG label="Stay" first=true />
                    <button class="btn danger" type="submit">
                        {move || question.get().verb}
                    </button>
                </div>
            </form>
        </Dialog>
    }
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
                                <bdi>{name}</bdi> " left this chat, and sees what you write here only after coming back."
                            </p>
                        }
                    })
            }}
        </div>
    }
}
