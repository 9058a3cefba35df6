//! Letting people into a group.

use leptos::{ev::SubmitEvent, prelude::*, server_fn::ServerFn};
use model::{Chat, Person, RoomId};

use super::{close::focus_close, known::Known};
use crate::{
    rooms::{
        calls::AddPeople,
        choose::{Choose, talking_with},
        head::here,
    },
    ui::{
        dialog::{self, Cancel, Dialog},
        fresh::fresh_text,
        sending::Sending,
    },
};

/// By its id.
pub const DIALOG: &str = "add-people";

#[component]
pub fn AddDialog(known: Known) -> impl IntoView {
    let Known { live, room } = known;
    let people = Memo::new(move |_| live.chat.with(|chat| strangers(chat, room)));
    let chosen = RwSignal::new(Vec::new());
    let count = move || {
        fresh_text(match chosen.with(Vec::len) {
            0 => "Add".to_owned(),
            count => format!("Add {count}"),
        })
    };
    let sending = Sending::new(None);
    let submit = move |event: SubmitEvent| sending.submit::<AddPeople>(&event, |()| dialog::close(DIALOG));
    // Whoever is in the group now is not chosen any more.
    Effect::new(move || {
        people
            .with(|people| chosen.update(|chosen| chosen.retain(|id| people.iter().any(|it| it.id == *id))));
    });
    view! {
        <Dialog id=DIALOG title="Add people" back=Callback::new(|()| focus_close())>
            <p class="meta">"They can read everything that was written here."</p>
            <form method="post" action=AddPeople::url() on:submit=submit>
                <input type="hidden" name="room" value=room.to_string() />
                <fieldset>
                    <legend class="sr">"People you talk with"</legend>
                    <Choose people chosen />
                </fieldset>
                <div role="alert">
                    {move || sending.error.get().map(|error| view! { <p class="alarm">{error.message}</p> })}
                </div>
                <div class="choice">
                    <Cancel dialog=DIALOG label="Cancel" />
                    <button class="btn primary" type="submit" aria-disabled=move || sending.busy.get().to_string()>
                        {count}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}

/// Those one could let in.
fn strangers(chat: &Chat, room: RoomId) -> Vec<Person> {
    let Some(known) = chat.conversation(room) else { return Vec::new() };
    let mut people = talking_with(chat);
    people.retain(|person| !here(&known.room).any(|member| member.id == person.id));
    people
}
