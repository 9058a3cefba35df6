//! Being asked to stop.

use std::process::exit;

use anyhow::bail;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// What a shell reports for a program ended by Ctrl-C.
const INTERRUPTED: i32 = 130;

/// Cancelled by the first SIGINT or SIGTERM; the second ends the program at once, and what it has
/// accepted is safe all the same.
///
/// # Errors
/// The system does not let the program listen to signals.
pub fn when_asked() -> std::io::Result<CancellationToken> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let stop = CancellationToken::new();
    let asked = stop.clone();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if asked.is_cancelled() {
                tracing::warn!("asked again to stop: leaving at once");
                exit(INTERRUPTED);
            }
            tracing::info!("asked to stop");
            asked.cancel();
        }
    });
    Ok(stop)
}

/// Does the work, unless asked to stop before its end: then it is dropped half-way.
///
/// # Errors
/// Those of the work, or it was asked to stop.
pub async fn unless<T>(
    stop: &CancellationToken,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    tokio::select! {
        done = work => done,
        () = stop.cancelled() => bail!("stopped before the end"),
    }
}
