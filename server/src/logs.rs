//! Structured logs on standard error: never a secret, never what people wrote.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::{
    Layer, Registry, filter::filter_fn, fmt::layer, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::config::{Format, Logs};

/// Called once, before anything is logged.
pub fn start(logs: &Logs) {
    let (filter, most) = (logs.filter.clone(), logs.filter.most());
    let filter =
        filter_fn(move |about| *about.level() <= filter.level_of(about.target())).with_max_level_hint(most);
    let lines = layer().with_writer(stderr);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match logs.format {
        Format::Text => lines.with_ansi(stderr().is_terminal()).boxed(),
        Format::Json => lines.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
}
