//! The files of the site, and a page for what is nowhere.

use std::sync::Arc;

use axum::{
    Router, extract::Request, handler::HandlerWithoutStateExt, http::StatusCode, middleware::from_fn,
    response::Response,
};
use leptos::prelude::IntoView;
use leptos_axum::render_app_async_with_context;
use tower_http::services::ServeDir;

use super::{caching, shape::with_shape};

/// Not Leptos' own `file_and_error_handler`: that gives a file the status and the headers of whatever page is
/// being made on the same thread, and takes the headers from that page (leptos_axum 0.8.10).
pub(super) fn service<V: IntoView + 'static>(
    root: Arc<str>,
    context: impl Fn() + Clone + Send + Sync + 'static,
    page: impl Fn() -> V + Clone + Send + Sync + 'static,
) -> Router {
    let render = render_app_async_with_context(context, page);
    let nowhere = move |request: Request| {
        let render = render.clone();
        async move { with_shape(not_found(render(request).await)).await }
    };
    let files = ServeDir::new(&*root)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(nowhere.into_service());
    Router::new().fallback_service(files).layer(from_fn(caching::layer))
}

fn not_found(mut page: Response) -> Response {
    if page.status().is_success() {
        *page.status_mut() = StatusCode::NOT_FOUND;
    }
    page
}
