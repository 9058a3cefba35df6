//! Where messages are written: a plain form, which the program takes over.

use icondata_lu::{LuArrowUp, LuCheck};
use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    html,
    prelude::*,
    server::SharedValue,
    server_fn::ServerFn,
};
use model::{Chat, MessageId, RoomId, Seq, limits::MESSAGE_CHARS};
use web_sys::HtmlTextAreaElement;

use super::{
    calls::SendMessage,
    change::{Changing, Wish},
    history::ToEnd,
};
use crate::{
    accounts::form::refusal_of,
    ui::{Icon, browser},
};

/// Fewer characters left than this are counted down.
const COUNTED: i64 = 300;

#[component]
pub fn Composer(name: Memo<String>, changing: Changing, to_end: RwSignal<Option<ToEnd>>) -> impl IntoView {
    let Changing { live, room, field, edited, .. } = changing;
    // Without scripts the page carries the id of the message to come: pressed twice, it is one.
    let id = SharedValue::new(MessageId::new).into_inner();
    let text = RwSignal::new(String::new());
    let left =
        Memo::new(move |_| MESSAGE_CHARS as i64 - text.with(|text| text.trim_end().chars().count() as i64));
    // The answer to a plain form comes with the address of the page.
    changing.trouble.set(refusal_of::<SendMessage>());
    fill_field(changing, text);
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
    let submit = move || match (edited.get_untracked(), field.get_untracked()) {
        (Some(seq), Some(input)) => changing.wish(Wish::Save(seq, input.value())),
        _ => send(),
    };
    let on_key = move |event: KeyboardEvent| {
        // A key that belongs to the choice of a character is not meant for the message.
        if event.is_composing() {
            return;
        }
        let plain = !(event.shift_key() || event.ctrl_key() || event.alt_key() || event.meta_key());
        let editing = edited.get_untracked().is_some();
        let taken = match &*event.key() {
            "Enter" if !event.shift_key() => {
                submit();
                true
            }
            "Escape" if editing => {
                changing.end_edit();
                true
            }
            "ArrowUp" if plain && !editing && is_empty(field) => edit_last(changing),
            _ => false,
        };
        if taken {
            event.prevent_default();
        }
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        submit();
    };
    let on_input = move |_| {
        let Some(input) = field.get_untracked() else { return };
        changing.forget_trouble();
        text.set(input.value());
        // What is edited is no draft: that waits until the field is its own again.
        if edited.get_untracked().is_none() {
            live.set_draft(room, input.value());
        }
    };
    let label = move || format!("Message {}", name.get());
    let trouble = move || changing.trouble.get().map(|trouble| view! { <p class="problem">{trouble}</p> });
    view! {
        <form class="composer" method="post" action=SendMessage::url() autocomplete="off" on:submit=on_submit>
            <div role="alert">{trouble}</div>
            <input type="hidden" name="room" value=room.to_string() />
            <input type="hidden" name="id" value=id.to_string() />
            <div class="box">
                <div class="grow" data-text=move || text.get()>
                    <textarea
                        node_ref=field
                        name="body"
                        rows="1"
                        required
                        placeholder=label
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
                    <Icon icon=LuArrowUp />
                    <Icon icon=LuCheck />
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

/// Fills the field: with the kept draft, or with the message that is edited. What was typed before the program
/// came goes into the draft.
fn fill_field(changing: Changing, text: RwSignal<String>) {
    let Changing { live, room, field, edited, .. } = changing;
    let fill = move |input: &HtmlTextAreaElement, value: String| {
        input.set_value(&value);
        text.set(value);
    };
    // What was edited the last time it ran.
    Effect::new(move |before: Option<Option<Seq>>| {
        let now = edited.get();
        let kept = live.draft(room);
        let Some(input) = field.get() else { return now };
        let typed = input.value();
        match (before, now) {
            (_, Some(seq)) if before.flatten() != now => {
                fill(&input, changing.message_now(seq).map_or_else(String::new, |message| message.body));
                let _ = input.focus();
            }
            (_, Some(_)) => {}
            (Some(Some(_)), None) => {
                fill(&input, kept);
                focus(field);
            }
            (None, None) if !typed.is_empty() => {
                text.set(typed.clone());
                live.set_draft(room, typed);
            }
            (_, None) if typed != kept && !is_written(&input) => fill(&input, kept),
            (_, None) => {}
        }
        now
    });
}

/// Somebody is writing: nothing is changed under their hands.
fn is_written(input: &HtmlTextAreaElement) -> bool {
    !input.value().is_empty()
        && document().active_element().is_some_and(|active| active.is_same_node(Some(input.as_ref())))
}

fn is_empty(field: NodeRef<html::Textarea>) -> bool {
    field.get_untracked().is_some_and(|input| input.value().is_empty())
}

/// Begins to edit the newest message of one's own. False if there is none.
fn edit_last(changing: Changing) -> bool {
    let last = changing.live.chat.with_untracked(|chat| last_own(chat, changing.room));
    if let Some(seq) = last {
        changing.edit(seq);
    }
    last.is_some()
}

fn last_own(chat: &Chat, room: RoomId) -> Option<Seq> {
    let messages = chat.conversation(room)?.timeline.messages();
    let own = messages.iter().rev().find(|message| message.sender == chat.me() && !message.deleted);
    own.map(|message| message.seq)
}

/// Puts the hands back on the field. Not on touch screens, where that opens a keyboard.
pub fn focus(field: NodeRef<html::Textarea>) {
    if let Some(field) = field.try_get_untracked().flatten()
        && !browser::matches("(pointer: coarse)")
    {
        let _ = field.focus();
    }
}
