//! W1: connections that are open and do nothing.

use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use model::limits::BEAT_MS;
use tokio::time::sleep;

use super::{connection::Connection, crowd::Crowd, instance::Instance, meter};

/// Sockets of one person; the server takes 32.
pub(super) const SOCKETS: usize = 30;

/// Bytes of the program's memory for each connection; `knows`: clients that hold their rooms, as after
/// a page was loaded, and not new ones to whom all is described. Beats are on: two of them pass first.
///
/// # Errors
/// A connection does not open, or does not stay.
pub(super) async fn measure(
    instance: &Instance,
    crowd: &Crowd,
    connections: usize,
    knows: bool,
) -> anyhow::Result<f64> {
    // What the first connections bring into memory for good is not theirs.
    let warm = open(crowd, crowd.people.len().min(50), knows).await?;
    drop(warm);
    while sockets(instance).await? > 0.0 {
        sleep(Duration::from_millis(50)).await;
    }
    let before = instance.resident()?;
    let open = open(crowd, connections, knows).await?;
    let beats = tokio::spawn(listen(open));
    sleep(Duration::from_millis(2 * u64::from(BEAT_MS))).await;
    let after = instance.resident()?;
    anyhow::ensure!(sockets(instance).await? == connections as f64, "not every connection stayed");
    beats.abort();
    Ok((after.saturating_sub(before)) as f64 * 1024.0 / connections as f64)
}

async fn open(crowd: &Crowd, connections: usize, knows: bool) -> anyhow::Result<Vec<Connection>> {
    stream::iter((0..connections).map(|n| &crowd.people[n % crowd.people.len()]))
        .map(|somebody| Connection::open(&somebody.http, if knows { &somebody.rooms } else { &[] }))
        .buffer_unordered(16)
        .try_collect()
        .await
}

/// Answers pings: who is silent is cut off.
async fn listen(connections: Vec<Connection>) {
    let each =
        connections.into_iter().map(|mut connection| async move { while connection.hear().await.is_ok() {} });
    stream::iter(each).for_each_concurrent(None, |listening| listening).await;
}

async fn sockets(instance: &Instance) -> anyhow::Result<f64> {
    Ok(meter::counter(&instance.metrics().await?, "rapport_sockets"))
}
