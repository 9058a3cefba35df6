#!/bin/sh
# Proves the checker: it must find every fault that was built into a program on purpose, and none
# in the program without them.
#   sh scripts/mutants.sh        the proof; takes the checker's options
#   sh scripts/mutants.sh build  only the program, which tests of the cluster use too
. "$(dirname "$0")/common.sh"
. scripts/setup.sh

packages
rust
cargo build -p server --bin rapport --features mutants --locked --target-dir "$target"
# Under a name of its own: nobody is to take it for the program without faults.
mv "$target/debug/rapport" "$target/debug/rapport-mutants"
[ "${1:-}" != build ] || exit 0
cargo build -p bench --locked --target-dir "$target"
exec "$target/debug/bench" prove-mutants --program "$target/debug/rapport-mutants" "$@"
