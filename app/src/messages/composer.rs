//! Where messages are written: a plain form, which the program takes over.

use icondata_lu::{LuArrowUp, LuCheck};
use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    html,
    prelude::*,
    server::SharedValue,
    server_fn::ServerFn,
};
use model::{Chat, MessageId, RoomId, Seq};
use web_sys::HtmlTextAreaElement;

use super::{
    calls::SendMessage,
    change::{Changing, Wish},
    edit_draft, room_left,
    to_end::ToEnd,
};
use crate::ui::{Icon, browser, form::refusal_of, isolate, refused_form};

/// The key code of every key that an input method takes.
const INPUT_METHOD: u32 = 229;

#[component]
pub fn Composer(name: Memo<String>, changing: Changing, to_end: RwSignal<Option<ToEnd>>) -> impl IntoView {
    let Changing { live, room, field, edited, .. } = changing;
    // Without scripts the page carries the id of the message to come: pressed twice, it is one. A message that
    // was refused keeps its id, because the server may have stored it before it failed.
    let refused_id = || refused_form::value(SendMessage::PATH, "id")?.parse().ok();
    let id = SharedValue::new(|| refused_id().unwrap_or_else(MessageId::new)).into_inner();
    let text = RwSignal::new(String::new());
    let left = Memo::new(move |_| text.with(|text| room_left::of(text)));
    // The answer to a plain form comes with the address of the page.
    changing.trouble.set(refusal_of::<SendMessage>());
    fill_field(changing, text);
    let send = move || {
        let Some(input) = field.get_untracked() else { return };
        let body = input.value();
        if body.trim().is_empty() || room_left::of(&body) < 0 {
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
        // A key that an input method takes is not meant for the composer. Safari ends the composition before it
        // sends the key that ended it, and only the key code then says whose it was.
        if event.is_composing() || event.key_code() == INPUT_METHOD {
            return;
        }
        let plain = !(event.shift_key() || event.ctrl_key() || event.alt_key() || event.meta_key());
        let editing = edited.get_untracked().is_some();
        let taken = match &*event.key() {
            "Enter" if !(event.shift_key() || plain && browser::is_touch()) => {
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
        // The draft of the next message waits until the edit has ended.
        match edited.get_untracked() {
            Some(seq) => edit_draft::save(live, room, seq, &input.value()),
            None => live.set_draft(room, input.value()),
        }
    };
    let label = move || format!("Message {}", isolate(&name.get()));
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
                        id="message"
                        name="body"
                        rows="1"
                        dir="auto"
                        required
                        placeholder=label
                        aria-label=label
                        enterkeyhint="enter"
                        inner_html=refused_form::as_html(SendMessage::PATH, "body")
                        on:keydown=on_key
                        on:input=on_input
                    ></textarea>
                </div>
                {room_left::counter(left)}
                <button class="send" type="submit" aria-label="Send">
                    <Icon icon=LuArrowUp />
                    <Icon icon=LuCheck />
                </button>
            </div>
        </form>
    }
}

/// Fills the field: with the kept draft, or with the message that is edited. What was typed before the program
/// came goes into the draft. An edit that was in progress in this tab goes on.
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
                let begun = edit_draft::load(live, room).filter(|(known, _)| *known == seq);
                let body = || changing.message_now(seq).map(|message| message.body).unwrap_or_default();
                let value = begun.map_or_else(body, |(_, text)| text);
                edit_draft::save(live, room, seq, &value);
                fill(&input, value);
                let _ = input.focus();
            }
            (_, Some(_)) => {}
            (Some(Some(_)), None) => {
                edit_draft::clear(live, room);
                fill(&input, kept);
                focus(field);
            }
            (None, None) if !typed.is_empty() => {
                text.set(typed.clone());
                live.set_draft(room, typed);
            }
            (before, None) => {
                // Keys that were pressed here are in the draft already, so another text comes from another tab
                // or from the disk.
                if typed != kept {
                    fill(&input, kept);
                }
                if before.is_none()
                    && let Some((seq, _)) = edit_draft::load(live, room)
                {
                    changing.edit(seq);
                }
            }
        }
        now
    });
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
    let mut own = messages.iter().rev().filter(|message| message.sender == chat.me());
    own.find(|message| !chat.with_pending(message).0.deleted).map(|message| message.seq)
}

/// Puts the hands back on the field. Not on touch screens, where that opens a keyboard.
pub fn focus(field: NodeRef<html::Textarea>) {
    if let Some(field) = field.try_get_untracked().flatten()
        && !browser::matches("(pointer: coarse)")
    {
        let _ = field.focus();
    }
}
