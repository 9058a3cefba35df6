//! Measures and checks a Rapport server from outside.

use std::process::ExitCode;

use anyhow::Context;
use bench::{check, load, mutants};
use clap::{Parser, Subcommand};

/// Checks a Rapport server from outside.
#[derive(Parser)]
#[command(name = "bench")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Let people talk, break things, and judge what everybody saw. The last line is the verdict
    Check(check::Options),
    /// Measure what things cost, and print one table
    Load(load::Load),
    /// Show that the checker finds faults that were made on purpose
    ProveMutants(mutants::Options),
}

fn main() -> ExitCode {
    match start(Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything is right.
fn start(cli: Cli) -> anyhow::Result<bool> {
    // One thread: the other cores are the server's.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("the system gives no thread")?.block_on(async {
        match cli.command {
            Command::Check(options) => {
                let verdict = check::run(options).await?;
                println!("{}", serde_json::to_string(&verdict)?);
                Ok(verdict.is_ok())
            }
            Command::Load(load) => load::run(load).await.map(|()| true),
            Command::ProveMutants(options) => mutants::prove(options).await,
        }
    })
}
