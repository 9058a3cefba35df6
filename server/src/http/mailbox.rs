//! The file mailbox of a development instance: the mails as people would get them.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use backend::mail::StoredMail;
use html_escape::encode_double_quoted_attribute as escape;
use model::Error;

use super::{origin::refuse, peer, site::Web};

/// Mails shown, the newest first.
const SHOWN: usize = 50;

/// Every code and link lies open here: for this machine alone, asked by its own name. A proxy in
/// front of a development instance is a mistake that must not show its mail to the world.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    if peer::is_local(&request) && peer::asks_for_local_host(&request) {
        return next.run(request).await;
    }
    StatusCode::NOT_FOUND.into_response()
}

/// For people.
pub(super) async fn show(State(web): State<Web>) -> Response {
    match newest(&web).await {
        Ok(mails) => {
            let policy = HeaderValue::from_static("default-src 'none'; style-src 'self'; font-src 'self'");
            ([(header::CONTENT_SECURITY_POLICY, policy)], Html(page(&mails, web.backend.mailer.keeps_mail())))
                .into_response()
        }
        Err(error) => refuse(&error),
    }
}

/// For programs that test.
pub(super) async fn list(State(web): State<Web>) -> Response {
    match newest(&web).await {
        Ok(mails) => Json(mails).into_response(),
        Err(error) => refuse(&error),
    }
}

async fn newest(web: &Web) -> Result<Vec<StoredMail>, Error> {
    web.backend.mailer.mailbox(SHOWN).await.map_err(|error| {
        tracing::warn!(%error, "the mailbox cannot be read");
        Error::unavailable()
    })
}

fn page(mails: &[StoredMail], kept: bool) -> String {
    let items: String = mails.iter().map(item).collect();
    let note = match kept {
        true => "its mail is not sent, it is kept here.",
        false => "but its mail is sent by SMTP, and nothing is kept here.",
    };
    let content = match (mails.is_empty(), kept) {
        (true, true) => "<p class=\"none\">No mail yet. Sign up, and the code arrives here.</p>",
        (true, false) => "",
        (false, _) => &items,
    };
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>Mailbox</title><link rel=\"stylesheet\" href=\"/mailbox.css\"></head>\
         <body><main><h1>Mailbox</h1><p class=\"note\">This instance runs in development mode: \
         {note} <a href=\"/dev/mail\">Look again</a></p>{content}</main></body></html>"
    )
}

fn item(mail: &StoredMail) -> String {
    format!(
        "<article><header><h2>{}</h2><p>To {} · <time>{}</time></p></header><pre>{}</pre></article>",
        escape(&mail.subject),
        escape(&mail.to),
        mail.at.format("%-d %B %Y, %H:%M:%S UTC"),
        escape(mail.text.trim()),
    )
}
