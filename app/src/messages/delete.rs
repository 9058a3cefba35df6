//! Deleting a message for everybody.

use leptos::{html, prelude::*, task::spawn_local};
use model::{Chat, RoomId, Seq};

use super::{calls::DeleteMessage, change::Changing, composer::focus};
use crate::{call::Failed, ui::isolate};

/// Asks once. The answer is for everybody.
#[component]
pub fn DeleteDialog(changing: Changing) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let busy = RwSignal::new(false);
    let refusal = RwSignal::new(None::<String>);
    Effect::new(move || {
        if changing.doomed.get().is_some()
            && let Some(dialog) = dialog.get()
        {
            refusal.set(None);
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
        let Some(seq) = changing.doomed.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        refusal.set(None);
        spawn_local(async move {
            let failed = delete(changing, seq).await.err();
            let _ = busy.try_set(false);
            match failed {
                Some(Failed(error)) => {
                    let _ = refusal.try_set(Some(format!("Not deleted: {}", error.message)));
                }
                None => {
                    close();
                    // The button that led here is gone with what it was for.
                    focus(changing.field);
                }
            }
        });
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
            <div role="alert">
                {move || refusal.get().map(|refusal| view! { <p class="alarm">{refusal}</p> })}
            </div>
            <div class="choice">
                <button class="btn plain" type="button" autofocus on:click=move |_| close()>
                    "Keep it"
                </button>
                <button
                    class="btn danger"
                    type="button"
                    aria-disabled=move || busy.get().to_string()
                    on:click=confirm
                >
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

async fn delete(changing: Changing, seq: Seq) -> Result<(), Failed> {
    // Somebody did it meanwhile, on another device.
    let Some(message) = changing.message_now(seq) else { return Ok(()) };
    let edited = changing.edited.get_untracked();
    changing.call(DeleteMessage { room: changing.room, id: message.id }).await?;
    // An edit that came to an empty text ends here.
    if edited == Some(seq) {
        let _ = changing.edited.try_set(None);
    }
    Ok(())
}
