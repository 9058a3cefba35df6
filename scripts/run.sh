#!/bin/sh
# Installs what is missing, builds, and serves. Arguments go to `rapport serve`.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh
steps=6

say "Debian packages: compilers and PostgreSQL"
packages
say "Rust and its WebAssembly target"
rust
say "wasm-bindgen and the splitter"
wasm_bindgen
wasm_split
say "npm packages for styles and for a small download"
npm_packages style
if [ -x target/release/rapport ]; then
    say "building what has changed"
else
    say "building; the first time takes some minutes"
fi
sh scripts/build.sh
say "serving; Ctrl-C stops"
exec target/release/rapport serve "$@"
