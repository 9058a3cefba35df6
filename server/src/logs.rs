//! Structured logs on standard error: never a secret, never what people wrote.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;

use crate::config::{Format, Logs};

/// Called once, before anything is logged.
pub fn start(logs: &Logs) {
    let builder = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(&logs.filter)).with_writer(stderr);
    match logs.format {
        Format::Text => builder.with_ansi(stderr().is_terminal()).init(),
        Format::Json => builder.json().flatten_event(true).init(),
    }
}
