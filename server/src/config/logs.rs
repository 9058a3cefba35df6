//! What is logged, and how.

use tracing_subscriber::EnvFilter;

use super::{LOG, LOG_FORMAT, Refusal};

/// The filter when none is asked for.
const USUAL: &str = "info";

#[derive(Clone, Debug)]
pub struct Logs {
    /// Proved to be a filter.
    pub filter: String,
    pub format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

impl Logs {
    pub(super) fn read(filter: Option<&str>, format: Option<&str>) -> Result<Self, Refusal> {
        let text = filter.unwrap_or(USUAL);
        if EnvFilter::try_new(text).is_err() {
            return Err(Refusal::new(
                LOG,
                format!("must be a level or a filter such as info,backend=debug, not {text:?}"),
            ));
        }
        let format = match format {
            None | Some("text") => Format::Text,
            Some("json") => Format::Json,
            Some(other) => {
                return Err(Refusal::new(LOG_FORMAT, format!("must be text or json, not {other:?}")));
            }
        };
        Ok(Self { filter: text.to_owned(), format })
    }
}
