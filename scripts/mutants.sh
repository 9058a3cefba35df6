#!/bin/sh
# Proves the checker: it must find every fault that was built into a program on purpose, and none
# in the program without them.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh

packages
rust
# A folder of its own, or the features would rebuild everything back and forth.
cargo build -p server --bin rapport --features mutants --locked --target-dir "$target/mutants"
cargo build -p bench --locked --target-dir "$target"
exec "$target/debug/bench" prove-mutants --program "$target/mutants/debug/rapport" "$@"
