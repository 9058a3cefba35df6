//! The command line of `bench check`.

use std::path::PathBuf;

use clap::Args;

use super::schedule::Kinds;

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Check a server that runs already, at this origin, such as http://127.0.0.1:3000
    /// [default: start one]
    #[arg(long, requires = "database")]
    pub url: Option<String>,
    /// The database of that server
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Start nodes and engines instead of one program: two web, two store, a worker behind nginx, on
    /// PostgreSQL, Redis, Kafka and RabbitMQ
    #[arg(long, conflicts_with = "url")]
    pub cluster: bool,
    /// The program to start
    #[arg(long, value_name = "PATH", default_value = "target/release/rapport")]
    pub program: PathBuf,
    /// People, each with two devices
    #[arg(long, default_value_t = 40)]
    pub clients: usize,
    /// How long messages fly and things break
    #[arg(long, default_value_t = 30)]
    pub seconds: u64,
    /// Decides about all chance [default: a new one]
    #[arg(long)]
    pub seed: Option<u64>,
    /// all, none, or names with commas
    #[arg(long, default_value = "all")]
    pub faults: Kinds,
    /// Print every planned fault, not only those of the server
    #[arg(long)]
    pub show_schedule: bool,
    /// Private chats [default: two for each person, or as many as there can be]
    #[arg(long)]
    pub rooms: Option<usize>,
    /// Messages a person composes in a second; the server takes 20, retries included
    #[arg(long, default_value_t = 8.0, value_parser = rate)]
    pub rate: f64,
    /// Fewer accepted messages than this are a failure; none at all always is
    #[arg(long, default_value_t = 1)]
    pub min_accepted: u64,
    /// The most memory the server may take, in KiB
    #[arg(long, default_value_t = 262_144)]
    pub max_rss_kb: u64,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if !rate.is_finite() || rate <= 0.0 {
        return Err("must be above 0".to_owned());
    }
    Ok(rate)
}
