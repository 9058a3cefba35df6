//! Deleting a message for everybody.

use leptos::{html, prelude::*};
use model::{Chat, MessageChange, RoomId, Seq};

use super::{change::Changing, composer::focus};
use crate::ui::isolate;

/// Asks once. The answer is for everybody.
#[component]
pub fn DeleteDialog(changing: Changing) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        if changing.doomed.get().is_some()
            && let Some(dialog) = dialog.get()
        {
            // Refused only where it is open already.
            let _ = dialog.show_modal();
        }
    });
    let close = move || {
        if let Some(dialog) = dialog.try_get_untracked().flatten() {
            dialog.close();
        }
    };
    let confirm = move |_| {
        if let Some(seq) = changing.doomed.get_untracked() {
            delete(changing, seq);
        }
        close();
        // The button that led here is gone with what it was for.
        focus(changing.field);
    };
    let consequence = move || changing.live.chat.with(|chat| consequence(chat, changing.room));
    view! {
        <dialog
            class="dialog"
            node_ref=dialog
            aria-labelledby="delete-title"
            aria-describedby="delete-consequence"
            on:close=move |_| changing.doomed.set(None)
        >
            <h2 class="title" id="delete-title">"Delete this message?"</h2>
            <p class="meta" id="delete-consequence">{consequence}</p>
            <div class="choice">
                <button class="btn plain" type="button" autofocus on:click=move |_| close()>
                    "Keep it"
                </button>
                <button class="btn danger" type="button" on:click=confirm>
                    "Delete for everyone"
                </button>
            </div>
        </dialog>
    }
}

fn consequence(chat: &Chat, room: RoomId) -> Option<String> {
    let room = &chat.conversation(room)?.room;
    let whom = match room.other(chat.me()) {
        Some(person) => format!("{} and you", isolate(&person.name)),
        None => {
            let here = room.people.iter().filter(|person| !room.gone.contains(&person.id));
            format!("all {} members", here.count())
        }
    };
    Some(format!("It disappears for {whom}. Nobody can bring it back."))
}

fn delete(changing: Changing, seq: Seq) {
    // Somebody did it meanwhile, on another device.
    let Some(message) = changing.message_now(seq) else { return };
    changing.forget_trouble();
    // An edit that came to an empty text ends here.
    if changing.edited.get_untracked() == Some(seq) {
        changing.edited.set(None);
    }
    changing.live.change(changing.room, message.id, MessageChange::Delete);
}
