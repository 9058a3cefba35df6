//! Blocking a person, from the menu or the details of the chat with them.

use leptos::{prelude::*, server_fn::ServerFn};
use model::Person;

use super::calls::BlockPerson;
use crate::{
    rooms::gone::Leaving,
    ui::{
        dialog::{Cancel, Dialog},
        isolate,
    },
};

/// The dialog that asks, by its id.
pub const DIALOG: &str = "block-person";

#[component]
pub fn BlockDialog(person: Person, back: Callback<()>) -> impl IntoView {
    let leaving = expect_context::<Leaving>().0;
    let (id, name) = (person.id, isolate(&person.name));
    let consequence = format!(
        "Nothing that {name} writes reaches you, and this chat goes from your list. {name} is not told."
    );
    // A plain form: what this page holds of the chat goes with the page.
    view! {
        <Dialog id=DIALOG title=format!("Block {name}?") back>
            <p class="meta">{consequence}</p>
            <form method="post" action=BlockPerson::url() on:submit=move |_| leaving.set_value(true)>
                <input type="hidden" name="person" value=id.to_string() />
                <div class="choice">
                    <Cancel dialog=DIALOG label="Cancel" first=true />
                    <button class="btn danger" type="submit">
                        "Block"
                    </button>
                </div>
            </form>
        </Dialog>
    }
}
