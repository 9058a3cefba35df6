//! The configuration: read once at start, contradictions refused, each in one sentence.

mod address;
mod connections;
mod database;
mod environment;
mod figures;
mod kafka;
mod logs;
mod mail;
mod proxies;
mod rabbitmq;
mod redis;
mod refusal;
mod secret;

use std::{net::SocketAddr, path::PathBuf};

use backend::{LogMedium, Media, message_log::KafkaSettings};

use backend::jobs::RabbitSettings;

pub use address::Address;
pub use database::Database;
pub use environment::Environment;
pub use figures::Figures;
pub use logs::{Filter, Format, Logs};
pub use mail::Mail;
pub use proxies::Proxies;
pub use redis::Redis;
pub use refusal::Refusal;
pub use secret::SecretSource;
pub(crate) use secret::is_guessable;

use crate::cli::{Flags, Role};

pub(crate) const DATA: &str = "RAPPORT_DATA";
pub(crate) const LISTEN: &str = "RAPPORT_LISTEN";
pub(crate) const ORIGIN: &str = "RAPPORT_ORIGIN";
pub(crate) const PROXIES: &str = "RAPPORT_PROXIES";
pub(crate) const METRICS: &str = "RAPPORT_METRICS";
pub(crate) const CONNECTIONS_PER_ADDRESS: &str = "RAPPORT_CONNECTIONS_PER_ADDRESS";
pub(crate) const SECRET: &str = "RAPPORT_SECRET";
pub(crate) const LOG: &str = "RAPPORT_LOG";
pub(crate) const LOG_FORMAT: &str = "RAPPORT_LOG_FORMAT";
pub(crate) const REDIS: &str = "RAPPORT_REDIS";
pub(crate) const BUS: &str = "RAPPORT_BUS";
pub(crate) const PRESENCE: &str = "RAPPORT_PRESENCE";
pub(crate) const CACHE: &str = "RAPPORT_CACHE";
pub(crate) const LIMITS: &str = "RAPPORT_LIMITS";
pub(crate) const KAFKA: &str = "RAPPORT_KAFKA";
pub(crate) const KAFKA_TOPIC: &str = "RAPPORT_KAFKA_TOPIC";
pub(crate) const KAFKA_PARTITIONS: &str = "RAPPORT_KAFKA_PARTITIONS";
pub(crate) const KAFKA_REPLICATION: &str = "RAPPORT_KAFKA_REPLICATION";
pub(crate) const KAFKA_SECURITY: &str = "RAPPORT_KAFKA_SECURITY";
pub(crate) const KAFKA_SASL: &str = "RAPPORT_KAFKA_SASL";
pub(crate) const KAFKA_USERNAME: &str = "RAPPORT_KAFKA_USERNAME";
pub(crate) const KAFKA_PASSWORD: &str = "RAPPORT_KAFKA_PASSWORD";
pub(crate) const KAFKA_CA: &str = "RAPPORT_KAFKA_CA";
pub(crate) const DATABASE_URL: &str = "DATABASE_URL";
pub(crate) const RABBITMQ: &str = "RAPPORT_RABBITMQ";
pub(crate) const SMTP: &str = "RAPPORT_SMTP";
pub(crate) const MAIL_FROM: &str = "RAPPORT_MAIL_FROM";

/// Every variable of ours. One that begins like them and is not among them is a slip of the pen.
const KNOWN: [&str; 26] = [
    DATA,
    LISTEN,
    ORIGIN,
    PROXIES,
    METRICS,
    CONNECTIONS_PER_ADDRESS,
    SECRET,
    LOG,
    LOG_FORMAT,
    REDIS,
    BUS,
    PRESENCE,
    CACHE,
    LIMITS,
    KAFKA,
    KAFKA_TOPIC,
    KAFKA_PARTITIONS,
    KAFKA_REPLICATION,
    KAFKA_SECURITY,
    KAFKA_SASL,
    KAFKA_USERNAME,
    KAFKA_PASSWORD,
    KAFKA_CA,
    RABBITMQ,
    SMTP,
    MAIL_FROM,
];

/// Everything the program was told.
#[derive(Clone, Debug)]
pub struct Config {
    pub data: PathBuf,
    pub listen: SocketAddr,
    /// Whether somebody said where, and it is not the default.
    pub listens: bool,
    pub address: Address,
    pub proxies: Proxies,
    pub figures: Figures,
    /// As asked for; without, what fits the system's limits.
    pub connections_per_address: Option<usize>,
    pub database: Database,
    pub secret: SecretSource,
    pub redis: Redis,
    pub kafka: Option<KafkaSettings>,
    pub logs: Logs,
    pub rabbitmq: Option<RabbitSettings>,
    pub mail: Mail,
}

