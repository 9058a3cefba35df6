//! Where the instance of a data folder is open to everybody.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use super::{DataFolder, read_text, trusted, unusable};

/// The file that names it.
const ORIGIN: &str = "origin";

impl DataFolder {
    /// Notes the address at which the instance is open to everybody, for programs that are not told; none for one that
    /// serves this machine alone.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn note_origin(&self, origin: Option<&str>) -> anyhow::Result<()> {
        let path = self.path.join(ORIGIN);
        let written = match origin {
            Some(origin) => trusted::open(&path, OpenOptions::new().write(true).create(true).truncate(true))
                .and_then(|mut file| file.write_all(origin.as_bytes())),
            None => match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
        };
        written.map_err(|error| unusable(&path, &error))
    }
}

/// The address at which the instance of a data folder was last open to everybody.
pub fn noted_origin(data: &Path) -> Option<String> {
    read_text(&data.join(ORIGIN)).ok()
}
