//! Says each foreign message of the open room once, to those who listen instead of looking.

use leptos::prelude::*;
use model::{Message, MessageId, RoomId, Seq, chat::Conversation};

use crate::live::Live;

/// After a long silence only the last few are read out.
const MOST: usize = 3;

/// What has been said.
#[derive(Clone)]
struct Heard {
    /// Everything up to this number …
    upto: Seq,
    /// … and these, which had none yet.
    live: Vec<MessageId>,
}

impl Heard {
    /// What has come since: a message that gets its number is none.
    fn news<'a>(&mut self, conversation: &'a Conversation) -> Vec<&'a Message> {
        let timeline = &conversation.timeline;
        let live = timeline.unnumbered().iter().map(|one| &one.message);
        let mut news: Vec<&Message> = timeline.since(self.upto.next()).iter().chain(live).collect();
        news.retain(|message| !self.live.contains(&message.id));
        self.upto = timeline.last_seq();
        self.live = timeline.unnumbered().iter().map(|one| one.message.id).collect();
        news
    }
}

#[component]
pub fn Announcer(room: RoomId) -> impl IntoView {
    let live = expect_context::<Live>();
    let said = RwSignal::new(Vec::<(MessageId, String)>::new());
    let heard = StoredValue::new(Heard {
        upto: live.chat.with_untracked(|chat| {
            chat.conversation(room).map_or(Seq::ZERO, |conversation| conversation.timeline.last_seq())
        }),
        live: Vec::new(),
    });
    Effect::new(move || {
        let fresh = live.chat.with(|chat| {
            let conversation = chat.conversation(room)?;
            let mut before = heard.get_value();
            let fresh = before.news(conversation);
            heard.set_value(before);
            let foreign = |message: &&Message| message.sender != chat.me() && !message.deleted;
            let name = |message: &Message| {
                chat.person(&conversation.room, message.sender).map(|person| person.name.clone())
            };
            let say = |message: &Message| {
                (message.id, format!("{}: {}", name(message).unwrap_or_default(), message.body))
            };
            Some(fresh.into_iter().filter(foreign).map(say).collect::<Vec<_>>())
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
            <For each=move || said.get() key=|(id, _)| *id let((_, text))>
                <p>{text}</p>
            </For>
        </div>
    }
}
