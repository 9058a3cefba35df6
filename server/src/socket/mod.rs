//! The socket: frames in, frames out, for one device of one person.

mod allowance;
mod close;
mod connection;
mod frames;
mod turns;

use axum::{
    Extension,
    extract::{State, WebSocketUpgrade},
    http::{HeaderMap, header::ORIGIN},
    response::Response,
};
use backend::{SignedIn, accounts::Origin};
use model::{Error, limits::FRAME_BYTES};

use crate::http::{origin, site::Web};

/// Buffer of a connection for writing, in bytes. The library's default of 128 KiB for reading
/// would be most of what an idle connection costs. A frame larger than the buffer for writing passes
/// through it alone: the next one waits until it has gone. So nothing else bounds that buffer, and
/// nothing may: a bound below the largest catch-up would end every connection that needs one.
const BUFFER: usize = 2 * 1024;
/// For reading: what clients say while they listen is short. Longer frames make it grow.
const READ_BUFFER: usize = 512;

/// Upgrades to a socket. A browser sends cookies along whoever asks, so the origin is checked
/// before anything else.
pub(crate) async fn open(
    State(web): State<Web>,
    headers: HeaderMap,
    Extension(from): Extension<Origin>,
    who: Option<Extension<SignedIn>>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    if !web.site.allows(headers.get(ORIGIN)) {
        return origin::foreign(&web.site, from.address, "/socket", &headers);
    }
    let Some(Extension(who)) = who else { return origin::refuse(&Error::signed_out()) };
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return axum::response::IntoResponse::into_response(rejection),
    };
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(BUFFER)
        .max_frame_size(FRAME_BYTES)
        .max_message_size(FRAME_BYTES)
        .on_upgrade(move |socket| Box::pin(connection::run(socket, web.backend, who, web.patience.answer)))
}
