//! One row of the history.

use icondata_lu::LuCircleAlert;
use leptos::prelude::*;
use model::MessageId;

use super::{
    body::body,
    reactions::reactions,
    rows::{Author, Key, Line, Row},
    tick::Tick,
};
use crate::ui::{
    Avatar, Clock, Icon, avatar::Face, fresh::fresh, skeleton::SkeletonMessages, time::machine, use_clock,
};

/// What a person can decide about a message that was not taken.
#[derive(Clone, Copy)]
pub struct Decisions {
    pub retry: Callback<MessageId>,
    pub discard: Callback<MessageId>,
}

/// The row with this key. What changes in it is changed in place.
#[component]
pub fn HistoryRow(
    key: Key,
    rows: RwSignal<Vec<Row>>,
    /// Fetching has failed; try again.
    again: Callback<()>,
    stuck: RwSignal<bool>,
    decisions: Decisions,
) -> impl IntoView {
    let clock = use_clock();
    // A row that has gone keeps its last state until it is taken away.
    let row = Memo::new(move |known: Option<&Option<Row>>| {
        let found = rows.with(|rows| rows.iter().find(|row| row.key() == key).cloned());
        found.or_else(|| known.cloned().flatten())
    });
    move || match row.get()? {
        Row::Message(line) => Some(message(line, clock, decisions)),
        Row::Hole { .. } => Some(hole(stuck.get(), again)),
    }
}

fn hole(stuck: bool, again: Callback<()>) -> AnyView {
    if !stuck {
        return view! {
            <div class="held" data-key="hole">
                <SkeletonMessages />
                <span class="sr">"Loading messages"</span>
            </div>
        }
        .into_any();
    }
    view! {
        <div class="held hole justify-items-center text-center" data-key="hole">
            <p class="meta">"These messages could not be loaded."</p>
            <button class="btn plain" on:click=move |_| again.run(())>
                "Try again"
            </button>
        </div>
    }
    .into_any()
}

fn message(line: Line, clock: Clock, decisions: Decisions) -> AnyView {
    let id = line.id;
    let class = class(&line);
    let day = line.day.map(|day| view! { <div class="day">{clock.day_name(day)}</div> });
    let new = line.is_new.then(|| view! { <div class="new">"New"</div> });
    let menu = line.has_menu().then(|| more(line.newest));
    let edited = line.edited.map(|at| view! { <span title=clock.local(at).exact()>"edited"</span> });
    // What is no more was not read, and has nothing to link to.
    let gone = line.deleted;
    let content = if gone { line.body.clone().into_any() } else { body(&line.body) };
    let text = fresh(line.body, view! { <span class="text">{content}</span> });
    let (who, face, refusal, delivery) = match line.author {
        Author::Me { delivery, refusal } => (author("You".to_owned(), None), None, refusal, Some(delivery)),
        Author::Other { name, face, shown } => {
            let hue = (shown && line.first).then_some(face.hue);
            (author(name, hue), shown.then(|| side(face, line.last)), None, None)
        }
    };
    view! {
        <div class="line" data-seq=line.seq.map(|seq| seq.to_string())>
            {day} {new}
            <div class=class data-key=id.to_string()>
                {face}
                <div class="stack">
                    <div class="bubble" dir="auto">
                        {who}
                        {text}
                        <span class="stamp" dir="ltr">
                            {edited}
                            <time datetime=machine(line.at) title=clock.local(line.at).exact()>
                                {clock.local(line.at).time()}
                            </time>
                            {delivery.filter(|_| !gone).map(|delivery| view! { <Tick delivery /> })}
                        </span>
                        {menu}
                    </div>
                    {reactions(line.reactions)}
                    {refusal.map(|reason| failed(id, reason, decisions))}
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// Who wrote a message: shown with a hue, otherwise for screen readers alone. It has no part in the direction of
/// the message.
fn author(name: String, hue: Option<u16>) -> AnyView {
    let class = hue.map_or_else(|| "sr".to_owned(), |hue| format!("who hue-{hue}"));
    view! { <bdi class=class>{name}</bdi> }.into_any()
}

fn class(line: &Line) -> String {
    let mut class = "msg held".to_owned();
    match &line.author {
        Author::Me { .. } => class.push_str(" mine"),
        Author::Other { shown: true, .. } => class.push_str(" group"),
        Author::Other { .. } => {}
    }
    if line.first {
        class.push_str(" first");
    }
    if line.last {
        class.push_str(" last");
    }
    if line.deleted {
        class.push_str(" gone");
    }
    if line.linked {
        class.push_str(" found");
    }
    class
}

/// Opens the menu of a message; the history hears the press. One of them is on the way of the Tab key, and
/// arrows lead to the others.
fn more(newest: bool) -> AnyView {
    view! {
        <button
            class="more stop scripted"
            tabindex=if newest { "0" } else { "-1" }
            aria-label="Message menu"
        ></button>
    }
    .into_any()
}

/// The face stands beside the last of those that stand together.
fn side(face: Face, last: bool) -> AnyView {
    match last {
        true => view! { <Avatar face size="xs" /> }.into_any(),
        false => view! { <span></span> }.into_any(),
    }
}

fn failed(id: MessageId, reason: String, decisions: Decisions) -> impl IntoView {
    view! {
        <div class="fail">
            <Icon icon=LuCircleAlert class="s" />
            <span role="alert">"Not sent: " {reason}</span>
            <button on:click=move |_| decisions.retry.run(id)>"Retry"</button>
            <button on:click=move |_| decisions.discard.run(id)>"Delete"</button>
        </div>
    }
}
