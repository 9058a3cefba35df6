//! The answer to a plain form that was refused. The framework sends the browser back to the page with the reason
//! in its address, and what was written in the form is lost. Here that page is drawn at once, as the answer to
//! the form, with what the form held. A page that leads elsewhere carries the reason on by [`refusal`].

use app::ui::refused_form::RefusedForm;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{
        HeaderMap, Method, StatusCode, Uri,
        header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, SET_COOKIE},
        request::Parts,
    },
    middleware::Next,
    response::Response,
};
use backend::{SignedIn, accounts::Origin};
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use tower::ServiceExt;

use super::{body::BODY_BYTES, form_page, refusal};

/// Gives back what a refused form held. `pages` draws the page that the form came from.
pub(super) async fn layer(State(pages): State<Router>, request: Request, next: Next) -> Response {
    if !is_plain_form(&request) {
        return next.run(request).await;
    }
    // A page that answers a form is made by sending the form again, and no password is for that: the forms of
    // accounts go back to their pages, and `refusal` carries what they held.
    let is_drawn_here = !request.uri().path().starts_with("/api/accounts/");
    let (mut head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_BYTES).await else {
        return next.run(Request::from_parts(head, Body::empty())).await;
    };
    let fields: Vec<_> = url::form_urlencoded::parse(&body).into_owned().collect();
    form_page::name(&mut head.headers, head.uri.path(), &fields);
    let mut response = next.run(Request::from_parts(head.clone(), Body::from(body.clone()))).await;
    let Some(at) = refused_at(&response) else { return response };
    let query = at.query().unwrap_or_default();
    let (reason, clean) = (refusal::refusal_in(query), refusal::without_refusal(query));
    let address = refusal::address(at.path(), clean.as_deref().unwrap_or(query));
    let Ok(target) = address.parse::<Uri>() else { return response };
    let mut form = RefusedForm { path: head.uri.path().to_owned(), page: None, fields };
    if !is_drawn_here {
        response.extensions_mut().insert(form);
        return response;
    }
    form.page = Some(target.to_string());
    let mut request = page_request(&head, target, form);
    if let Some(reason) = reason {
        request.extensions_mut().insert(reason);
    }
    let Ok(mut page) = pages.oneshot(request).await;
    // A page that cannot be drawn, or that leads elsewhere: the browser follows the answer by itself.
    if page.status() != StatusCode::OK {
        return response;
    }
    for cookie in response.headers().get_all(SET_COOKIE) {
        page.headers_mut().append(SET_COOKIE, cookie.clone());
    }
    page
}

/// A form that a browser sends without scripts, and whose answer it shows.
pub(super) fn is_plain_form(request: &Request) -> bool {
    let accepts = |headers: &HeaderMap| {
        headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|it| it.contains("text/html"))
    };
    request.method() == Method::POST
        && request.uri().path().starts_with("/api/")
        && accepts(request.headers())
}

/// The address to which the framework sends a form that was refused.
fn refused_at(response: &Response) -> Option<Uri> {
    response.headers().get(SERVER_FN_ERROR_HEADER)?;
    let target: Uri = response.headers().get(LOCATION)?.to_str().ok()?.parse().ok()?;
    // The layer around this one let only addresses of this site through.
    target.path_and_query()?.as_str().parse().ok()
}

/// The request that the browser would make next, with what the layers around this one found out.
fn page_request(head: &Parts, target: Uri, form: RefusedForm) -> Request {
    let mut page = Request::new(Body::empty());
    *page.uri_mut() = target;
    *page.headers_mut() = head.headers.clone();
    for name in [CONTENT_TYPE, CONTENT_LENGTH] {
        page.headers_mut().remove(name);
    }
    let extensions = page.extensions_mut();
    extensions.insert(form);
    if let Some(who) = head.extensions.get::<SignedIn>() {
        extensions.insert(*who);
    }
    if let Some(from) = head.extensions.get::<Origin>() {
        extensions.insert(from.clone());
    }
    page
}
