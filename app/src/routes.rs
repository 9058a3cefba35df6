//! Every address of the program, on one screen.

use leptos::{prelude::*, wasm_split::SplitLoaderError};
use leptos_meta::provide_meta_context;
use leptos_router::{
    Lazy, SsrMode,
    components::{ParentRoute, Redirect, Route, Router, Routes},
    path,
};

use crate::{
    accounts::{RegisterPage, SignInPage, VerifyPage},
    messages::page::{NoneChosen, RoomPage},
    people::FindPeoplePage,
    rooms::{NewGroupPage, details},
    settings::SettingsPage,
    shell::layout::SignedInLayout,
    ui::{clock::provide_clock, trouble::NotFound},
};

/// Fetches the code of the page at `path` where it does not come with the program. A page is taken
/// over in one go: with this before, nothing has changed yet when the last part of it is.
///
/// # Errors
/// It cannot be had. The page as the server drew it works without.
pub async fn fetch(path: &str, query: &str) -> Result<(), SplitLoaderError> {
    let mut parts = path.split('/').skip(1);
    match (parts.next(), parts.next()) {
        (Some("sign-in"), _) => SignInPage::fetch().await,
        (Some("register"), _) => RegisterPage::fetch().await,
        (Some("verify"), _) => VerifyPage::fetch().await,
        (Some("people"), Some("new-group")) => NewGroupPage::fetch().await,
        (Some("people"), _) => FindPeoplePage::fetch().await,
        (Some("settings"), _) => SettingsPage::fetch().await,
        (Some("chats"), _) if query.contains(details::QUERY) => details::fetch().await,
        _ => Ok(()),
    }
}

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
                <Route path=path!("/sign-in") view={Lazy::<SignInPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("/register") view={Lazy::<RegisterPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("/verify/:registration") view={Lazy::<VerifyPage>::new()} ssr=SsrMode::Async />
                <ParentRoute path=path!("") view=SignedInLayout ssr=SsrMode::Async>
                    <Route path=path!("/chats") view=NoneChosen ssr=SsrMode::Async />
                    <Route path=path!("/chats/:room") view=RoomPage ssr=SsrMode::Async />
                    <Route path=path!("/people") view={Lazy::<FindPeoplePage>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/people/new-group") view={Lazy::<NewGroupPage>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/settings") view={Lazy::<SettingsPage>::new()} ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