impl Config {
    /// # Errors
    /// The first setting that is wrong, by name.
    pub fn read(flags: &Flags, environment: &Environment) -> Result<Self, Refusal> {
        environment.refuse_unknown()?;
        let listen = listen(flags, environment)?;
        let address = Address::read(environment.get(ORIGIN)?, listen)?;
        let proxies = Proxies::read(environment.get(PROXIES)?, &address, listen)?;
        Ok(Self {
            data: data(flags, environment)?,
            listen,
            listens: flags.listen.is_some() || environment.get(LISTEN)?.is_some(),
            address,
            proxies,
            figures: Figures::read(environment.get(METRICS)?)?,
            connections_per_address: connections::read(environment.get(CONNECTIONS_PER_ADDRESS)?)?,
            database: Database::read(environment.get(DATABASE_URL)?)?,
            secret: SecretSource::read(environment.get(SECRET)?)?,
            redis: redis(environment)?,
            kafka: kafka::read(environment)?,
            logs: Logs::read(environment.get(LOG)?, environment.get(LOG_FORMAT)?)?,
            rabbitmq: rabbitmq::read(environment.get(RABBITMQ)?)?,
            mail: Mail::read(environment.get(SMTP)?, environment.get(MAIL_FROM)?)?,
        })
    }

    /// What each port is implemented by.
    pub fn media(&self) -> Media {
        let Redis { bus, presence, cache, limits } = self.redis.clone();
        let log = self.kafka.clone().map_or(LogMedium::Direct, LogMedium::Kafka);
        let jobs = self.rabbitmq.clone();
        Media { log, bus, presence, cache, limits, jobs }
    }

    /// What a role that is one of several processes needs besides: what they share.
    ///
    /// # Errors
    /// The first setting without which they would not be one instance, by name.
    pub fn shared(&self, role: Role) -> Result<(), Refusal> {
        let needs = |name: &str, why: &str| {
            Err(Refusal::new(name, format!("must be set for `rapport {role}`: {why}")))
        };
        if self.database == Database::Private {
            return needs(DATABASE_URL, "the processes of an instance share a PostgreSQL");
        }
        if matches!(self.secret, SecretSource::DataFolder) && role != Role::Store {
            return needs(
                SECRET,
                "the processes of an instance share it; make one with: openssl rand -hex 32",
            );
        }
        if role == Role::Store && self.kafka.is_none() {
            return needs(KAFKA, "without it messages are stored as they are sent");
        }
        let is_heard = self.redis.bus.settings().is_some();
        if role == Role::Web && !is_heard {
            return needs(REDIS, "the nodes of an instance hear each other over Redis");
        }
        if self.kafka.is_some() && !is_heard {
            return needs(REDIS, "what is stored here is told to the others over Redis");
        }
        if role == Role::Web && self.kafka.is_some() && self.redis.cache.settings().is_none() {
            return Err(Refusal::new(
                CACHE,
                "must not be local for `rapport web`: who is no member any more would still be one elsewhere",
            ));
        }
        Ok(())
    }

    /// Whether this is somebody's own machine, where `/dev/mail` may show every mail.
    pub fn is_development(&self) -> bool {
        self.listen.ip().is_loopback() && !matches!(self.address, Address::Public(_))
    }
}

/// The data folder alone, for commands that need no more.
///
/// # Errors
/// `RAPPORT_DATA` is empty or not text.
pub fn data(flags: &Flags, environment: &Environment) -> Result<PathBuf, Refusal> {
    if let Some(folder) = &flags.data {
        if folder.as_os_str().is_empty() {
            return Err(Refusal::new("--data", "is empty; name a folder"));
        }
        return Ok(folder.clone());
    }
    Ok(environment.get(DATA)?.unwrap_or("data").into())
}

fn redis(environment: &Environment) -> Result<Redis, Refusal> {
    Redis::read(&redis::Texts {
        redis: environment.get(REDIS)?,
        bus: environment.get(BUS)?,
        presence: environment.get(PRESENCE)?,
        cache: environment.get(CACHE)?,
        limits: environment.get(LIMITS)?,
    })
}

fn listen(flags: &Flags, environment: &Environment) -> Result<SocketAddr, Refusal> {
    let (name, text) = match (&flags.listen, environment.get(LISTEN)?) {
        (Some(flag), _) => ("--listen", flag.to_str().unwrap_or_default()),
        (None, Some(variable)) => (LISTEN, variable),
        (None, None) => (LISTEN, "127.0.0.1:3000"),
    };
    text.parse().map_err(|_| {
        Refusal::new(name, format!("must be an IP address and a port, such as 127.0.0.1:3000, not {text:?}"))
    })
}

#[cfg(test)]
mod tests {
    use backend::secret::random;

    use super::*;

