//! Giving a group another name.

use leptos::{ev::SubmitEvent, html, prelude::*, server_fn::ServerFn};

use super::{close::focus_close, known::Known};
use crate::{
    rooms::calls::RenameRoom,
    ui::{
        dialog::{self, Cancel, Dialog},
        field::Field,
        form::{left_over, note_for},
        sending::Sending,
    },
};

/// By its id.
pub const DIALOG: &str = "rename-group";

#[component]
pub fn RenameDialog(known: Known) -> impl IntoView {
    let me = known.live.chat.with_untracked(model::Chat::me);
    let name = known.memo(move |room| room.name(me).to_owned());
    let sending = Sending::new(None);
    let error = sending.error;
    let note = Signal::derive(move || note_for(error.get().as_ref(), "title").unwrap_or_default());
    let field = NodeRef::<html::Input>::new();
    // What the group is called now, unless somebody is writing.
    Effect::new(move || {
        let name = name.get().unwrap_or_default();
        if let Some(field) = field.get()
            && !document().active_element().is_some_and(|active| active.is_same_node(Some(field.as_ref())))
        {
            field.set_value(&name);
        }
    });
    let submit = move |event: SubmitEvent| sending.submit::<RenameRoom>(&event, |()| dialog::close(DIALOG));
    let forget = Callback::new(move |_| error.set(None));
    view! {
        <Dialog id=DIALOG title="Rename this group" back=Callback::new(|()| focus_close())>
            <form method="post" action=RenameRoom::url() autocomplete="off" novalidate on:submit=submit>
                <input type="hidden" name="room" value=known.room.to_string() />
                <Field
                    label="Group name"
                    name="title"
                    autocomplete="off"
                    value=name.get_untracked().unwrap_or_default()
                    note
                    on_text=forget
                    node_ref=field
                />
                <div role="alert">
                    {move || {
                        left_over(error.get(), &["title"])
                            .map(|error| view! { <p class="alarm">{error.message}</p> })
                    }}
                </div>
                <div class="choice">
                    <Cancel dialog=DIALOG label="Cancel" />
                    <button class="btn primary" type="submit" aria-disabled=move || sending.busy.get().to_string()>
                        "Rename"
                    </button>
                </div>
            </form>
        </Dialog>
    }
}
