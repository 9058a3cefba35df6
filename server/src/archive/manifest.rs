//! What a backup says of itself.

use anyhow::{Context, bail};
use backend::database;
use serde::{Deserialize, Serialize};

/// The form of backups that this program writes and reads.
const FORMAT: u32 = 1;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The version of the program that made it.
    pub program: String,
    /// The number of the newest migration in the database.
    pub schema: String,
    /// When it was begun: RFC 3339.
    pub made_at: String,
    /// SHA-256 in hexadecimal digits.
    pub database_sha256: String,
    /// Absent when the secret is not in the file: it was given by `RAPPORT_SECRET`.
    pub secret_sha256: Option<String>,
}

impl Manifest {
    pub(super) fn new(schema: &str, database_sha256: String, secret_sha256: Option<String>) -> Self {
        Self {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            schema: schema.to_owned(),
            made_at: chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            database_sha256,
            secret_sha256,
        }
    }

    /// Reads one that this program can restore.
    pub(super) fn parse(json: &[u8]) -> anyhow::Result<Self> {
        let broken = "its rapport.json cannot be read";
        let json: serde_json::Value = serde_json::from_slice(json).context(broken)?;
        // First: a newer format may have other fields.
        if json.get("format") != Some(&FORMAT.into()) {
            bail!("it was made by a newer rapport; restore it with that one");
        }
        let manifest: Self = serde_json::from_value(json).context(broken)?;
        // All of one length and led by their dates, so that text compares like time.
        if manifest.schema > database::newest_schema()? {
            bail!(
                "its database has schema {}, which is newer than this program ({}); \
                 restore it with rapport {} or newer",
                manifest.schema,
                env!("CARGO_PKG_VERSION"),
                manifest.program
            );
        }
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(change: impl Fn(&mut serde_json::Value)) -> Result<Manifest, String> {
        let manifest = Manifest::new("20261123000001", "00".into(), None);
        let mut json = serde_json::to_value(manifest).unwrap();
        change(&mut json);
        Manifest::parse(json.to_string().as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_newer_than_the_program_is_refused() {
        parse(|_| {}).unwrap();
        let refused = parse(|json| json["schema"] = "29990101000001".into()).unwrap_err();
        assert!(refused.contains("newer than this program"), "{refused}");
        let refused = parse(|json| *json = serde_json::json!({ "format": 2 })).unwrap_err();
        assert!(refused.contains("made by a newer rapport"), "{refused}");
        let refused = Manifest::parse(b"{").unwrap_err().to_string();
        assert!(refused.contains("cannot be read"), "{refused}");
    }
}
