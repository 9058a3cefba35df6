//! The command line.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Parser, Subcommand};

/// Rapport, a real-time chat.
///
/// Without a command it serves. Without configuration it serves this machine only, keeps everything
/// in one folder, and runs a PostgreSQL of its own.
#[derive(Debug, Parser)]
#[command(name = "rapport", version, after_help = VARIABLES)]
pub struct Cli {
    #[command(flatten)]
    pub flags: Flags,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What stands on the command line goes before the environment.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// Folder for everything that is kept [default: data]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// Address and port to listen on [default: 127.0.0.1:3000]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    pub listen: Option<OsString>,
}

#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Serve until stopped: everything in one process (the default)
    Serve,
    /// Serve people only: one of several nodes
    Web,
    /// Store what is logged in Kafka: one of several
    Store,
    /// Work off jobs only: mail and clean-up
    Worker,
    /// Say of each setting and connection whether it is right
    Check,
    /// Bring the database up to this program's schema, make Kafka's topics and RabbitMQ's queues, then end
    Migrate {
        /// Before that, move the lite instance of this data folder into the empty DATABASE_URL: nothing of it is
        /// lost, and it is not served from there any more
        #[arg(long, value_name = "FOLDER")]
        from: Option<PathBuf>,
    },
    /// Look after an instance
    #[command(subcommand)]
    Admin(Admin),
}

#[derive(Clone, Debug, Subcommand)]
pub enum Admin {
    /// Print the address of the database, for psql; works while the program serves
    DatabaseUrl,
    /// Fill the instance with believable people and chats, to look at and to measure
    Demo {
        /// 10,000 messages for each step
        #[arg(long, default_value_t = 1)]
        scale: u32,
        /// Also where RAPPORT_ORIGIN is https: everybody knows the password of the demo's people
        #[arg(long)]
        force: bool,
    },
    /// Look after logged messages that could not be stored
    #[command(subcommand)]
    DeadLetters(DeadLetters),
    /// Look after who is signed in
    #[command(subcommand)]
    Sessions(Sessions),
    /// Write everything to one new file; works while the program serves
    Backup {
        /// The file to write, such as rapport.backup
        file: PathBuf,
    },
    /// Make an instance from a backup, in an empty data folder or an empty DATABASE_URL
    Restore {
        /// A file that backup wrote
        file: PathBuf,
    },
}

#[derive(Clone, Debug, Subcommand)]
pub enum Sessions {
    /// Sign users out on every device: what they have open closes within two seconds, also while the program serves
    End(Whose),
}

#[derive(Args, Clone, Debug)]
#[group(required = true, multiple = false)]
pub struct Whose {
    /// The user of this username
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// Everybody
    #[arg(long)]
    pub all: bool,
}

#[derive(Clone, Debug, Subcommand)]
pub enum DeadLetters {
    /// Print each with its place and its reason
    List,
    /// Log one once more, as if it were new
    Retry {
        /// As `list` prints it, such as 3-1042
        place: String,
    },
    /// Take one away for good
    Drop {
        /// As `list` prints it, such as 3-1042
        place: String,
    },
}

/// One of several processes of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Web,
    Store,
    Worker,
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Web => "web",
            Self::Store => "store",
            Self::Worker => "worker",
        })
    }
}

const VARIABLES: &str = "\
Environment:
  RAPPORT_DATA        like --data
  RAPPORT_LISTEN      like --listen
  RAPPORT_ORIGIN      the address people open, such as https://chat.example.org;
                      needed as soon as others than this machine are served
  RAPPORT_PROXIES     addresses or networks of the proxies in front, such as 127.0.0.1,10.1.0.0/16:
                      their X-Forwarded-For says where requests come from [default: none]
  RAPPORT_METRICS     who may see /metrics: local (this machine alone) or open (whoever reaches
                      the port) [default: local]
  RAPPORT_CONNECTIONS_PER_ADDRESS
                      connections that one address (or /64 of IPv6) may have open; proxies of
                      RAPPORT_PROXIES are not limited [default: 1000, or a quarter of all that fit]
  RAPPORT_SECRET      at least 32 characters that nobody can guess, the same on every node
                      [default: made at the first start, kept in the data folder]
  RAPPORT_LOG         what to log: error, warn, info, debug, or a filter such as info,backend=debug;
                      libraries are never shown below info [default: info]
  RAPPORT_LOG_FORMAT  text or json [default: text]
  DATABASE_URL        a PostgreSQL to use, postgresql://user:password@host/database?sslmode=verify-full&sslrootcert=FILE
                      (or disable, prefer, require, verify-ca; without TLS on another machine only if it
                      says disable) [default: a private one in the data folder]
  RAPPORT_REDIS       a Redis (6 or newer) that several nodes share, redis://user:password@host:6379/0,
                      or rediss:// for TLS [default: none; one node needs none]
  RAPPORT_BUS, RAPPORT_PRESENCE, RAPPORT_CACHE, RAPPORT_LIMITS
                      where each of these is: local (this node alone) or redis
                      [default: redis if RAPPORT_REDIS is set, else local]
  RAPPORT_KAFKA       a Kafka that messages are logged in, host:port, several separated by commas
                      [default: messages are written to PostgreSQL as they are sent]
  RAPPORT_KAFKA_TOPIC, RAPPORT_KAFKA_PARTITIONS, RAPPORT_KAFKA_REPLICATION
                      its topic and how it is made [default: room-events, 8, 1]
  RAPPORT_KAFKA_SECURITY, RAPPORT_KAFKA_SASL, RAPPORT_KAFKA_USERNAME, RAPPORT_KAFKA_PASSWORD, RAPPORT_KAFKA_CA
                      plaintext, ssl, sasl_plaintext or sasl_ssl; PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512;
                      who signs in; a file of authorities [default: plaintext]
  RAPPORT_RABBITMQ    a RabbitMQ that carries the jobs, amqp://user:password@host:port/vhost
                      [default: jobs are worked off from the database]
  RAPPORT_SMTP        a mail server, smtp://user:password@host:port or smtps://…
                      [default: mail is kept as files in the data folder]
  RAPPORT_MAIL_FROM   whom mail is from, such as \"Rapport <no-reply@chat.example.org>\";
                      needed with RAPPORT_SMTP";
