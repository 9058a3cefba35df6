//! The addresses of the site's files. A release names them by their content, so that browsers may keep them
//! for ever; `scripts/fingerprint.mjs` writes down which name is which. In development they keep their names.

use std::{collections::HashMap, fs, path::Path, sync::OnceLock};

use leptos::{WasmSplitManifest, config::LeptosOptions, prelude::ArcStoredValue};
use serde::Deserialize;

/// Where the names are written down, in the folder of the program's files.
const FILE: &str = "assets.json";

/// What is known of the site's files.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Assets {
    /// From the plain path of a file to the one it has.
    #[serde(default)]
    files: HashMap<String, String>,
    /// Which files each part needs that is fetched on demand.
    #[serde(default)]
    chunks: HashMap<String, Vec<String>>,
    /// The JavaScript that fetches them.
    #[serde(default)]
    loader: String,
}

impl Assets {
    /// Those of the site that this process serves, read once.
    pub(super) fn of(options: &LeptosOptions) -> &'static Self {
        static ASSETS: OnceLock<Assets> = OnceLock::new();
        ASSETS.get_or_init(|| {
            let file = Path::new(&*options.site_root).join(&*options.site_pkg_dir).join(FILE);
            let Ok(text) = fs::read_to_string(file) else { return Self::default() };
            serde_json::from_str(&text).expect("assets.json is what scripts/fingerprint.mjs writes")
        })
    }

    /// The address of a file, given its plain path.
    pub(super) fn address(&self, plain: &str) -> String {
        format!("/{}", self.files.get(plain).map_or(plain, |named| named))
    }

    /// From which Leptos preloads the parts that a page needs.
    pub(super) fn manifest(&self, folder: &str) -> Option<WasmSplitManifest> {
        (!self.chunks.is_empty()).then(|| {
            let chunks = self.chunks.clone();
            WasmSplitManifest(ArcStoredValue::new((format!("/{folder}"), chunks, self.loader.clone())))
        })
    }
}
