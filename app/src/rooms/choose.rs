//! Choosing people for a group: of those one is talking with.

use icondata_lu::{LuCheck, LuMessageCircle, LuSearch};
use leptos::{
    ev::{Event, KeyboardEvent},
    html,
    prelude::*,
};
use model::{Chat, Person, Room, UserId, sort::sort_by_key};

use crate::ui::{Avatar, Icon, refused_form::was_ticked};

/// The field of those who are ticked.
const PEOPLE: &str = "people[]";

/// Of fewer people than this one finds everybody without searching.
const MANY: usize = 8;

/// Those who may be added, as far as the state can say: whoever has not left the chat with them, where at least
/// two messages were written. Whether both wrote one is for the server to tell.
pub fn talking_with(chat: &Chat) -> Vec<Person> {
    let me = chat.me();
    let is_talk = |room: &&Room| room.last_seq.0 >= 2 && room.deserted_by(me).is_none();
    let mut people: Vec<Person> =
        chat.rooms().into_iter().filter(is_talk).filter_map(|room| room.other(me)).cloned().collect();
    sort_by_key(&mut people, |person| (person.name.to_lowercase(), person.id));
    people
}

/// Rows with a box to tick, for a form.
#[component]
pub fn Choose(people: Memo<Vec<Person>>, chosen: RwSignal<Vec<UserId>>) -> impl IntoView {
    let sought = RwSignal::new(String::new());
    let is_many = Memo::new(move |_| people.with(|people| people.len() >= MANY));
    let nobody = Memo::new(move |_| people.with(Vec::is_empty));
    let none_found = Memo::new(move |_| {
        let sought = sought.get();
        !nobody.get() && people.with(|people| !people.iter().any(|person| matches(person, &sought)))
    });
    view! {
        {move || is_many.get().then(|| search(sought))}
        <ul class="choices">
            <For each=move || people.get() key=|person| person.id let:person>
                <Choice person sought chosen />
            </For>
        </ul>
        <div role="status">
            {move || none_found.get().then(|| view! { <p class="meta none">"Nobody found"</p> })}
        </div>
        {move || nobody.get().then(|| view! { <Nobody /> })}
    }
}

fn search(sought: RwSignal<String>) -> impl IntoView {
    // Enter is for the form, which is not finished here.
    let stay = |event: KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
        }
    };
    view! {
        <div class="find scripted">
            <Icon icon=LuSearch />
            <input
                type="search"
                placeholder="Name or username"
                aria-label="Find among the people you talk with"
                dir="auto"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                on:keydown=stay
                on:input=move |event| sought.set(event_target_value(&event))
            />
        </div>
    }
}

/// Who is not sought is hidden, but stays chosen.
#[component]
fn Choice(person: Person, sought: RwSignal<String>, chosen: RwSignal<Vec<UserId>>) -> impl IntoView {
    let id = person.id;
    let tick = move |event: Event| {
        chosen.update(|chosen| {
            chosen.retain(|known| *known != id);
            if event_target_checked(&event) {
                chosen.push(id);
            }
        });
    };
    let (known, name) = (person.clone(), person.name.clone());
    // A refused form, and a browser that goes back, give ticks back.
    let tick_box = NodeRef::<html::Input>::new();
    Effect::new(move || {
        if tick_box.get().is_some_and(|tick_box| tick_box.checked()) {
            chosen.update(|chosen| {
                chosen.retain(|known| *known != id);
                chosen.push(id);
            });
        }
    });
    view! {
        <li hidden=move || !matches(&known, &sought.get())>
            <label class="person">
                <Avatar face=&person size="m" />
                <span class="min-w-0">
                    <span class="name cut" dir="auto">
                        {name}
                    </span>
                    <span class="meta cut block">"@" {person.username}</span>
                </span>
                <input
                    node_ref=tick_box
                    class="sr"
                    type="checkbox"
                    name=PEOPLE
                    value=id.to_string()
                    checked=was_ticked(PEOPLE, &id.to_string())
                    on:change=tick
                />
                <span class="tick">
                    <Icon icon=LuCheck class="s" />
                </span>
            </label>
        </li>
    }
}

/// By the beginning of a word of the name, or of the username.
fn matches(person: &Person, sought: &str) -> bool {
    let username = sought.trim().to_lowercase();
    person.username.starts_with(username.trim_start_matches('@')) || begins_word(&person.name, sought)
}

/// Whether a word of the name begins like the text.
pub fn begins_word(name: &str, sought: &str) -> bool {
    let (name, sought) = (fold(name), fold(sought.trim()));
    let begins = |(at, _): (usize, &str)| at == 0 || name[..at].ends_with(char::is_whitespace);
    name.match_indices(&sought).any(begins)
}

/// Without capitals and accents, as the server does it: "zoe" finds "Zoë". The browser has the tables for it.
fn fold(text: &str) -> String {
    #[cfg(feature = "hydrate")]
    let text = &String::from(js_sys::JsString::from(text).normalize("NFKD"));
    let plain: String = text.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect();
    plain.to_lowercase().replace('ß', "ss")
}

#[component]
fn Nobody() -> impl IntoView {
    view! {
        <div class="empty">
            <span class="badge">
                <Icon icon=LuMessageCircle />
            </span>
            <p class="title">"Nobody to add"</p>
            <p class="meta">"You can add people once you have written to each other."</p>
            <a class="btn plain" href="/people">
                "Find people"
            </a>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ana() -> Person {
        Person { id: UserId::new(), username: "ana_r".to_owned(), name: "Ana María Ribeiro".to_owned() }
    }

    #[test]
    fn people_are_found_by_the_beginnings_of_their_words() {
        for sought in ["", "an", "ANA", "marí", "rib", "ana m", "@ana_", " ana "] {
            assert!(matches(&ana(), sought), "{sought}");
        }
        for sought in ["na", "ibeiro", "bo", "r_"] {
            assert!(!matches(&ana(), sought), "{sought}");
        }
    }
}
