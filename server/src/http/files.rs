//! The files of the site, and a page for what is nowhere.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::Request,
    handler::HandlerWithoutStateExt,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::prelude::IntoView;
use leptos_axum::render_app_async_with_context;
use tower::{Service, ServiceExt};
use tower_http::services::ServeDir;

/// Not Leptos' own `file_and_error_handler`: that gives a file the status and the headers of whatever page is
/// being made on the same thread, and takes the headers from that page (leptos_axum 0.8.10).
pub(super) fn service<V: IntoView + 'static>(
    root: Arc<str>,
    context: impl Fn() + Clone + Send + Sync + 'static,
    page: impl Fn() -> V + Clone + Send + Sync + 'static,
) -> impl Service<Request, Response = impl IntoResponse, Error = Infallible, Future: Send> + Clone + Send + Sync
{
    let render = render_app_async_with_context(context, page);
    let nowhere = move |request: Request| {
        let render = render.clone();
        async move { not_found(render(request).await) }
    };
    let files = ServeDir::new(&*root)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(nowhere.into_service());
    files.map_request(unconditional)
}

/// The time of a file says nothing of what is in it: after a step back to an older version, or on another node,
/// a browser would go on with the file it has beside pages that want the other.
fn unconditional(mut request: Request) -> Request {
    for name in [header::IF_MODIFIED_SINCE, header::IF_UNMODIFIED_SINCE] {
        request.headers_mut().remove(name);
    }
    request
}

fn not_found(mut page: Response) -> Response {
    if page.status().is_success() {
        *page.status_mut() = StatusCode::NOT_FOUND;
    }
    page
}
