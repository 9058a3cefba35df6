//! What is logged, and how.

use tracing::level_filters::LevelFilter;

use super::{LOG, LOG_FORMAT, Refusal};

/// The crates of this workspace that run on a server. What others write below `info` is theirs to choose: the
/// database's client writes the parameters of every statement, with texts, addresses and hashes.
const OWN: [&str; 5] = ["app", "backend", "model", "rapport", "server"];
/// The most that others are asked for.
const FOREIGN: LevelFilter = LevelFilter::INFO;
/// What is logged of whatever a list of targets does not name.
const UNNAMED: LevelFilter = LevelFilter::ERROR;

#[derive(Clone, Debug)]
pub struct Logs {
    pub filter: Filter,
    pub format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

/// How much is logged of each target: a crate, or a module such as `backend::jobs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    usual: LevelFilter,
    targets: Vec<(String, LevelFilter)>,
    text: String,
}

impl Filter {
    /// `LEVEL`, `TARGET=LEVEL`, or `TARGET` for everything of it; several separated by commas.
    fn parse(text: &str) -> Result<Self, String> {
        let mut filter = Self { usual: UNNAMED, targets: Vec::new(), text: text.to_owned() };
        for directive in text.split(',').map(str::trim) {
            match (directive.split_once('='), level(directive)) {
                (None, Some(level)) => filter.usual = level,
                (None, None) => filter.add(directive, LevelFilter::TRACE)?,
                (Some((target, word)), _) => filter.add(target, level(word).ok_or_else(|| form(text))?)?,
            }
        }
        Ok(filter)
    }

    fn add(&mut self, target: &str, level: LevelFilter) -> Result<(), String> {
        let is_name = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
        };
        if !target.split("::").all(is_name) {
            return Err(form(&self.text));
        }
        if level > FOREIGN && !is_own(target) {
            return Err(format!(
                "shows {target} at {level}, where a library may write what people wrote: only {} can be shown \
                 below info",
                OWN.join(", ")
            ));
        }
        self.targets.push((target.to_owned(), level));
        Ok(())
    }

    /// How much is logged of a target: what the longest name that it begins with says.
    pub fn level_of(&self, target: &str) -> LevelFilter {
        let named = self.targets.iter().filter(|(name, _)| is_within(target, name));
        match named.max_by_key(|(name, _)| name.len()) {
            Some((_, level)) => *level,
            None if is_own(target) => self.usual,
            None => self.usual.min(FOREIGN),
        }
    }

    /// No target is logged beyond this.
    pub fn most(&self) -> LevelFilter {
        self.targets.iter().map(|(_, level)| *level).chain([self.usual]).max().unwrap_or(self.usual)
    }
}

impl std::fmt::Display for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether a target is a module of this name or in it: `server_fn` is not in `server`.
fn is_within(target: &str, name: &str) -> bool {
    target.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn is_own(target: &str) -> bool {
    OWN.iter().any(|name| is_within(target, name))
}

fn level(word: &str) -> Option<LevelFilter> {
    let is_word = word.chars().all(|c| c.is_ascii_alphabetic());
    word.parse().ok().filter(|_| is_word && !word.is_empty())
}

fn form(text: &str) -> String {
    format!(
        "must be a level (error, warn, info, debug, trace) or a filter such as info,backend=debug, not {text:?}"
    )
}

impl Logs {
    pub(super) fn read(filter: Option<&str>, format: Option<&str>) -> Result<Self, Refusal> {
        let filter = Filter::parse(filter.unwrap_or("info")).map_err(|reason| Refusal::new(LOG, reason))?;
        let format = match format {
            None | Some("text") => Format::Text,
            Some("json") => Format::Json,
            Some(other) => {
                return Err(Refusal::new(LOG_FORMAT, format!("must be text or json, not {other:?}")));
            }
        };
        Ok(Self { filter, format })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level_of(filter: &str, target: &str) -> LevelFilter {
        Filter::parse(filter).unwrap().level_of(target)
    }

    #[test]
    fn a_level_raises_our_own_targets_and_no_library() {
        for own in ["backend", "backend::jobs::run", "server", "app::live", "model", "rapport"] {
            assert_eq!(level_of("trace", own), LevelFilter::TRACE, "{own}");
            assert_eq!(level_of("warn", own), LevelFilter::WARN, "{own}");
        }
        for other in ["tokio_postgres", "server_fn", "application", "lettre", "log", "hyper::proto", ""] {
            assert_eq!(level_of("trace", other), LevelFilter::INFO, "{other}");
            assert_eq!(level_of("debug", other), LevelFilter::INFO, "{other}");
            assert_eq!(level_of("error", other), LevelFilter::ERROR, "{other}");
        }
    }

    #[test]
    fn a_target_has_a_level_of_its_own() {
        let filter = "warn,backend=debug,backend::jobs=off,hyper=info";
        assert_eq!(level_of(filter, "backend::hub"), LevelFilter::DEBUG);
        assert_eq!(level_of(filter, "backend::jobs::run"), LevelFilter::OFF);
        assert_eq!(level_of(filter, "hyper::proto"), LevelFilter::INFO);
        assert_eq!(level_of(filter, "server"), LevelFilter::WARN);
        assert_eq!(level_of("backend", "backend"), LevelFilter::TRACE);
        assert_eq!(level_of("backend=info", "server"), LevelFilter::ERROR);
        assert_eq!(Filter::parse(filter).unwrap().most(), LevelFilter::DEBUG);
    }

    #[test]
    fn a_library_is_never_shown_below_info() {
        for filter in ["tokio_postgres=debug", "info,hyper=trace", "server_fn=debug", "tokio_postgres"] {
            let refused = Filter::parse(filter).unwrap_err();
            assert!(refused.contains("what people wrote"), "{filter}: {refused}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for filter in
            ["", "info=,=", "backend=loud", "[{user}]=trace", "backend[span]=debug", "info,,warn", "5"]
        {
            assert!(Filter::parse(filter).is_err(), "{filter}");
        }
    }
}
