//! Where Redis is, and under which names this instance keeps its things there.

use std::{fmt, sync::Arc};

use ::redis::{Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, RedisResult};

/// Every name begins like this, so that a Redis may be shared with others.
const PREFIX: &str = "rapport";

/// A Redis (6 or newer), and the beginning of all names in it. Cheap to clone; shown without user and
/// password.
#[derive(Clone)]
pub struct Settings {
    connection: Arc<ConnectionInfo>,
    prefix: Arc<str>,
}

/// Why a text is no address of a Redis: ends a sentence that begins with the setting's name. The text
/// itself is never repeated, since it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("must begin with redis:// or rediss://")]
    Scheme,
    #[error(
        "must end after the database's number; # and ? in a password are written %23 and %3F, / and @ are \
         written %2F and %40"
    )]
    Tail,
    #[error(
        "must look like redis://user:password@host:6379/0, where user, password, port and number may be left out"
    )]
    Form,
}

impl Settings {
    /// # Errors
    /// What is wrong with the address, in words.
    pub fn parse(url: &str) -> Result<Self, Malformed> {
        if !url.starts_with("redis://") && !url.starts_with("rediss://") {
            return Err(Malformed::Scheme);
        }
        if url.contains(['?', '#']) {
            return Err(Malformed::Tail);
        }
        let connection = url.into_connection_info().map_err(|_| Malformed::Form)?;
        let port = match connection.addr() {
            ConnectionAddr::Tcp(_, port) | ConnectionAddr::TcpTls { port, .. } => *port,
            _ => 0,
        };
        if port == 0 || connection.redis_settings().db() < 0 {
            return Err(Malformed::Form);
        }
        let redis = connection.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        Ok(Self { connection: Arc::new(connection.set_redis_settings(redis)), prefix: PREFIX.into() })
    }

    /// The same Redis, under other names.
    #[must_use]
    pub fn with_prefix(self, prefix: impl Into<Arc<str>>) -> Self {
        Self { prefix: prefix.into(), ..self }
    }

    /// Host and port.
    pub fn address(&self) -> String {
        self.connection.addr().to_string()
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The database's number. Channels are not in a database: who uses them names it.
    pub(crate) fn database(&self) -> i64 {
        self.connection.redis_settings().db()
    }

    pub(crate) fn client(&self) -> RedisResult<Client> {
        Client::open(ConnectionInfo::clone(&self.connection))
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redis at {}", self.address())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_the_address_says() {
        let settings = Settings::parse("redis://ana:h%40sh%2F@cache.example.org:7000/3").unwrap();
        assert_eq!(settings.address(), "cache.example.org:7000");
        assert_eq!(settings.database(), 3);
        let redis = settings.connection.redis_settings();
        assert_eq!((redis.username(), redis.password()), (Some("ana"), Some("h@sh/")));
        for (url, address) in
            [("redis://h", "h:6379"), ("rediss://h:1/", "h:1"), ("redis://[::1]:2/0", "::1:2")]
        {
            assert_eq!(Settings::parse(url).unwrap().address(), address);
        }
    }

    #[test]
    fn is_never_shown_with_its_password() {
        let settings = Settings::parse("redis://ana:hush@cache.example.org").unwrap();
        assert_eq!(format!("{settings:?}"), "Redis at cache.example.org:6379");
        let bad = [
            "http://ana:hush@h",
            "redis://ana:hush@",
            "redis://ana:hush@h:99999",
            "redis://ana:hush@h:0",
            "redis://ana:hush@h/hush",
            "redis://ana:hush@h/-1",
            "redis://ana:hu#sh@h",
            "redis://h?password=hush",
            "rediss://h#insecure",
            "redis+unix:///hush",
            "hush",
        ];
        for url in bad {
            let refused = Settings::parse(url).expect_err(url);
            assert!(refused.to_string().starts_with("must "), "{refused}");
            assert!(!format!("{refused} {refused:?}").contains("hush"));
        }
    }
}
