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
    rooms::layout::SignedInLayout,
    settings::page::Settings,
    ui::{clock::provide_clock, trouble::NotFound},
};

/// Fetches the code of the page at `path` where it does not come with the program. A page is taken
/// over in one go: with this before, nothing has changed yet when the last part of it is.
///
/// # Errors
/// It cannot be had. The page as the server drew it works without.
pub async fn fetch(path: &str) -> Result<(), SplitLoaderError> {
    match path.split('/').nth(1) {
        Some("sign-in") => SignInPage::fetch().await,
        Some("register") => RegisterPage::fetch().await,
        Some("verify") => VerifyPage::fetch().await,
        Some("people") => FindPeoplePage::fetch().await,
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
                    <Route path=path!("/settings") view=Settings ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
