//! What there is to know of a room, beside the conversation or over it. Its code is fetched when somebody opens
//! it, so that the first visit of a conversation does not carry it.

pub mod add;
pub mod close;
pub mod group;
pub mod known;
pub mod member;
pub mod members;
pub mod pane;
pub mod private;
pub mod remove;
pub mod rename;

use std::{
    pin::pin,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll, Waker},
};

use leptos::{prelude::*, task::spawn_local, wasm_split::SplitLoaderError};
use model::{RoomId, Seq};

use super::head::address;

/// The name in the query of a room's address that opens them.
pub const QUERY: &str = "details";

/// Draws them. What is fetched is how, not the view: to wait for that would be the business of the suspense
/// around the conversation, which would draw everything anew.
type Draw = fn(RoomId, Option<Seq>) -> AnyView;

/// Whether the code is here.
static FETCHED: AtomicBool = AtomicBool::new(cfg!(not(feature = "split")));

#[component]
pub fn Details(room: RoomId, at: Option<Seq>, open: Memo<bool>) -> impl IntoView {
    #[cfg(feature = "ssr")]
    if open.get_untracked() {
        leptos::prefetch_lazy_fn_on_server("details");
    }
    // What is drawn by, or that it cannot be had.
    let draw = RwSignal::new(at_once().map(Ok));
    Effect::new(move || {
        if open.get() && !matches!(draw.get_untracked(), Some(Ok(_))) {
            spawn_local(async move {
                let fetched = fetch().await.map_err(drop).and_then(|()| at_once().ok_or(()));
                let _ = draw.try_set(Some(fetched));
            });
        }
    });
    move || {
        let draw = if open.get() { draw.get()? } else { return None };
        Some(draw.map_or_else(|()| missing(room, at), |draw| draw(room, at)))
    }
}

/// Does not wait where the code is here. So the page is taken over in one go, see [`crate::fetch`].
fn at_once() -> Option<Draw> {
    if !FETCHED.load(Ordering::Relaxed) {
        return None;
    }
    match pin!(drawing()).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(draw)) => Some(draw),
        _ => None,
    }
}

/// Fetches the code, if it is not here.
///
/// # Errors
/// It cannot be had.
pub async fn fetch() -> Result<(), SplitLoaderError> {
    drawing().await?;
    FETCHED.store(true, Ordering::Relaxed);
    Ok(())
}

#[cfg(feature = "split")]
#[::leptos::wasm_split::wasm_split(details, wasm_split_path = ::leptos::wasm_split, fallible)]
fn drawing() -> Result<Draw, SplitLoaderError> {
    Ok(pane::pane)
}

#[cfg(not(feature = "split"))]
async fn drawing() -> Result<Draw, SplitLoaderError> {
    Ok(pane::pane)
}

/// In place of the details, if their code did not come.
fn missing(room: RoomId, at: Option<Seq>) -> AnyView {
    view! {
        <section class="details" aria-label="Details">
            <div class="empty" role="alert">
                <p class="title">"That did not work"</p>
                <p class="meta">"The details could not be fetched from the server."</p>
                <a class="btn plain" href=address(room, at)>
                    "Back to the chat"
                </a>
            </div>
        </section>
    }
    .into_any()
}
