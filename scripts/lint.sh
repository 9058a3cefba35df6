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

say "clippy, each crate with the features it is built with"
clippy() { cargo clippy --locked "$@" -- -D warnings; }
clippy --target-dir "$target" -p model --all-targets
clippy --target-dir "$target" -p backend --all-targets
clippy --target-dir "$target" -p app --features ssr --all-targets
clippy --target-dir "$target" -p server --all-targets
clippy --target-dir "$target" -p server --features mutants
clippy --target-dir "$target" -p bench --all-targets
clippy --target-dir "$target/front" -p frontend --features split --target wasm32-unknown-unknown

say "borders between the crates"
sh scripts/borders.sh

say "what deploys it: nginx, systemd, compose"
packages nginx
sh scripts/deploy.sh

say "dependencies"
sh scripts/deny.sh

say "types of the browser tests"
(cd end2end && npx tsc --noEmit)

say "done"
