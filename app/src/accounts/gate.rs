//! The card on which signed-out people fill in a form.

use leptos::prelude::*;

use super::next::HOME;
use crate::ui::{Mark, title::Title};

/// A card in the middle of the page.
#[component]
pub fn Gate(
    title: &'static str,
    #[prop(into)] lead: Signal<String>,
    /// Where somebody who is signed in belongs.
    #[prop(into, default = HOME.to_owned())]
    next: String,
    children: Children,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::call::server::send_signed_in_to(&next);
    #[cfg(not(feature = "ssr"))]
    drop(next);
    Effect::new(crate::live::forget_everybody);
    view! {
        <Title text=format!("{title} · Rapport") />
        <main class="gate">
            <div class="card">
                <div class="hello">
                    <Mark />
                    <h1 class="heading">{title}</h1>
                    <p class="meta">{lead}</p>
                </div>
                {children()}
            </div>
        </main>
    }
}
