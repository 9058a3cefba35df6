#!/bin/sh
# Everything that can be said about the code without running it.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh
steps=8

say "Rust and npm packages"
rust
have cargo-clippy || die "clippy is missing; install with: rustup component add clippy rustfmt"
npm_packages end2end

say "cargo fmt"
cargo fmt --all --check

say "clippy, with the features that each crate is built with"
clippy() { cargo clippy --locked "$@" -- -D warnings; }
# shellcheck disable=SC2086 # one word for each
clippy --target-dir "$target" $tested --all-targets
# shellcheck disable=SC2086
clippy --target-dir "$target" $crates --features app/ssr --bin rapport
# In the profile that is built, whose macros are compiled already.
clippy --target-dir "$target/front" --profile wasm-release -p frontend --features split --target wasm32-unknown-unknown

say "borders between the crates"
sh scripts/borders.sh

say "what deploys it: nginx, systemd, compose"
packages nginx
sh scripts/deploy.sh

say "dependencies"
cargo_machete
cargo-machete --with-metadata
sh scripts/deny.sh

say "types of the browser tests"
(cd end2end && npx tsc --noEmit)

say "done"