    fn read(flags: &Flags, variables: &[(&str, &str)]) -> Result<Config, String> {
        Config::read(flags, &Environment::of(variables)).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn needs_nothing() {
        let config = read(&Flags::default(), &[("HOME", "/root")]).unwrap();
        assert_eq!(config.data, PathBuf::from("data"));
        assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
        assert_eq!(config.address, Address::Development);
        assert_eq!(config.database, Database::Private);
        assert!(matches!(config.secret, SecretSource::DataFolder));
        assert_eq!((config.rabbitmq, config.mail), (None, Mail::Files));
    }

    #[test]
    fn takes_flags_before_variables() {
        let flags = Flags { data: Some("there".into()), listen: Some("[::1]:4000".into()) };
        let variables = [(DATA, "elsewhere"), (LISTEN, "127.0.0.1:5000")];
        let config = read(&flags, &variables).unwrap();
        assert_eq!((config.data, config.listen.port()), (PathBuf::from("there"), 4000));
        let config = read(&Flags::default(), &variables).unwrap();
        assert_eq!((config.data, config.listen.port()), (PathBuf::from("elsewhere"), 5000));
    }

    #[test]
    fn names_what_is_malformed() {
        let refused = |name, value| read(&Flags::default(), &[(name, value)]).unwrap_err();
        assert_eq!(
            refused(LISTEN, "3000"),
            "RAPPORT_LISTEN must be an IP address and a port, such as 127.0.0.1:3000, not \"3000\""
        );
        assert!(refused(LOG_FORMAT, "xml").starts_with("RAPPORT_LOG_FORMAT must be text or json"));
        assert!(refused(LOG, "info=,=").starts_with("RAPPORT_LOG must be"));
        assert!(refused(DATABASE_URL, "mysql://u@h/d").starts_with("DATABASE_URL must begin"));
        for name in KNOWN {
            assert_eq!(
                refused(name, " "),
                format!("{name} is empty; give it a value, or remove it for the default")
            );
        }
        let flags = Flags { listen: Some("localhost".into()), ..Flags::default() };
        assert!(read(&flags, &[]).unwrap_err().starts_with("--listen must be"));
    }

    #[test]
    fn names_what_is_unknown_and_what_was_probably_meant() {
        let refused = |name| read(&Flags::default(), &[(name, "x")]).unwrap_err();
        assert_eq!(refused("RAPPORT_ORIGN"), "RAPPORT_ORIGN is not a setting; did you mean RAPPORT_ORIGIN?");
        assert_eq!(
            refused("RAPPORT_LOGFORMAT"),
            "RAPPORT_LOGFORMAT is not a setting; did you mean RAPPORT_LOG_FORMAT?"
        );
    }

    #[test]
    fn serves_others_only_under_a_known_address() {
        let refused = read(&Flags::default(), &[(LISTEN, "0.0.0.0:3000")]).unwrap_err();
        assert!(refused.starts_with("RAPPORT_ORIGIN must be set"), "{refused}");
        let config =
            read(&Flags::default(), &[(LISTEN, "0.0.0.0:3000"), (ORIGIN, "https://chat.example.org")]);
        let config = config.unwrap();
        assert_eq!(config.address, Address::Public("https://chat.example.org".into()));
    }

    #[test]
    fn several_nodes_need_what_they_share() {
        let secret = hex::encode(random::<32>());
        let alone = [(DATABASE_URL, "postgresql://u@h/d?sslmode=require"), (SECRET, &*secret)];
        let refused = |role, more: &[(&'static str, &'static str)]| {
            let config = read(&Flags::default(), &[&alone[..], more].concat()).unwrap();
            config.shared(role).err().map(|refusal| refusal.to_string())
        };
        let starts = |role, more: &[_], with: &str| {
            let refused = refused(role, more).unwrap_or_default();
            assert!(refused.starts_with(with), "{role}: {refused:?}");
        };
        let (redis, kafka) = ((REDIS, "redis://127.0.0.1"), (KAFKA, "127.0.0.1:9092"));
        starts(Role::Web, &[], "RAPPORT_REDIS must be set");
        starts(Role::Web, &[redis, (BUS, "local")], "RAPPORT_REDIS must be set");
        starts(Role::Web, &[redis, kafka, (CACHE, "local")], "RAPPORT_CACHE must not be local");
        starts(Role::Store, &[redis], "RAPPORT_KAFKA must be set");
        starts(Role::Store, &[kafka], "RAPPORT_REDIS must be set");
        for role in [Role::Web, Role::Store, Role::Worker] {
            assert_eq!(refused(role, &[redis, kafka]), None);
        }
        assert_eq!(refused(Role::Web, &[redis]), None);
    }

    #[test]
    fn shows_mail_on_somebodys_own_machine_only() {
        let shows = |variables: &[_]| read(&Flags::default(), variables).unwrap().is_development();
        assert!(shows(&[]));
        assert!(shows(&[(ORIGIN, "http://localhost:3000")]));
        assert!(!shows(&[(ORIGIN, "https://chat.example.org")]));
        assert!(!shows(&[(ORIGIN, "http://localhost:3000"), (LISTEN, "0.0.0.0:3000")]));
    }
}
