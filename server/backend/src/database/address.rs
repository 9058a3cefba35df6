//! Where a PostgreSQL is and how it is spoken to: a `postgresql://` address with libpq's `sslmode` and
//! `sslrootcert`.
//!
//! Two things are stricter than libpq. A server on another machine is never spoken to without TLS unless the
//! address says `sslmode=disable`; and to check certificates an address names the authorities itself.

use std::{net::IpAddr, path::PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use thiserror::Error;
use tokio_postgres::config::{Host, SslMode};

/// The value of `sslrootcert` that means the operating system's authorities.
const SYSTEM: &str = "system";

/// An address that was read, and every contradiction refused.
#[derive(Clone, Debug)]
pub struct Address {
    pub(super) config: tokio_postgres::Config,
    pub(super) encryption: Encryption,
    /// Host and port of the first server, to be shown.
    pub(super) shown: String,
    libpq: String,
}

/// Whether a connection is encrypted, and what is known of the server then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    /// Never.
    None,
    /// If the server can, whoever it is: on this machine only.
    IfOffered,
    /// Always, whoever the server is: nobody can read along who only listens.
    Always,
    /// Always, and an authority vouches for the server.
    Checked { authorities: Authorities, name: Name },
}

/// Who may vouch for a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Authorities {
    System,
    /// A file of certificates in PEM.
    File(PathBuf),
}

/// Whether the certificate must be for the host of the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Any,
    TheHost,
}

/// Why an address cannot be used, in one sentence without a subject. Never holds the password.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Unusable(String);

impl Address {
    /// # Errors
    /// It is malformed or contradicts itself.
    pub fn parse(url: &str) -> Result<Self, Unusable> {
        let Parts { rest, mode, authorities } = Parts::of(url)?;
        let mut config: tokio_postgres::Config = rest.parse().map_err(|error| malformed(&error))?;
        if config.get_hosts().is_empty() {
            return Err(Unusable("names no host".to_owned()));
        }
        let is_cut = |host: &Host| matches!(host, Host::Tcp(name) if name.contains('@'));
        if config.get_hosts().iter().any(is_cut) {
            return Err(Unusable("has a second @; write the one in the password as %40".to_owned()));
        }
        let encryption = encryption(reach(&config), mode.as_deref(), authorities)?;
        config.ssl_mode(match encryption {
            Encryption::None => SslMode::Disable,
            Encryption::IfOffered => SslMode::Prefer,
            Encryption::Always | Encryption::Checked { .. } => SslMode::Require,
        });
        let libpq = with_parameters(&rest, &encryption);
        Ok(Self { shown: shown(&config), config, encryption, libpq })
    }

    /// The address for PostgreSQL's own programs, which connect like this one does.
    pub fn for_libpq(&self) -> &str {
        &self.libpq
    }
}

/// An address without what tokio-postgres does not know.
struct Parts {
    rest: String,
    mode: Option<String>,
    authorities: Option<Authorities>,
}

impl Parts {
    fn of(url: &str) -> Result<Self, Unusable> {
        // A password may hold a `?`.
        let place = url.find('@').map_or(0, |at| at + 1);
        let Some(question) = url[place..].find('?') else {
            return Ok(Self { rest: url.to_owned(), mode: None, authorities: None });
        };
        let (before, query) = (&url[..place + question], &url[place + question + 1..]);
        let (mut mode, mut authorities, mut kept) = (None, None, Vec::new());
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value = percent_decode_str(value).decode_utf8_lossy();
            match name {
                "sslmode" if mode.is_some() => return Err(Unusable("says sslmode twice".to_owned())),
                "sslmode" => mode = Some(value.into_owned()),
                "sslrootcert" if value == SYSTEM => authorities = Some(Authorities::System),
                "sslrootcert" => authorities = Some(Authorities::File(PathBuf::from(&*value))),
                "sslcert" | "sslkey" => {
                    return Err(Unusable(format!("has {name}, and Rapport shows no certificate of its own")));
                }
                _ => kept.push(parameter),
            }
        }
        let rest = if kept.is_empty() { before.to_owned() } else { format!("{before}?{}", kept.join("&")) };
        Ok(Self { rest, mode, authorities })
    }
}

