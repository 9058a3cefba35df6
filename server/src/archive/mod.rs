//! A backup: one tar file with the database, the secret, and, last, what makes both believable.
//! A file that breaks off has no manifest, and one that was changed does not agree with it.

mod manifest;
mod read;
mod write;

pub use manifest::Manifest;
pub use read::Archive;
pub use write::Unfinished;

const DATABASE: &str = "database.dump";
const SECRET: &str = "secret";
const MANIFEST: &str = "rapport.json";

/// A tar file is made of blocks of so many bytes.
const BLOCK: u64 = 512;
