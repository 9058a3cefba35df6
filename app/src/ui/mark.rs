//! The product's mark: two bubbles that overlap.

use leptos::prelude::*;

#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 36 36" role="img" aria-label="Rapport">
            <rect width="36" height="36" rx="11" fill="var(--brand)"></rect>
            <path
                d="M9.5 15.5a6 6 0 0 1 6-6h2a6 6 0 0 1 0 12h-3.2l-3.6 3.1c-.5.4-1.2.1-1.2-.6z"
                fill="var(--on-brand)"
            ></path>
            <path
                d="M26.5 19.5a5 5 0 0 0-3.3-4.7 8 8 0 0 1-5.8 8.6 5 5 0 0 0 4.1 2.1h1.3l2.5 2.1c.5.4 1.2.1 1.2-.6z"
                fill="var(--on-brand)"
                opacity=".72"
            ></path>
        </svg>
    }
}
