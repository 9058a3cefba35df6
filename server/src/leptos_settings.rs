//! The settings of Leptos stand in two files, since cargo-leptos reads one and the server the other:
//! what both say must be the same.

use std::{collections::BTreeMap, fs, path::Path};

const HEADER: &str = "[[workspace.metadata.leptos]]";

/// The `key = value` lines under the header, as written.
fn settings(file: &str) -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    let text = fs::read_to_string(path).unwrap();
    let section = text.split_once(HEADER).unwrap().1;
    let lines = section.lines().map(str::trim).take_while(|line| !line.starts_with('['));
    lines
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
        .collect()
}

#[test]
fn both_files_say_the_same() {
    let (build, serve) = (settings("Cargo.toml"), settings("Leptos.toml"));
    for key in ["output-name", "site-root", "site-pkg-dir", "site-addr", "reload-port"] {
        assert!(build.contains_key(key) && serve.contains_key(key), "{key} stands in both");
    }
    for (key, value) in &serve {
        assert!(build.get(key).is_none_or(|other| other == value), "{key}: {value} in Leptos.toml only");
    }
}
