//! What stands in for content on its way, in the size of the content.

use leptos::prelude::*;

/// Rows of the chat list.
#[component]
pub fn SkeletonRooms() -> impl IntoView {
    let row = |name: &'static str, last: &'static str| {
        view! {
            <div class="room sk-row">
                <span class="sk face"></span>
                <span class="lines">
                    <span class=format!("sk text {name}")></span>
                    <span class=format!("sk text {last}")></span>
                </span>
            </div>
        }
    };
    view! {
        <div class="rooms" aria-hidden="true">
            {row("w-50", "w-85")} {row("w-25", "w-60")} {row("w-40", "w-75")} {row("w-50", "w-60")}
            {row("w-25", "w-85")} {row("w-40", "w-60")}
        </div>
    }
}

/// Messages: a history that has not come yet, or a hole in one.
#[component]
pub fn SkeletonMessages() -> impl IntoView {
    view! {
        <div class="hole" aria-hidden="true">
            <span class="sk bubble-a"></span>
            <span class="sk bubble-b"></span>
            <span class="sk bubble-c"></span>
            <span class="sk bubble-a"></span>
            <span class="sk bubble-c"></span>
            <span class="sk bubble-b"></span>
        </div>
    }
}
