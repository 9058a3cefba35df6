//! Whose word is taken about where a request comes from.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use ipnet::IpNet;

use super::{Address, ORIGIN, PROXIES, Refusal};

/// The proxies in front: none unless told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Arc<[IpNet]>);

impl Proxies {
    pub(super) fn read(text: Option<&str>, address: &Address, listen: SocketAddr) -> Result<Self, Refusal> {
        let Some(text) = text else { return Ok(Self::default()) };
        let proxies = Self::parse(text)?;
        if *address == Address::Development {
            let why = format!("needs {ORIGIN}: behind a proxy people open the proxy's address");
            return Err(Refusal::new(PROXIES, why));
        }
        let own_machine = proxies.0.iter().any(|network| network.addr().is_loopback());
        if listen.ip().is_loopback() && !own_machine {
            let why = format!("names no address of this machine, and {listen} is reached from no other");
            return Err(Refusal::new(PROXIES, why));
        }
        Ok(proxies)
    }

    /// Reads addresses and networks, separated by commas.
    ///
    /// # Errors
    /// One is none, or holds everybody.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        Ok(Self(text.split(',').map(network).collect::<Result<_, _>>()?))
    }

    /// Whether a peer at this address is one of them.
    pub fn believe(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address.to_canonical()))
    }
}

impl std::fmt::Display for Proxies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        let networks: Vec<String> = self.0.iter().map(IpNet::to_string).collect();
        f.write_str(&networks.join(", "))
    }
}

/// One address is the network of it alone.
fn network(text: &str) -> Result<IpNet, Refusal> {
    let text = text.trim();
    let read = || text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).ok();
    let Some(network) = read().filter(|network| network.addr().to_canonical() == network.addr()) else {
        let why = format!("must be addresses or networks, such as 10.0.0.7, 10.1.0.0/16, not {text:?}");
        return Err(Refusal::new(PROXIES, why));
    };
    let bits = network.prefix_len();
    if bits == 0 {
        let why = format!("must not hold {text}: anybody could claim any address");
        return Err(Refusal::new(PROXIES, why));
    }
    if network.trunc() != network {
        let why = format!("holds {text}, which has bits set after the first {bits}");
        return Err(Refusal::new(PROXIES, why));
    }
    Ok(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, listen: &str) -> Result<Proxies, String> {
        let address = Address::Public("https://chat.example.org".into());
        Proxies::read(Some(text), &address, listen.parse().unwrap()).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn networks_hold_what_begins_like_them() {
        let proxies = read("127.0.0.1, 10.2.0.0/15, 2001:db8::/32, ::1", "0.0.0.0:3000").unwrap();
        let believed = |address: &str| proxies.believe(address.parse().unwrap());
        for address in ["127.0.0.1", "10.2.0.1", "10.3.255.255", "2001:db8:1::5", "::1", "::ffff:10.2.0.1"] {
            assert!(believed(address), "{address}");
        }
        for address in ["127.0.0.2", "10.4.0.0", "10.1.255.255", "2001:db9::", "::2", "::a02:1"] {
            assert!(!believed(address), "{address}");
        }
        assert!(!Proxies::default().believe("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn nonsense_and_contradictions_are_refused() {
        for bad in ["nginx", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.1,,", "1.2.3", "::1/129", "::ffff:1.2.3.4"]
        {
            let refused = read(bad, "0.0.0.0:3000").unwrap_err();
            assert!(refused.starts_with("RAPPORT_PROXIES must be addresses"), "{bad}: {refused}");
        }
        assert!(read("0.0.0.0/0", "0.0.0.0:3000").unwrap_err().contains("anybody"));
        assert!(read("10.0.0.1/8", "0.0.0.0:3000").unwrap_err().contains("bits set"));
        assert!(read("10.0.0.7", "127.0.0.1:3000").unwrap_err().contains("no address of this machine"));
        assert!(read("10.0.0.7, 127.0.0.1", "127.0.0.1:3000").is_ok());
        let listen = "127.0.0.1:3000".parse().unwrap();
        let refused = Proxies::read(Some("127.0.0.1"), &Address::Development, listen).unwrap_err();
        assert!(refused.to_string().contains("RAPPORT_ORIGIN"));
    }
}
