//! Makes what browsers load of the compiled browser half, as `wasm-split-cli` and `wasm-bindgen` do: without what their
//! command lines bring besides, it compiles in half the time. See scripts/site.sh.
//!
//! `bundler <program.wasm> <folder for parts> <folder for the program>`

use std::{error::Error, fs, path::Path};

use wasm_bindgen_cli_support::Bindgen;

/// The base name of the files.
const NAME: &str = "rapport";

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [program, parts, bound] = arguments.as_slice() else {
        return Err(
            "give the program, the folder for its parts, and the folder for what is left of it".into()
        );
    };
    let parts = Path::new(parts);
    let rest = parts.join(format!("{NAME}.wasm"));
    split(&fs::read(program)?, parts, &rest)?;
    bind(&rest, Path::new(bound))
}

/// Cuts out what is fetched on demand.
fn split(program: &[u8], parts: &Path, rest: &Path) -> Result<(), Box<dyn Error + Send + Sync>> {
    let main = format!("./{NAME}.js");
    let mut options = wasm_split_cli_support::Options::new(program);
    options.output_dir = parts;
    options.main_out_path = rest;
    options.main_module = &main;
    options.target.web();
    wasm_split_cli_support::transform(options)?;
    Ok(())
}

/// Gives what is left its JavaScript.
fn bind(program: &Path, folder: &Path) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut bindgen = Bindgen::new();
    bindgen.web(true)?;
    bindgen.input_path(program).out_name(NAME).typescript(false).demangle(false).keep_lld_exports(true);
    Ok(bindgen.generate(folder)?)
}
