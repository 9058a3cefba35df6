//! A bound on answers. A database that is frozen, or a network that swallows what is sent, gives neither an answer
//! nor an error, and nobody should have to wait for the one or the other. What only reads is given up; what changes
//! something goes on, and may be done after its answer.

use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use model::Error;
use tokio::time::timeout;
use tracing::Instrument;

use super::{origin::refuse, refused::is_plain_form, session::is_for_programs, site::Web};

const PAGE: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\"><meta http-equiv=\"refresh\" content=\"3\">\
    <title>One moment · Rapport</title></head><body role=\"alert\"><h1>One moment</h1>\
    <p>Rapport is not answering just now. Nothing is lost: this page comes back by itself.</p></body></html>";

/// The answer to a form, which does not come back by itself.
const FORM: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\"><title>No answer · Rapport</title></head>\
    <body role=\"alert\"><h1>No answer</h1><p>Rapport is not answering just now. What you sent may still be done. \
    Go back in a moment and look, or send it again.</p></body></html>";

/// Answers with 503 what takes too long, once the request is here as a whole.
pub(super) async fn layer(State(web): State<Web>, request: Request, next: Next) -> Response {
    let patience = web.patience.answer;
    let reads = request.method().is_safe();
    let (form, for_programs) = (is_plain_form(&request), is_for_programs(request.uri().path()));
    let answer = match reads {
        true => timeout(patience, next.run(request)).await.ok(),
        false => in_time(patience, next.run(request)).await,
    };
    match answer {
        Some(answer) => answer,
        None if form => (StatusCode::SERVICE_UNAVAILABLE, Html(FORM)).into_response(),
        None if for_programs => refuse(&Error::unavailable()),
        None => (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "3")], Html(PAGE)).into_response(),
    }
}

/// The answer, if it is there in time. The work runs in a task of its own: if it were dropped after its commit,
/// the change would not be published.
async fn in_time(
    patience: std::time::Duration,
    work: impl Future<Output = Response> + Send + 'static,
) -> Option<Response> {
    let work = tokio::spawn(work.in_current_span());
    match timeout(patience, work).await.ok()? {
        Ok(answer) => Some(answer),
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    }
}
