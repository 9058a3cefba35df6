//! The address people open, and how much is guarded by it.

use std::net::SocketAddr;

use axum::http::{Uri, uri::Scheme};
use backend::sessions::Cookies;

use super::{LISTEN, ORIGIN, Refusal};

/// Every form of this machine's own name in an address.
const LOCAL_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// Over https, for anybody. Holds the origin.
    Public(String),
    /// Over plain http, on this machine only. Holds the origin.
    Local(String),
    /// Not told: this machine only, under any of its names, at the port listened on.
    Development,
}

impl Address {
    /// The origin, if it is open to everybody.
    pub fn public(&self) -> Option<&str> {
        match self {
            Self::Public(origin) => Some(origin),
            Self::Local(_) | Self::Development => None,
        }
    }

    pub(super) fn read(origin: Option<&str>, listen: SocketAddr) -> Result<Self, Refusal> {
        match origin {
            Some(text) => parse(text),
            None if listen.ip().is_loopback() => Ok(Self::Development),
            None => Err(Refusal::new(
                ORIGIN,
                format!(
                    "must be set to the address people open, such as https://chat.example.org, since {LISTEN} \
                     ({listen}) lets others than this machine in"
                ),
            )),
        }
    }

    /// The origins whose pages may change things. `port` is the one really listened on.
    pub fn origins(&self, port: u16) -> Vec<String> {
        match self {
            Self::Public(origin) | Self::Local(origin) => vec![origin.clone()],
            Self::Development => LOCAL_HOSTS.iter().map(|host| local(host, port)).collect(),
        }
    }

    /// The address to open.
    pub fn to_open(&self, port: u16) -> String {
        match self {
            Self::Public(origin) | Self::Local(origin) => origin.clone(),
            Self::Development => local(LOCAL_HOSTS[0], port),
        }
    }

    pub fn cookies(&self) -> Cookies {
        match self {
            Self::Public(_) => Cookies::Secure,
            Self::Local(_) | Self::Development => Cookies::Development,
        }
    }
}

/// Browsers leave the usual port out of an origin.
fn local(host: &str, port: u16) -> String {
    match port {
        80 => format!("http://{host}"),
        _ => format!("http://{host}:{port}"),
    }
}

fn parse(text: &str) -> Result<Address, Refusal> {
    let malformed = || {
        Refusal::new(
            ORIGIN,
            format!("must be a scheme and a host, such as https://chat.example.org, not {text:?}"),
        )
    };
    let uri: Uri = text.to_ascii_lowercase().parse().map_err(|_| malformed())?;
    let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else { return Err(malformed()) };
    let bare = matches!(uri.path(), "" | "/") && uri.query().is_none() && !text.contains('#');
    let (host, port) = (authority.host(), authority.port_u16());
    if !bare || host.is_empty() || authority.as_str().contains('@') || port == Some(0) {
        return Err(malformed());
    }
    // A port that is no port is not reported as one.
    if port.is_none() && authority.as_str() != host {
        return Err(malformed());
    }
    let usual = if *scheme == Scheme::HTTPS { 443 } else { 80 };
    let origin = match port.filter(|port| *port != usual) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    };
    match scheme.as_str() {
        "https" => Ok(Address::Public(origin)),
        "http" if LOCAL_HOSTS.contains(&host) => Ok(Address::Local(origin)),
        "http" => Err(Refusal::new(
            ORIGIN,
            format!(
                "must begin with https://, not {text:?}: over plain http anybody on the way could read along"
            ),
        )),
        _ => Err(malformed()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(origin: Option<&str>, listen: &str) -> Result<Address, String> {
        Address::read(origin, listen.parse().unwrap()).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn without_an_origin_this_machine_only() {
        for listen in ["127.0.0.1:3000", "[::1]:3000", "127.0.0.9:1"] {
            assert_eq!(read(None, listen), Ok(Address::Development));
        }
        for listen in ["0.0.0.0:3000", "[::]:3000", "192.168.1.7:80"] {
            assert!(read(None, listen).unwrap_err().contains("RAPPORT_ORIGIN must be set"));
        }
        assert_eq!(
            Address::Development.origins(3000),
            ["http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000"]
        );
        assert_eq!(Address::Development.cookies(), Cookies::Development);
    }

    #[test]
    fn https_is_for_everybody() {
        let open = |text| read(Some(text), "0.0.0.0:3000").unwrap();
        for text in ["https://chat.example.org", "https://Chat.Example.org/", "https://chat.example.org:443"]
        {
            let address = open(text);
            assert_eq!(address.origins(3000), ["https://chat.example.org"]);
            assert_eq!(address.cookies(), Cookies::Secure);
        }
        assert_eq!(open("https://a.b:8443").to_open(3000), "https://a.b:8443");
        assert_eq!(open("https://[2001:db8::1]:8443").to_open(3000), "https://[2001:db8::1]:8443");
    }

    #[test]
    fn plain_http_is_for_this_machine() {
        for text in ["http://localhost:8080", "http://127.0.0.1", "http://[::1]:3000"] {
            let address = read(Some(text), "0.0.0.0:3000").unwrap();
            assert_eq!(address, Address::Local(text.into()));
            assert_eq!(address.cookies(), Cookies::Development);
        }
        for text in ["http://chat.example.org", "http://localhost.example.org", "http://0.0.0.0:3000"] {
            assert!(read(Some(text), "127.0.0.1:3000").unwrap_err().contains("https://"), "{text}");
        }
    }

    #[test]
    fn anything_else_is_malformed() {
        let bad = [
            "chat.example.org",
            "https://",
            "https://a/b",
            "https://a/?q",
            "https://a/#f",
            "https://u@a",
            "ftp://a",
            "https://a b",
            "https://a:0",
            "https://a:99999",
            "*",
            "null",
            "/",
        ];
        for text in bad {
            let refused = read(Some(text), "127.0.0.1:3000").unwrap_err();
            assert!(refused.starts_with("RAPPORT_ORIGIN must be a scheme and a host"), "{text}: {refused}");
        }
    }
}
