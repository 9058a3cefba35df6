#!/bin/sh
# Proves the checker: it must find every fault that was built into a program on purpose, and none
# in the program without them.
#   sh scripts/mutants.sh        the proof; takes the checker's options
#   sh scripts/mutants.sh build  only the program, which tests of the cluster use too
. "$(dirname "$0")/common.sh"
. scripts/setup.sh

packages
rust
# Under a name of its own: nobody is to take it for the program without faults, which takes its place again.
[ ! -e "$target/debug/rapport" ] || mv "$target/debug/rapport" "$target/debug/rapport-kept"
# shellcheck disable=SC2086 # one word for each
cargo build $tested --features server/mutants --bin rapport --locked --target-dir "$target"
mv "$target/debug/rapport" "$target/debug/rapport-mutants"
[ ! -e "$target/debug/rapport-kept" ] || mv "$target/debug/rapport-kept" "$target/debug/rapport"
[ "${1:-}" != build ] || exit 0
# shellcheck disable=SC2086
cargo build $tested --bin bench --locked --target-dir "$target"
exec "$target/debug/bench" prove-mutants --program "$target/debug/rapport-mutants" "$@"
