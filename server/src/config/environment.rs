//! The environment variables, as they were at start.

use std::{collections::BTreeMap, ffi::OsString};

use super::{KNOWN, Refusal};

/// Never shown: some of its values are secrets.
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    pub fn of_the_process() -> Self {
        Self(std::env::vars_os().collect())
    }

    #[cfg(test)]
    pub(super) fn of(variables: &[(&str, &str)]) -> Self {
        Self(variables.iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// A variable's value. An empty one is refused: it is neither a value nor the default.
    pub(super) fn get(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let Some(value) = self.0.get(&OsString::from(name)) else { return Ok(None) };
        let text = value.to_str().ok_or_else(|| Refusal::new(name, "is not valid UTF-8"))?.trim();
        if text.is_empty() {
            return Err(Refusal::new(name, "is empty; give it a value, or remove it for the default"));
        }
        Ok(Some(text))
    }

    /// A misspelt setting would otherwise silently be its default.
    pub(super) fn refuse_unknown(&self) -> Result<(), Refusal> {
        let names = self.0.keys().filter_map(|name| name.to_str());
        #[cfg(feature = "mutants")]
        let names = names.filter(|name| *name != "RAPPORT_MUTANT");
        let unknown = names.filter(|name| name.starts_with("RAPPORT_")).find(|name| !KNOWN.contains(name));
        let Some(unknown) = unknown else { return Ok(()) };
        let nearest =
            KNOWN.iter().min_by_key(|known| strsim::levenshtein(known, unknown)).unwrap_or(&KNOWN[0]);
        Err(Refusal::new(unknown, format!("is not a setting; did you mean {nearest}?")))
    }
}
