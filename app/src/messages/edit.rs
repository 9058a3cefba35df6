//! The composer as the editor of a message of one's own.

use icondata_lu::{LuPencil, LuX};
use leptos::{prelude::*, task::spawn_local};
use model::{MessageChange, Seq, limits::MESSAGE_CHARS};

use super::{calls::GetPage, change::Changing};
use crate::{call::call, live::tidy::tidy, rooms::summary::one_line, ui::Icon};

/// Says which message is edited, above the field.
#[component]
pub fn EditBar(changing: Changing) -> impl IntoView {
    // The text as it was: what others see until it is saved.
    let old = Memo::new(move |_| {
        let message = changing.message(changing.edited.get()?)?;
        Some(one_line(&message.body))
    });
    move || {
        old.get().map(|old| {
            view! {
                <div class="editing">
                    <Icon icon=LuPencil class="s" />
                    <div class="min-w-0 flex-1">
                        <b>"Edit message"</b>
                        <p class="cut" dir="auto">
                            {old}
                        </p>
                    </div>
                    <button
                        class="icon"
                        type="button"
                        aria-label="Cancel editing"
                        title="Cancel editing"
                        on:click=move |_| changing.end_edit()
                    >
                        <Icon icon=LuX class="s" />
                    </button>
                </div>
            }
        })
    }
}

/// Saves what the field holds.
pub fn save(changing: Changing, seq: Seq, text: &str) {
    let Some(message) = changing.message_now(seq) else { return };
    let body = tidy(text);
    if body.is_empty() {
        return changing.doomed.set(Some(seq));
    }
    // A text may have been stored with line breaks that a field does not have, and with blank lines around it.
    if body == tidy(&message.body.replace("\r\n", "\n")) {
        return changing.end_edit();
    }
    if body.chars().count() > MESSAGE_CHARS {
        return;
    }
    changing.live.change(changing.room, message.id, MessageChange::Edit(body.to_owned()));
    changing.end_edit();
}

/// Ends with words when somebody deletes what is edited, on another device.
pub fn end_when_deleted(changing: Changing) {
    let is_gone = Memo::new(move |_| {
        changing.edited.get().is_some_and(|seq| {
            changing.live.chat.with(|chat| {
                let message = chat.conversation(changing.room).and_then(|room| room.timeline.get(seq));
                message.is_some_and(|message| message.deleted)
            })
        })
    });
    Effect::new(move || {
        if is_gone.get() {
            changing.edited.set(None);
            changing.say("The message you were editing was deleted.".to_owned());
        }
    });
}

/// Loads the message that is edited where it is not here: after a reload it may be far up.
pub fn load_edited(changing: Changing) {
    Effect::new(move || {
        let Some(seq) = changing.edited.get() else { return };
        let is_here = changing.live.chat.with_untracked(|chat| {
            chat.conversation(changing.room).is_some_and(|room| room.timeline.get(seq).is_some())
        });
        if !is_here {
            spawn_local(async move {
                if let Ok(page) = call(GetPage::around(changing.room, seq)).await {
                    changing.live.page(page);
                }
            });
        }
    });
}

/// Makes the composer look and sound like an editor, and like a composer again.
pub fn dress(changing: Changing) {
    Effect::new(move || {
        let editing = changing.edited.get().is_some();
        let Some(field) = changing.field.get() else { return };
        // Nothing in it is a wish, too: to delete.
        field.set_required(!editing);
        let (name, verb) =
            if editing { ("Edit message".to_owned(), "Save") } else { (field.placeholder(), "Send") };
        let _ = field.set_attribute("aria-label", &name);
        let Some(form) = field.form() else { return };
        let _ = form.class_list().toggle_with_force("saves", editing);
        if let Ok(Some(button)) = form.query_selector(".send") {
            let _ = button.set_attribute("aria-label", verb);
        }
    });
}
