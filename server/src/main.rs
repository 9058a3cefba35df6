//! The program.

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use server::{
    admin,
    check::check,
    cli::{Admin, Cli, Command, Sessions},
    config::{Config, Environment},
    logs, run, stop,
    terminal::say,
};

fn main() -> ExitCode {
    match start(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rapport: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(cli: Cli) -> anyhow::Result<()> {
    let config = Config::read(&cli.flags, &Environment::of_the_process())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.context("the system gives no threads")?;
    runtime.block_on(async {
        match cli.command.unwrap_or(Command::Serve) {
            Command::Check => check(config).await,
            Command::Admin(Admin::DatabaseUrl) => {
                say(admin::database_url(&config.database, &config.data)?);
                Ok(())
            }
            Command::Admin(Admin::Demo { scale, force }) => {
                say(admin::demo(&config, scale, force).await?);
                Ok(())
            }
            Command::Admin(Admin::Sessions(Sessions::End(whose))) => {
                say(admin::end_sessions(&config, &whose).await?);
                Ok(())
            }
            Command::Admin(Admin::Backup { file }) => {
                say(admin::backup(&config, &file, &stop::when_asked()?).await?);
                Ok(())
            }
            Command::Admin(Admin::Restore { file }) => {
                say(admin::restore(&config, &file, &stop::when_asked()?).await?);
                Ok(())
            }
            Command::Migrate { from } => {
                logs::start(&config.logs);
                run::migrate(config, from.as_deref()).await
            }
            Command::Serve => {
                logs::start(&config.logs);
                run::serve(config).await
            }
            Command::Web => {
                logs::start(&config.logs);
                run::web(config).await
            }
            Command::Store => {
                logs::start(&config.logs);
                run::store(config).await
            }
            Command::Worker => {
                logs::start(&config.logs);
                run::worker(config).await
            }
            Command::Admin(Admin::DeadLetters(what)) => {
                say(admin::dead_letters(&config, &what).await?);
                Ok(())
            }
        }
    })
}
