//! What things cost, by figures that noise blurs little: memory for each connection, writes for each
//! delivery, statements for each message. Every run checks what was delivered; one that lost, doubled
//! or reordered anything counts for nothing.

mod board;
mod connection;
mod crowd;
mod idle;
mod instance;
mod meter;
mod page;
mod report;
mod talk;

use std::{path::PathBuf, time::Duration};

use clap::Args;

use crowd::{Crowd, Plan};
use instance::Instance;
use report::Report;
use talk::{Drive, Talk};

#[derive(Args, Debug)]
pub struct Load {
    /// The program to measure
    #[arg(long, default_value = "target/release/rapport")]
    program: PathBuf,
    /// Idle connections of W1
    #[arg(long, default_value_t = 3_000)]
    connections: usize,
    /// Length of each measurement of W2, in seconds
    #[arg(long, default_value_t = 15)]
    seconds: u64,
    /// Messages a second of W2a and W2c
    #[arg(long, default_value_t = 2_000)]
    rate: u64,
    /// Only the cluster
    #[arg(long, requires = "cluster")]
    only_cluster: bool,
    /// Two nodes and all engines, too
    #[arg(long)]
    cluster: bool,
    /// Where the figures go as JSON
    #[arg(long, default_value = "target/bench/load.json")]
    json: PathBuf,
}

/// Measures everything, each on an instance of its own, and prints one table.
///
/// # Errors
/// The program does not start, or a run did not deliver what it should.
pub async fn run(load: Load) -> anyhow::Result<()> {
    let mut report = Report::default();
    let steady = Drive::Open { rate: load.rate };
    if !load.only_cluster {
        start_up(&load, &mut report).await?;
        idle(&load, "W1 idle connection in 10 rooms it knows", true, &mut report).await?;
        idle(&load, "W1 idle connection in 10 rooms, new", false, &mut report).await?;
        talk(&load, "W2c", &steady, &mut report).await?;
        talk(&load, "W2b", &Drive::Closed { in_flight: 4 }, &mut report).await?;
    }
    if load.cluster {
        let cluster = Instance::cluster(&load.program).await?;
        talk_on(cluster, &load, "W2c on the cluster", &steady, &mut report).await?;
    }
    report.write(&load.json)?;
    println!("{report}");
    Ok(())
}

async fn start_up(load: &Load, report: &mut Report) -> anyhow::Result<()> {
    let mut instance = Instance::start(&load.program).await?;
    report.add("start, new data folder", instance.started_in.as_secs_f64(), "s");
    instance.restart().await?;
    report.add("start, existing data folder", instance.started_in.as_secs_f64(), "s");
    let crowd = Crowd::gather(&instance, Plan { users: 2, rooms: 1, room_size: 2 }).await?;
    let statements = page::statements(&instance, &crowd).await?;
    report.add("statements for a conversation's page", statements as f64, "");
    report.add("idle instance, program", instance.resident()? as f64 / 1024.0, "MB");
    report.add("idle instance, its PostgreSQL", instance.database_memory()? as f64 / 1024.0, "MB");
    instance.stop().await
}

async fn idle(load: &Load, name: &str, knows: bool, report: &mut Report) -> anyhow::Result<()> {
    let mut instance = Instance::start(&load.program).await?;
    let users = load.connections.div_ceil(idle::SOCKETS);
    let crowd = Crowd::gather(&instance, Plan { users, rooms: users, room_size: 10 }).await?;
    let cost = idle::measure(&instance, &crowd, load.connections, knows).await?;
    report.add(name, cost / 1024.0, "KB");
    instance.stop().await
}

async fn talk(load: &Load, name: &str, drive: &Drive, report: &mut Report) -> anyhow::Result<()> {
    talk_on(Instance::start(&load.program).await?, load, name, drive, report).await
}

async fn talk_on(
    mut instance: Instance,
    load: &Load,
    name: &str,
    drive: &Drive,
    report: &mut Report,
) -> anyhow::Result<()> {
    let crowd = Crowd::gather(&instance, Plan { users: 1_000, rooms: 100, room_size: 10 }).await?;
    let outcome = Talk::hold(&instance, &crowd, drive, Duration::from_secs(load.seconds)).await?;
    outcome.tell(name, report);
    instance.stop().await
}
