#!/bin/sh
# Proves the checker: it must find every fault that was built into a program on purpose, and none when no fault is asked
# for. Takes the checker's options.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh

packages
rust
# shellcheck disable=SC2086 # one word for each
cargo build $tested --bins --locked --target-dir "$target"
exec "$target/debug/bench" prove-mutants "$@"