/// How far away the servers of an address are: the farthest counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    UnixSocket,
    ThisMachine,
    AnotherMachine,
}

fn reach(config: &tokio_postgres::Config) -> Reach {
    let of_address = |address: &IpAddr| match address.to_canonical().is_loopback() {
        true => Reach::ThisMachine,
        false => Reach::AnotherMachine,
    };
    let of_host = |host: &Host| match host {
        Host::Unix(_) => Reach::UnixSocket,
        Host::Tcp(name) if name.eq_ignore_ascii_case("localhost") => Reach::ThisMachine,
        // What a name stands for is known to others than this machine.
        Host::Tcp(name) => name.parse().map_or(Reach::AnotherMachine, |address| of_address(&address)),
    };
    let addresses = config.get_hostaddrs();
    let farthest = match addresses.is_empty() {
        true => config.get_hosts().iter().map(of_host).max(),
        false => addresses.iter().map(of_address).max(),
    };
    farthest.unwrap_or(Reach::AnotherMachine)
}

fn encryption(
    reach: Reach,
    mode: Option<&str>,
    authorities: Option<Authorities>,
) -> Result<Encryption, Unusable> {
    let refuse = |why: &str| Err(Unusable(why.to_owned()));
    let checked = |authorities, name| Ok(Encryption::Checked { authorities, name });
    let is_far = reach == Reach::AnotherMachine;
    if let (Some("allow" | "prefer" | "require" | "verify-ca"), Some(Authorities::System)) =
        (mode, &authorities)
    {
        return refuse(
            "has sslrootcert=system, with which anybody has a certificate: it needs sslmode=verify-full",
        );
    }
    let encryption = match (mode, authorities) {
        (Some("disable"), _) => Ok(Encryption::None),
        (None, Some(Authorities::System)) => checked(Authorities::System, Name::TheHost),
        // As in libpq, and whoever names authorities wants them asked.
        (None | Some("require" | "verify-ca"), Some(authorities)) => checked(authorities, Name::Any),
        (Some("verify-full"), Some(authorities)) => checked(authorities, Name::TheHost),
        (Some(mode @ ("verify-ca" | "verify-full")), None) => refuse(&format!(
            "has sslmode={mode} and does not say who may vouch for the server: add sslrootcert=FILE, \
             or sslrootcert=system with verify-full"
        )),
        (Some("require"), None) => Ok(Encryption::Always),
        (None | Some("prefer"), _) if is_far => Ok(Encryption::Always),
        (None | Some("prefer"), _) => Ok(Encryption::IfOffered),
        _ => refuse("has an sslmode other than disable, prefer, require, verify-ca and verify-full"),
    };
    match reach {
        // Unix sockets carry no TLS, and libpq takes no notice of what is said about it.
        Reach::UnixSocket => encryption.map(|_| Encryption::None),
        Reach::ThisMachine | Reach::AnotherMachine => encryption,
    }
}

fn with_parameters(rest: &str, encryption: &Encryption) -> String {
    let (mode, authorities) = match encryption {
        Encryption::None => ("disable", None),
        Encryption::IfOffered => ("prefer", None),
        Encryption::Always => ("require", None),
        Encryption::Checked { authorities, name: Name::Any } => ("verify-ca", Some(authorities)),
        Encryption::Checked { authorities, name: Name::TheHost } => ("verify-full", Some(authorities)),
    };
    let place = rest.find('@').map_or(0, |at| at + 1);
    let separator = if rest[place..].contains('?') { '&' } else { '?' };
    let mut url = format!("{rest}{separator}sslmode={mode}");
    if let Some(authorities) = authorities {
        let file = match authorities {
            Authorities::System => SYSTEM.to_owned(),
            Authorities::File(path) => path.display().to_string(),
        };
        url.extend(["&sslrootcert=", &utf8_percent_encode(&file, NON_ALPHANUMERIC).to_string()]);
    }
    url
}

fn shown(config: &tokio_postgres::Config) -> String {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        Some(Host::Unix(folder)) => folder.display().to_string(),
        None => String::new(),
    };
    match config.get_ports().first() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    }
}

