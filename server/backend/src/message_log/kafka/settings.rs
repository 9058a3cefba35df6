//! Where Kafka is, and how to speak to it.

use std::{fmt, path::PathBuf};

use rdkafka::ClientConfig;

#[derive(Clone)]
pub struct Settings {
    /// `host:port`, separated by commas.
    pub brokers: String,
    pub topic: String,
    /// Of the topic when it is made. Their number cannot change while messages lie in it: a room's
    /// order is that of its partition.
    pub partitions: i32,
    /// Copies of each partition; with three or more, two must have an entry before it is accepted.
    pub replication: i32,
    /// The group of the store roles, among those of all who read from this Kafka.
    pub group: String,
    pub security: Security,
}

#[derive(Clone, Default)]
pub struct Security {
    /// Encrypted, and the broker's certificate checked …
    pub tls: bool,
    /// … against this file of authorities, or the system's.
    pub authorities: Option<PathBuf>,
    pub sasl: Option<Sasl>,
}

#[derive(Clone)]
pub struct Sasl {
    pub mechanism: Mechanism,
    pub username: String,
    pub password: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    Plain,
    ScramSha256,
    ScramSha512,
}

impl Mechanism {
    /// As Kafka calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
        }
    }
}

impl Settings {
    /// Where entries go that can never be stored.
    pub fn dead_topic(&self) -> String {
        format!("{}.dead", self.topic)
    }

    /// What every client of ours has in common.
    pub(super) fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.brokers)
            .set("client.id", "rapport")
            .set("security.protocol", self.security.protocol())
            .set("socket.keepalive.enable", "true")
            // Back within a second, however long it was away.
            .set("reconnect.backoff.ms", "50")
            .set("reconnect.backoff.max.ms", "1000");
        if let Some(file) = &self.security.authorities {
            config.set("ssl.ca.location", file.to_string_lossy());
        }
        if let Some(sasl) = &self.security.sasl {
            config
                .set("sasl.mechanism", sasl.mechanism.name())
                .set("sasl.username", &sasl.username)
                .set("sasl.password", &sasl.password);
        }
        config
    }
}

impl Security {
    fn protocol(&self) -> &'static str {
        match (self.tls, &self.sasl) {
            (false, None) => "plaintext",
            (true, None) => "ssl",
            (false, Some(_)) => "sasl_plaintext",
            (true, Some(_)) => "sasl_ssl",
        }
    }
}

/// Without the password.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { brokers, topic, partitions, replication, security, .. } = self;
        let protocol = security.protocol();
        write!(f, "{topic} at {brokers} ({protocol}), {partitions} partitions, {replication} copies")
    }
}
