//! The ports on a real Redis: their promises, and what they do when it is away.

mod bus;
mod bus_faults;
mod cache;
mod link;
mod presence;
mod rate_limit;

use std::time::{Duration, Instant};

/// Waits until something is so.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so().await {
        assert!(Instant::now() < deadline, "not within 20 seconds: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A connection beside those of the ports.
async fn connection(url: &str) -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(url).expect("the address is well formed");
    client.get_multiplexed_async_connection().await.expect("the server answers")
}
