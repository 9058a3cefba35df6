//! Who has how many connections, and which of them wait for a request.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;

use super::{ConnectionLimits, network::Network};

/// The log names a network, of which connections are refused or closed for others, once in this time.
const QUIET: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(super) struct Table {
    /// The next connection's id, or the next place among those that wait.
    next: u64,
    open: HashMap<u64, Open>,
    networks: HashMap<Network, Members>,
    /// Those that may be closed for another one: the id by the place, the longest waiting first.
    waiting: BTreeMap<u64, u64>,
}

struct Open {
    /// None: a proxy of ours.
    network: Option<Network>,
    begun: bool,
    /// The place among those that wait.
    waits: Option<u64>,
    evicted: CancellationToken,
}

#[derive(Default)]
struct Members {
    open: usize,
    /// Places of those that wait.
    waiting: BTreeSet<u64>,
    warned: Option<Instant>,
}

impl Table {
    /// The id of a new connection, and what ends it when its place is needed.
    pub(super) fn admit(
        &mut self,
        network: Option<Network>,
        limits: ConnectionLimits,
    ) -> Option<(u64, CancellationToken)> {
        if let Some(network) = network
            && self.networks.get(&network).is_some_and(|members| members.open >= limits.per_address)
            && !self.evict_from(network)
        {
            self.refuse(network);
            return None;
        }
        if self.open.len() >= limits.total && !self.evict_oldest() {
            metrics::counter!("rapport_connections_refused_total", "limit" => "total").increment(1);
            return None;
        }
        let (id, evicted) = (self.number(), CancellationToken::new());
        let open = Open { network, begun: false, waits: None, evicted: evicted.clone() };
        self.open.insert(id, open);
        if let Some(network) = network {
            self.networks.entry(network).or_default().open += 1;
        }
        self.wait(id);
        Some((id, evicted))
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn evict_from(&mut self, network: Network) -> bool {
        let place = self.networks.get(&network).and_then(|members| members.waiting.first().copied());
        let evicted = place.is_some_and(|place| self.evict(place));
        if evicted {
            self.warn_of(network);
        }
        evicted
    }

    fn evict_oldest(&mut self) -> bool {
        let place = self.waiting.keys().next().copied();
        place.is_some_and(|place| self.evict(place))
    }

    fn evict(&mut self, place: u64) -> bool {
        let Some(id) = self.waiting.get(&place).copied() else { return false };
        if let Some(open) = self.open.get(&id) {
            open.evicted.cancel();
        }
        metrics::counter!("rapport_connections_evicted_total").increment(1);
        self.remove(id);
        true
    }

    fn refuse(&mut self, network: Network) {
        metrics::counter!("rapport_connections_refused_total", "limit" => "address").increment(1);
        self.warn_of(network);
    }

    fn warn_of(&mut self, network: Network) {
        let Some(members) = self.networks.get_mut(&network) else { return };
        if members.warned.is_none_or(|at| at.elapsed() > QUIET) {
            members.warned = Some(Instant::now());
            tracing::warn!(address = %network, open = members.open, "too many connections from one address");
        }
    }

    /// A request has come.
    pub(super) fn begin(&mut self, id: u64) {
        self.leave_waiting(id);
        if let Some(open) = self.open.get_mut(&id) {
            open.begun = true;
        }
    }

    /// No request is in hand.
    pub(super) fn wait(&mut self, id: u64) {
        self.leave_waiting(id);
        let place = self.number();
        let Some(open) = self.open.get_mut(&id) else { return };
        let Some(members) = open.network.and_then(|network| self.networks.get_mut(&network)) else { return };
        open.waits = Some(place);
        members.waiting.insert(place);
        self.waiting.insert(place, id);
    }

    fn leave_waiting(&mut self, id: u64) {
        let Some(open) = self.open.get_mut(&id) else { return };
        let Some(place) = open.waits.take() else { return };
        self.waiting.remove(&place);
        if let Some(members) = open.network.and_then(|network| self.networks.get_mut(&network)) {
            members.waiting.remove(&place);
        }
    }

    pub(super) fn has_begun(&self, id: u64) -> bool {
        self.open.get(&id).is_some_and(|open| open.begun)
    }

    pub(super) fn remove(&mut self, id: u64) {
        self.leave_waiting(id);
        let Some(network) = self.open.remove(&id).and_then(|open| open.network) else { return };
        let Some(members) = self.networks.get_mut(&network) else { return };
        members.open -= 1;
        if members.open == 0 {
            self.networks.remove(&network);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: ConnectionLimits = ConnectionLimits { total: 4, per_address: 2 };

    fn network(last: u8) -> Option<Network> {
        Some(Network::of([192, 0, 2, last].into()))
    }

    #[test]
    fn the_longest_waiting_of_the_same_address_gives_way() {
        let mut table = Table::default();
        let (first, first_evicted) = table.admit(network(1), LIMITS).unwrap();
        let (second, second_evicted) = table.admit(network(1), LIMITS).unwrap();
        let (_, other_evicted) = table.admit(network(2), LIMITS).unwrap();
        // Asked once, so it has waited for a shorter time.
        table.begin(first);
        table.wait(first);
        let (third, _) = table.admit(network(1), LIMITS).unwrap();
        assert!(second_evicted.is_cancelled() && !first_evicted.is_cancelled());
        table.begin(first);
        table.begin(third);
        assert!(table.admit(network(1), LIMITS).is_none(), "both are busy");
        assert!(!other_evicted.is_cancelled());
        table.remove(second);
        assert!(table.admit(network(1), LIMITS).is_none(), "an evicted one counts once");
        table.remove(third);
        assert!(table.admit(network(1), LIMITS).is_some());
    }

    #[test]
    fn all_together_are_bounded_and_a_proxy_of_ours_only_so() {
        let mut table = Table::default();
        let proxy: Vec<_> = (0..3).map(|_| table.admit(None, LIMITS).unwrap()).collect();
        let (_, waiting) = table.admit(network(1), LIMITS).unwrap();
        table.admit(None, LIMITS).unwrap();
        assert!(waiting.is_cancelled());
        assert!(table.admit(network(2), LIMITS).is_none(), "a proxy's connections do not give way");
        assert!(proxy.iter().all(|(_, evicted)| !evicted.is_cancelled()));
        table.remove(proxy[0].0);
        table.admit(network(2), LIMITS).unwrap();
    }

    #[test]
    fn nothing_is_kept_of_what_is_gone() {
        let mut table = Table::default();
        for n in 0..10 {
            let (id, _) = table.admit(network(n), LIMITS).unwrap();
            table.begin(id);
            table.wait(id);
            table.remove(id);
            table.wait(id);
        }
        assert!(table.open.is_empty() && table.networks.is_empty() && table.waiting.is_empty());
    }
}