/// The parser names what is wrong, and never a value.
fn malformed(error: &tokio_postgres::Error) -> Unusable {
    let cause = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    Unusable(format!("is not an address of a PostgreSQL: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> Encryption {
        Address::parse(url).unwrap_or_else(|error| panic!("{url}: {error}")).encryption
    }

    #[test]
    fn another_machine_is_not_spoken_to_in_the_clear_unless_that_is_said() {
        for host in ["db.example.org", "10.0.0.1", "[2001:db8::1]", "0.0.0.0", "localhost,db", "postgres"] {
            let url = format!("postgresql://u:p%40?w@{host}/d");
            assert_eq!(of(&url), Encryption::Always, "{url}");
            assert_eq!(of(&format!("{url}?sslmode=prefer")), Encryption::Always, "{url}");
            assert_eq!(of(&format!("{url}?sslmode=disable")), Encryption::None, "{url}");
        }
        assert_eq!(of("postgresql://u@localhost/d?hostaddr=10.0.0.1"), Encryption::Always);
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.0.0.9:1", "[::1]", "[::ffff:127.0.0.1]"] {
            let url = format!("postgresql://u@{host}/d");
            assert_eq!(of(&url), Encryption::IfOffered, "{url}");
            assert_eq!(of(&format!("{url}?sslmode=require")), Encryption::Always, "{url}");
        }
    }

    #[test]
    fn modes_and_authorities_mean_what_they_mean_to_libpq() {
        let with = |parameters: &str| of(&format!("postgresql://u@db/d?{parameters}"));
        let checked =
            |file: &str, name| Encryption::Checked { authorities: Authorities::File(file.into()), name };
        assert_eq!(with("sslmode=verify-ca&sslrootcert=/a%20b.pem"), checked("/a b.pem", Name::Any));
        assert_eq!(with("sslmode=require&sslrootcert=/a.pem"), checked("/a.pem", Name::Any));
        assert_eq!(with("sslrootcert=/a.pem&sslmode=verify-full"), checked("/a.pem", Name::TheHost));
        assert_eq!(with("sslmode=disable&sslrootcert=/a.pem"), Encryption::None);
        let system = Encryption::Checked { authorities: Authorities::System, name: Name::TheHost };
        assert_eq!(with("sslrootcert=system"), system);
        assert_eq!(with("sslrootcert=system&sslmode=verify-full"), system);
        assert_eq!(of("postgresql://u@/d?host=%2Frun&sslmode=require"), Encryption::None);
        assert_eq!(of("postgresql://u@/d?host=/run"), Encryption::None);
    }

    #[test]
    fn contradictions_are_refused_in_words() {
        let refused = |parameters: &str| {
            Address::parse(&format!("postgresql://u:hush@db/d?{parameters}")).unwrap_err().to_string()
        };
        assert!(refused("sslmode=verify-full").contains("add sslrootcert=FILE"));
        assert!(refused("sslmode=verify-ca&sslrootcert=system").contains("needs sslmode=verify-full"));
        assert!(refused("sslmode=on").contains("other than disable"));
        assert!(refused("sslmode=allow").contains("other than disable"));
        assert!(refused("sslcert=/c.pem").contains("sslcert"));
        assert!(refused("colour=blue").contains("colour"));
        assert!(!refused("port=hush").contains("hush"));
    }

    #[test]
    fn the_programs_of_postgresql_connect_alike() {
        let libpq = |url: &str| Address::parse(url).unwrap().for_libpq().to_owned();
        assert_eq!(libpq("postgresql://u:p?@db/d"), "postgresql://u:p?@db/d?sslmode=require");
        assert_eq!(libpq("postgresql://u@db/d?sslmode=prefer"), "postgresql://u@db/d?sslmode=require");
        assert_eq!(
            libpq("postgresql://u@db/d?sslmode=verify-full&sslrootcert=/a b.pem&connect_timeout=3"),
            "postgresql://u@db/d?connect_timeout=3&sslmode=verify-full&sslrootcert=%2Fa%20b%2Epem"
        );
        assert_eq!(libpq("postgresql://u@/d?host=/run"), "postgresql://u@/d?host=/run&sslmode=disable");
    }
}
