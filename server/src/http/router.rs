//! All routes on one screen.

use std::sync::OnceLock;

use app::{App, shell};
use axum::{
    Router,
    extract::FromRef,
    middleware::{from_fn, from_fn_with_state},
    routing::get,
};
use leptos::prelude::provide_context;
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, limit::RequestBodyLimitLayer};

use super::{
    arguments, files,
    machines::{self, Machines},
    mailbox, origin, redirect, security, session,
    site::Web,
    target,
};
use crate::socket;

/// Largest request body, in bytes: forms and messages, nothing else comes this way.
pub(super) const BODY_BYTES: usize = 128 * 1024;

pub fn router(web: Web) -> Router {
    let context = {
        let web = web.clone();
        move || {
            provide_context(web.backend.clone());
            provide_context(web.site.cookies);
        }
    };
    let page = {
        let options = web.leptos.clone();
        move || shell(options.clone())
    };

    let pages = Router::new()
        .leptos_routes_with_context(&web, page_routes(), context.clone(), page.clone())
        .layer(CompressionLayer::new());

    let people = pages
        .route("/socket", get(socket::open))
        .layer(from_fn_with_state(web.clone(), session::layer))
        .layer(from_fn_with_state(web.clone(), arguments::check))
        .layer(from_fn_with_state(web.clone(), redirect::layer))
        .layer(from_fn_with_state(web.clone(), origin::check));

    let machines = machines::routes(Machines::from_ref(&web));

    let development = match web.site.development {
        true => Router::new()
            .route("/dev/mail", get(mailbox::show))
            .route("/dev/mail.json", get(mailbox::list))
            .layer(from_fn(mailbox::guard)),
        false => Router::new(),
    };

    people
        .merge(machines)
        .merge(development)
        .fallback_service(files::service(web.leptos.site_root.clone(), context, page))
        .layer(RequestBodyLimitLayer::new(BODY_BYTES))
        .layer(from_fn(target::check))
        .layer(from_fn(security::layer))
        .layer(CatchPanicLayer::new())
        .with_state(web)
}

/// The pages, listed once for the process: while Leptos lists them no page anywhere in it loads what it
/// needs, and one that is asked for at that moment would never be done.
pub fn page_routes() -> Vec<AxumRouteListing> {
    static ROUTES: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();
    ROUTES.get_or_init(|| generate_route_list(App)).clone()
}
