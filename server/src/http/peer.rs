//! Who is at the other end: this machine itself, a proxy that is believed, or anybody.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderName, header},
};

use crate::config::Proxies;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Headers that only proxies write. Any `x-forwarded-…` counts as well.
const OF_PROXIES: [HeaderName; 3] = [header::FORWARDED, header::VIA, HeaderName::from_static("x-real-ip")];

/// The address the connection comes from.
fn peer(request: &Request) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical()
}

/// The address the request comes from: the peer's, or, if that is a proxy of ours, the one that the
/// proxies saw. What stands left of it in the header anybody can have written.
pub(super) fn client(request: &Request, proxies: &Proxies) -> IpAddr {
    let mut address = peer(request);
    let lines = request.headers().get_all(FORWARDED_FOR).into_iter();
    let lines: Vec<&str> = lines.map(|line| line.to_str().unwrap_or("not an address")).collect();
    let mut hops = lines.iter().flat_map(|line| line.split(',')).rev();
    while proxies.believe(address) {
        let Some(hop) = hops.next().and_then(hop) else { break };
        address = hop;
    }
    address
}

/// `192.0.2.1`, `2001:db8::1`, and both with a port.
fn hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|with| with.ip()));
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    address.or_else(bracketed).map(|address: IpAddr| address.to_canonical())
}

/// Whether this machine asks by itself: not from outside, and not for somebody outside.
pub(super) fn is_local(request: &Request) -> bool {
    peer(request).is_loopback() && !is_forwarded(request.headers())
}

/// Whether the host asked for is a name of this machine: a page of elsewhere whose name was made to
/// point here asks for its own.
pub(super) fn asks_for_local_host(request: &Request) -> bool {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.and_then(|host| host.parse::<axum::http::uri::Authority>().ok());
    host.is_some_and(|host| {
        let name = host.host();
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
    })
}

fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| OF_PROXIES.contains(name) || name.as_str().starts_with("x-forwarded"))
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};

    use super::*;

    fn request(peer: &str, headers: &[(&str, &str)]) -> Request<Body> {
        let mut request = Request::new(Body::empty());
        let address = SocketAddr::new(peer.parse().unwrap(), 9);
        request.extensions_mut().insert(ConnectInfo(address));
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            request.headers_mut().append(name, value.parse().unwrap());
        }
        request
    }

    #[test]
    fn proxies_of_ours_are_believed_and_nobody_else() {
        let proxies = Proxies::parse("127.0.0.1, 10.0.0.0/8").unwrap();
        let from = |peer, lines: &[&str]| {
            let headers: Vec<_> = lines.iter().map(|line| ("x-forwarded-for", *line)).collect();
            client(&request(peer, &headers), &proxies).to_string()
        };
        assert_eq!(from("192.0.2.9", &["198.51.100.1"]), "192.0.2.9", "forged");
        assert_eq!(from("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(from("127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(from("::ffff:127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(from("127.0.0.1", &["1.1.1.1, 198.51.100.1, 10.1.2.3"]), "198.51.100.1");
        assert_eq!(from("127.0.0.1", &["1.1.1.1", "198.51.100.1"]), "198.51.100.1", "the last line counts");
        assert_eq!(from("127.0.0.1", &["1.1.1.1, nonsense"]), "127.0.0.1");
        assert_eq!(from("127.0.0.1", &["10.0.0.1"]), "10.0.0.1");
        assert_eq!(from("127.0.0.1", &["[2001:db8::1]:443"]), "2001:db8::1");
        assert_eq!(from("127.0.0.1", &["198.51.100.1:443"]), "198.51.100.1");
        let none = Proxies::default();
        assert_eq!(
            client(&request("127.0.0.1", &[("x-forwarded-for", "1.1.1.1")]), &none).to_string(),
            "127.0.0.1"
        );
    }

    #[test]
    fn this_machine_asks_by_itself_and_under_its_own_name() {
        assert!(is_local(&request("127.0.0.1", &[])));
        assert!(is_local(&request("::1", &[])));
        assert!(!is_local(&request("192.0.2.9", &[])));
        for name in ["forwarded", "via", "x-real-ip", "x-forwarded-for", "x-forwarded-proto"] {
            assert!(!is_local(&request("127.0.0.1", &[(name, "x")])), "{name}");
        }
        let local = |host| asks_for_local_host(&request("127.0.0.1", &[("host", host)]));
        for host in ["localhost", "LocalHost:3000", "127.0.0.1:1", "[::1]:3000", "127.9.9.9"] {
            assert!(local(host), "{host}");
        }
        for host in ["chat.example.org", "localhost.example.org", "192.168.1.7:3000", "", "a b"] {
            assert!(!local(host), "{host}");
        }
        assert!(!asks_for_local_host(&request("127.0.0.1", &[])));
    }
}
