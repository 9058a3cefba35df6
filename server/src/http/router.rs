//! All routes on one screen.

use std::sync::OnceLock;

use app::{App, document};
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
    answer_limit, arguments, body::BODY_BYTES, files, mailbox, ops, ops_state::OpsState, origin, redirect,
    refusal, refused, security, session, shape, site::Web, target,
};
use crate::socket;

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
        move || document(options.clone())
    };

    let pages = Router::new()
        .leptos_routes_with_context(&web, page_routes(), context.clone(), page.clone())
        .layer(from_fn(shape::layer))
        .layer(CompressionLayer::new());

    let drawn = pages.clone().with_state(web.clone());
    let people = pages
        .layer(from_fn_with_state(drawn, refused::layer))
        .route("/socket", get(socket::open))
        .layer(from_fn_with_state(web.clone(), session::layer))
        .layer(from_fn_with_state(web.clone(), answer_limit::layer))
        .layer(from_fn_with_state(web.clone(), arguments::check))
        .layer(from_fn_with_state(web.clone(), redirect::layer))
        .layer(from_fn_with_state(web.clone(), origin::check));

    let ops = ops::routes(OpsState::from_ref(&web));

    let development = match web.site.development {
        true => Router::new()
            .route("/dev/mail", get(mailbox::show))
            .route("/dev/mail.json", get(mailbox::list))
            .layer(from_fn(mailbox::guard)),
        false => Router::new(),
    };

    people
        .merge(ops)
        .merge(development)
        .fallback_service(files::service(web.leptos.site_root.clone(), context, page))
        .layer(from_fn_with_state(web.clone(), refusal::layer))
        .layer(RequestBodyLimitLayer::new(BODY_BYTES))
        .layer(from_fn(target::check))
        .layer(from_fn_with_state(web.site.clone(), security::layer))
        .layer(CatchPanicLayer::new())
        .with_state(web)
}

/// The pages, listed once for the process: while Leptos lists them no page anywhere in it loads what it
/// needs, and one that is asked for at that moment would never be done.
pub fn page_routes() -> Vec<AxumRouteListing> {
    static ROUTES: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();
    ROUTES.get_or_init(|| generate_route_list(App)).clone()
}
