//! What fulfils the wishes of [`super::change`]: menu, dialog, words. Its code is fetched when somebody comes near
//! a message, so that the first visit of a conversation does not carry it.

use leptos::{prelude::*, task::spawn_local, wasm_split::SplitLoaderError};

use super::{
    change::{Changing, Wish},
    delete::DeleteDialog,
    edit::{EditBar, dress, end_when_deleted, load_edited, save},
    menu::{MessageMenu, open},
    reactions::react,
    refused::show_refused,
};

/// The hands, once they are needed.
#[component]
pub fn Hands(changing: Changing) -> impl IntoView {
    let here = RwSignal::new(None::<Draw>);
    Effect::new(move || {
        if changing.needed.get() && here.get_untracked().is_none() {
            spawn_local(async move {
                match fetched().await {
                    Ok(draw) => drop(here.try_set(Some(draw))),
                    Err(_) => missing(changing),
                }
            });
        }
    });
    move || here.get().map(|draw| draw(changing))
}

/// Their code did not come. Who only came near a message need not know; the next wish tries again.
fn missing(changing: Changing) {
    let _ = changing.needed.try_set(false);
    if changing.wish.try_get_untracked().flatten().is_some() {
        changing.wish.set(None);
        changing
            .say("That could not be fetched from the server. Try again once you are connected.".to_owned());
    }
}

/// Draws them. What is fetched is how, not the view: to wait for that would be the business of the suspense
/// around the conversation, which would draw everything anew.
type Draw = fn(Changing) -> AnyView;

#[cfg(feature = "split")]
#[::leptos::wasm_split::wasm_split(hands, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetched() -> Result<Draw, SplitLoaderError> {
    Ok(hands)
}

#[cfg(not(feature = "split"))]
async fn fetched() -> Result<Draw, SplitLoaderError> {
    Ok(hands)
}

fn hands(changing: Changing) -> AnyView {
    dress(changing);
    end_when_deleted(changing);
    load_edited(changing);
    show_refused(changing);
    Effect::new(move || {
        let Some(wish) = changing.wish.get() else { return };
        changing.wish.set(None);
        match wish {
            Wish::Menu(seq, place) => open(changing, seq, place),
            Wish::React(seq, emoji) => react(changing, seq, &emoji),
            Wish::Save(seq, text) => save(changing, seq, &text),
        }
    });
    view! {
        <EditBar changing />
        <MessageMenu changing />
        <DeleteDialog changing />
    }
    .into_any()
}
