//! Where messages are written: a plain form, which the program takes over.

use icondata_lu::LuArrowUp;
use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    html,
    prelude::*,
    server::SharedValue,
    server_fn::ServerFn,
};
use model::{MessageId, RoomId, limits::MESSAGE_CHARS};

use super::{calls::SendMessage, history::ToEnd};
use crate::{accounts::form::refusal_of, live::Live, ui::browser};

/// Fewer characters left than this are counted down.
const COUNTED: i64 = 300;

#[component]
pub fn Composer(
    room: RoomId,
    name: String,
    field: NodeRef<html::Textarea>,
    to_end: RwSignal<Option<ToEnd>>,
) -> impl IntoView {
    let live = expect_context::<Live>();
    // Without scripts the page carries the id of the message to come: pressed twice, it is one.
    let id = SharedValue::new(MessageId::new).into_inner();
    let text = RwSignal::new(String::new());
    let left =
        Memo::new(move |_| MESSAGE_CHARS as i64 - text.with(|text| text.trim_end().chars().count() as i64));
    // The answer to a plain form comes with the address of the page.
    let problem = refusal_of::<SendMessage>();
    keep_draft(live, room, field, text);
    let send = move || {
        let Some(input) = field.get_untracked() else { return };
        let body = input.value();
        if body.trim().is_empty() || body.trim_end().chars().count() > MESSAGE_CHARS {
            let _ = input.focus();
            return;
        }
        live.send(room, body);
        input.set_value("");
        text.set(String::new());
        live.set_draft(room, String::new());
        if let Some(ToEnd(jump)) = to_end.get_untracked() {
            jump.run(());
        }
        let _ = input.focus();
    };
    let on_key = move |event: KeyboardEvent| {
        // An Enter that ends the choice of a character is not meant for the message.
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            send();
        }
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        send();
    };
    let on_input = move |_| {
        let Some(input) = field.get_untracked() else { return };
        text.set(input.value());
        live.set_draft(room, input.value());
    };
    let label = format!("Message {name}");
    view! {
        <form class="composer" method="post" action=SendMessage::url() autocomplete="off" on:submit=on_submit>
            <div role="alert">{problem.map(|message| view! { <p class="problem">{message}</p> })}</div>
            <input type="hidden" name="room" value=room.to_string() />
            <input type="hidden" name="id" value=id.to_string() />
            <div class="box">
                <div class="grow" data-text=move || text.get()>
                    <textarea
                        node_ref=field
                        name="body"
                        rows="1"
                        required
                        placeholder=label.clone()
                        aria-label=label
                        enterkeyhint="send"
                        on:keydown=on_key
                        on:input=on_input
                    ></textarea>
                </div>
                <span class="contents" role="status">
                    {move || too_long(left.get())}
                </span>
                <button class="send" type="submit" aria-label="Send">
                    <crate::ui::Icon icon=LuArrowUp />
                </button>
            </div>
        </form>
    }
}

fn too_long(left: i64) -> Option<impl IntoView> {
    let (class, said) = match left {
        ..0 => ("left over", format!("{} too many", -left)),
        0..COUNTED => ("left", format!("{left} left")),
        _ => return None,
    };
    Some(view! { <span class=class>{said}</span> })
}

/// Brings the kept draft into the field, and what was typed before the program came into the draft.
fn keep_draft(live: Live, room: RoomId, field: NodeRef<html::Textarea>, text: RwSignal<String>) {
    Effect::new(move |seen: Option<()>| {
        let kept = live.draft(room);
        let Some(input) = field.get() else { return };
        let typed = input.value();
        if seen.is_none() && !typed.is_empty() {
            text.set(typed.clone());
            live.set_draft(room, typed);
            return;
        }
        // Never under the hands of somebody who writes.
        let writes =
            document().active_element().is_some_and(|active| active.is_same_node(Some(input.as_ref())))
                && !typed.is_empty();
        if !writes && typed != kept {
            input.set_value(&kept);
            text.set(kept);
        }
    });
}

/// Puts the hands back on the field. Not on touch screens, where that opens a keyboard.
pub fn focus(field: NodeRef<html::Textarea>) {
    if let Some(field) = field.try_get_untracked().flatten()
        && !browser::matches("(pointer: coarse)")
    {
        let _ = field.focus();
    }
}
