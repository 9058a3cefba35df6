//! Says each foreign message of the open room once, to those who listen instead of looking.

use leptos::prelude::*;
use model::{Message, RoomId, Seq};

use crate::live::Live;

/// After a long silence only the last few are read out.
const MOST: usize = 3;

#[component]
pub fn Announcer(room: RoomId) -> impl IntoView {
    let live = expect_context::<Live>();
    let said = RwSignal::new(Vec::<(Seq, String)>::new());
    let heard = StoredValue::new(live.chat.with_untracked(|chat| {
        chat.conversation(room).map_or(Seq::ZERO, |conversation| conversation.timeline.last_seq())
    }));
    Effect::new(move || {
        let fresh = live.chat.with(|chat| {
            let conversation = chat.conversation(room)?;
            let from = heard.get_value().next();
            heard.set_value(conversation.timeline.last_seq());
            let foreign = |message: &&Message| message.sender != chat.me();
            let messages = conversation.timeline.since(from).iter();
            let name = |message: &Message| {
                conversation.room.person(message.sender).map(|person| person.name.clone())
            };
            let say = |message: &Message| {
                (message.seq, format!("{}: {}", name(message).unwrap_or_default(), message.body))
            };
            Some(messages.filter(foreign).map(say).collect::<Vec<_>>())
        });
        let Some(mut fresh) = fresh.filter(|fresh| !fresh.is_empty()) else { return };
        let skipped = fresh.len().saturating_sub(MOST);
        fresh.drain(..skipped);
        said.update(|said| {
            said.extend(fresh);
            let old = said.len().saturating_sub(MOST);
            said.drain(..old);
        });
    });
    view! {
        <div class="sr" aria-live="polite" aria-relevant="additions">
            <For each=move || said.get() key=|(seq, _)| *seq let((_, text))>
                <p>{text}</p>
            </For>
        </div>
    }
}
