//! The connections of clients, counted: by all together, and by the network each comes from.

mod counted;
mod network;
mod table;
mod turn;

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;

use crate::descriptors::Descriptors;
pub(crate) use counted::Counted;
use network::Network;
use table::Table;
pub(crate) use turn::Turn;

/// Connections of one network, unless a setting says otherwise: an office with some hundred people fits.
const PER_ADDRESS: usize = 1_000;
/// Without a setting one network gets at most this part of all connections.
const SHARE: usize = 4;

/// How many connections there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    pub total: usize,
    /// From one IPv4 address, or one /64 network of IPv6.
    pub per_address: usize,
}

impl ConnectionLimits {
    /// The limits that fit the system's, with the one for each address as it was asked for.
    pub fn new(descriptors: Descriptors, per_address: Option<usize>) -> Self {
        let total = descriptors.connections();
        let usual = PER_ADDRESS.min(total / SHARE).max(1);
        Self { total, per_address: per_address.unwrap_or(usual).min(total) }
    }
}

/// The connections of one listener.
#[derive(Clone)]
pub(crate) struct Connections {
    limits: ConnectionLimits,
    table: Arc<Mutex<Table>>,
}

impl Connections {
    pub(crate) fn new(limits: ConnectionLimits) -> Self {
        Self { limits, table: Arc::default() }
    }

    /// Admits a connection from this address. Where there are too many, the one that has waited longest for a
    /// request is closed for it; `None` if none waits. A proxy of ours (`address` is `None`) counts with all only:
    /// it brings everybody's requests.
    pub(crate) fn admit(&self, address: Option<IpAddr>) -> Option<Permit> {
        let network = address.map(Network::of);
        let (id, evicted) = self.table().admit(network, self.limits)?;
        Some(Permit { connections: self.clone(), id, evicted })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection, counted as long as the value lives.
pub(crate) struct Permit {
    connections: Connections,
    id: u64,
    evicted: CancellationToken,
}

impl Permit {
    /// Returns when another connection needs the place.
    pub(crate) async fn evicted(&self) {
        self.evicted.cancelled().await;
    }

    /// Whether a request has come.
    pub(crate) fn has_begun(&self) -> bool {
        self.connections.table().has_begun(self.id)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.connections.table().remove(self.id);
    }
}
