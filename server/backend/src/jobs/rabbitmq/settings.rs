use std::fmt;

use lapin::uri::{AMQPAuthority, AMQPQueryString, AMQPScheme, AMQPUri, AMQPUserInfo};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::{super::KINDS, answer::answered, connect::connect};

/// Seconds: a connection that is silent for twice as long is a broken one.
const HEARTBEAT: u16 = 10;
/// Milliseconds for a connection to be made.
const CONNECT_WITHIN: u64 = 5_000;

/// Which RabbitMQ. Never shown with its password.
#[derive(Clone, PartialEq, Eq)]
pub struct RabbitSettings {
    uri: AMQPUri,
    prefix: String,
}

impl RabbitSettings {
    /// Reads `amqp://user:password@host:port/vhost`, or `amqps://` for TLS; without a virtual host,
    /// `/` is meant.
    ///
    /// # Errors
    /// What is wrong with it, in words that follow the setting's name and do not repeat its value.
    pub fn parse(url: &str) -> Result<Self, &'static str> {
        const FORM: &str = "must be amqp://user:password@host:port/vhost, or amqps:// for TLS";
        let url = Url::parse(url).map_err(|_| FORM)?;
        let scheme: AMQPScheme = url.scheme().parse().map_err(|_| FORM)?;
        let host = match url.host().ok_or(FORM)? {
            // Connected to without its brackets.
            Host::Ipv6(address) => address.to_string(),
            other => other.to_string(),
        };
        if host.is_empty() || url.port() == Some(0) {
            return Err(FORM);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("must end with the virtual host: nothing can be set after ? or #");
        }
        let decoded = |text| percent_decode_str(text).decode_utf8().map_err(|_| FORM).map(String::from);
        let userinfo = match (url.username(), url.password()) {
            ("", None) => AMQPUserInfo { username: "guest".into(), password: "guest".into() },
            (name, Some(password)) if !name.is_empty() => {
                AMQPUserInfo { username: decoded(name)?, password: decoded(password)? }
            }
            _ => return Err("must name both a user and a password, or neither"),
        };
        let vhost = match url.path().strip_prefix('/').unwrap_or_default() {
            "" => "/".to_owned(),
            vhost if vhost.contains('/') => return Err("must write / within a virtual host as %2F"),
            vhost => decoded(vhost)?,
        };
        let port = url.port().unwrap_or_else(|| scheme.default_port());
        let query = AMQPQueryString {
            heartbeat: Some(HEARTBEAT),
            connection_timeout: Some(CONNECT_WITHIN),
            ..AMQPQueryString::default()
        };
        let authority = AMQPAuthority { userinfo, host, port };
        Ok(Self { uri: AMQPUri { scheme, authority, vhost, query }, prefix: String::new() })
    }

    /// With other queues than everybody else's, for those who share a virtual host.
    #[must_use]
    pub fn with_prefix(self, prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), ..self }
    }

    /// Makes the queues where they are missing. A worker does so as well.
    ///
    /// # Errors
    /// RabbitMQ does not answer or refuses, in words for the operator.
    pub async fn declare(&self) -> anyhow::Result<()> {
        let connection = connect(self, "rapport migrate", &KINDS).await?;
        answered("leaving", connection.close(200, "done".into())).await
    }

    /// Looks whether RabbitMQ answers and lets this program in; changes nothing.
    ///
    /// # Errors
    /// It does not, in words for the operator.
    pub async fn answers(&self) -> anyhow::Result<()> {
        let connection = connect(self, "rapport check", &[]).await?;
        answered("leaving", connection.close(200, "done".into())).await
    }

    pub(super) fn uri(&self) -> AMQPUri {
        self.uri.clone()
    }

    /// The queue of a task.
    pub(super) fn queue(&self, task: &str) -> String {
        format!("{}{task}", self.prefix)
    }

    /// Where the jobs of a task end that were given up.
    pub(super) fn dead_queue(&self, task: &str) -> String {
        format!("{}{task}.dead", self.prefix)
    }
}

/// Without user and password.
impl fmt::Display for RabbitSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AMQPUri { scheme, authority, vhost, .. } = &self.uri;
        let tls = if *scheme == AMQPScheme::AMQPS { ", by TLS" } else { "" };
        write!(f, "RabbitMQ at {} port {}, virtual host {vhost}{tls}", authority.host, authority.port)
    }
}

impl fmt::Debug for RabbitSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_usual_forms() {
        let read = |url| RabbitSettings::parse(url).unwrap().uri;
        let full = read("amqps://ra%40pp:h%2Fush@mq.example.org:5671/chat%2Fone");
        let AMQPUserInfo { username, password } = full.authority.userinfo;
        assert_eq!(
            (username.as_str(), password.as_str(), full.vhost.as_str()),
            ("ra@pp", "h/ush", "chat/one")
        );
        assert_eq!((full.scheme, full.authority.port), (AMQPScheme::AMQPS, 5671));
        for url in ["amqp://mq", "amqp://mq/", "amqp://mq/%2F", "amqp://guest:guest@mq:5672"] {
            let uri = read(url);
            assert_eq!((uri.vhost.as_str(), uri.authority.port), ("/", 5672), "{url}");
            assert_eq!((uri.authority.userinfo.username.as_str(), uri.query.heartbeat), ("guest", Some(10)));
        }
        assert_eq!(read("amqp://[::1]:5673").authority.host, "::1");
    }

    #[test]
    fn refuses_everything_else_without_repeating_it() {
        let bad = [
            "mq:5672",
            "http://u:hush@mq",
            "amqp://",
            "amqp:///vhost",
            "amqp://u@mq",
            "amqp://:hush@mq",
            "amqp://u:hush@mq/a/b",
            "amqp://u:hush@mq/a?heartbeat=0",
            "amqp://u:hush@mq:0/a",
            "amqp://u:%ff@mq",
            "",
        ];
        for url in bad {
            let refused = RabbitSettings::parse(url).unwrap_err();
            assert!(refused.starts_with("must ") && !refused.contains("hush"), "{url}: {refused}");
        }
    }

    #[test]
    fn is_never_shown_with_its_password() {
        let settings = RabbitSettings::parse("amqp://rapport:hush@mq.example.org/chat").unwrap();
        assert_eq!(format!("{settings}"), "RabbitMQ at mq.example.org port 5672, virtual host chat");
        assert!(!format!("{settings:?}").contains("hush"));
    }
}
