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
    /// Serve until stopped (the default)
    Serve,
    /// Say of each setting and connection whether it is right
    Check,
    /// Bring the database up to this program's schema, then end
    Migrate,
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
    },
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
  RAPPORT_SECRET      at least 32 characters that nobody can guess, the same on every node
                      [default: made at the first start, kept in the data folder]
  RAPPORT_LOG         what to log: error, warn, info, debug, or a filter such as info,backend=debug
                      [default: info]
  RAPPORT_LOG_FORMAT  text or json [default: text]
  DATABASE_URL        a PostgreSQL to use, postgresql://user:password@host/database
                      [default: a private one in the data folder]";
