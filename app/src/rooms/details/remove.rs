//! Taking somebody out of a group.

use leptos::{ev::SubmitEvent, prelude::*, server_fn::ServerFn};
use model::RoomId;

use super::{close::focus_close, member::Member};
use crate::{
    rooms::calls::RemovePerson,
    ui::{
        dialog::{self, Cancel, Dialog},
        fresh::fresh_text,
        isolate,
        sending::Sending,
    },
};

/// By its id.
pub const DIALOG: &str = "remove-member";

#[component]
pub fn RemoveDialog(room: RoomId, member: Memo<Option<Member>>) -> impl IntoView {
    let sending = Sending::new(None);
    // Whoever was removed stays in the words until the dialog is closed.
    let person = Memo::new(move |known: Option<&Option<_>>| {
        member.get().map(|member| member.person).or_else(|| known.cloned().flatten())
    });
    let name = move || person.get().map(|person| isolate(&person.name).into_owned()).unwrap_or_default();
    let id = move || person.get().map(|person| person.id.to_string());
    let consequence = move || {
        fresh_text(format!(
            "{} reads nothing that is written here from now on. What they wrote stays.",
            name()
        ))
    };
    Effect::new(move || {
        person.track();
        sending.error.set(None);
    });
    let submit = move |event: SubmitEvent| sending.submit::<RemovePerson>(&event, |()| dialog::close(DIALOG));
    view! {
        <Dialog
            id=DIALOG
            title=Signal::derive(move || format!("Remove {}?", name()))
            back=Callback::new(|()| focus_close())
        >
            <p class="meta">{consequence}</p>
            <form method="post" action=RemovePerson::url() on:submit=submit>
                <input type="hidden" name="room" value=room.to_string() />
                <input type="hidden" name="person" value=id />
                <div role="alert">
                    {move || sending.error.get().map(|error| view! { <p class="alarm">{error.message}</p> })}
                </div>
                <div class="choice">
                    <Cancel dialog=DIALOG label="Cancel" first=true />
                    <button class="btn danger" type="submit" aria-disabled=move || sending.busy.get().to_string()>
                        "Remove"
                    </button>
                </div>
            </form>
        </Dialog>
    }
}
