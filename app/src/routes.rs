//! Every address of the program, on one screen.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Redirect, Route, Router, Routes},
    path,
};

use crate::{
    accounts::{register::Register, sign_in::SignIn, verify::Verify},
    messages::page::{NoneChosen, RoomPage},
    people::find::FindPeople,
    rooms::layout::SignedInLayout,
    settings::page::Settings,
    ui::{clock::provide_clock, trouble::NotFound},
};

/// The program, in the page and in the browser.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_context(provide_clock());
    // Pages are sent whole: readable, complete and with their status before any script.
    view! {
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/") view=|| view! { <Redirect path="/chats" /> } ssr=SsrMode::Async />
                <Route path=path!("/sign-in") view=SignIn ssr=SsrMode::Async />
                <Route path=path!("/register") view=Register ssr=SsrMode::Async />
                <Route path=path!("/verify/:registration") view=Verify ssr=SsrMode::Async />
                <ParentRoute path=path!("") view=SignedInLayout ssr=SsrMode::Async>
                    <Route path=path!("/chats") view=NoneChosen ssr=SsrMode::Async />
                    <Route path=path!("/chats/:room") view=RoomPage ssr=SsrMode::Async />
                    <Route path=path!("/people") view=FindPeople ssr=SsrMode::Async />
                    <Route path=path!("/settings") view=Settings ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
