#!/bin/sh
# Measures what the release costs on this machine, and prints one table. Arguments go to `bench load`.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh
steps=2

say "building the release"
for_release
sh scripts/build.sh
cargo build -p bench --release --locked --target-dir "$target"
say "measuring; some two minutes"
exec "$target/release/bench" load "$@"
