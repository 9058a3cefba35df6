#!/bin/sh
# Builds, serves and reloads on each change, against a database of its own in data/dev.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh
steps=6

# cargo-leptos 0.3 does not say so when a tool is missing: the set-up comes first.
cargo_leptos=0.3.11

say "Debian packages: compilers and PostgreSQL"
packages
say "Rust and its WebAssembly target"
rust
say "wasm-bindgen"
wasm_bindgen
say "npm packages for styles"
npm_packages style
say "cargo-leptos $cargo_leptos"
if [ "$(cargo leptos --version 2>/dev/null | awk '{print $2}')" != "$cargo_leptos" ]; then
    note "cargo install cargo-leptos@$cargo_leptos (7 minutes, once)"
    # Its lock file names a crate that claims a newer Rust than it needs.
    install_crate "cargo-leptos@$cargo_leptos" --locked --ignore-rust-version --features no_downloads --force
fi
say "watching; open http://localhost:3000, Ctrl-C stops"
# What a release left compressed there would be sent instead of what is built now.
rm -rf target/site target/site.sums
RAPPORT_DATA=data/dev exec cargo leptos watch
