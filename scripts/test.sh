#!/bin/sh
# Every test: Rust against real engines, then browsers against the release that people run. Two cores are kept busy:
# while one step waits for engines, the processor compiles what a later one needs.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh
. scripts/tally.sh
steps=9

# behind <name> <command …>: runs it beside the next steps. What it says is kept in its log.
behind() {
    name=$1
    shift
    "$@" >"$(log "$name")" 2>&1 &
}

# The end of a step that ran beside others: its log, and its status.
kept() {
    status=0
    wait "$2" || status=$?
    tally "$1" sh -c "cat '$(log "$3")'; exit $status"
}

say "compilers and PostgreSQL, Rust"
packages
rust
say "compiling the tests: model, client, backend, app, server, bench; beside it engines, Chromium and tools are installed"
behind install sh scripts/install.sh
installing=$!
# shellcheck disable=SC2086 # one word for each
tally compile-rust cargo test $tested --tests --test cluster --locked --target-dir "$target" --no-run
kept install $installing install
[ "$status" = 0 ] || die "what the tests need cannot be installed; see $(log install)"

say "cargo test; beside it the scripts that start engines, nginx and a cluster, and the release"
behind build nice -n 19 sh scripts/build.sh
building=$!
behind scripts node --test --test-concurrency=1 --test-reporter=spec scripts/cluster/tests/*.test.mjs
trying=$!
# They wait more than they compute: four at a time.
# shellcheck disable=SC2086 # one word for each
tally test-rust env RUST_TEST_THREADS=4 cargo test $tested --tests --no-fail-fast --locked --target-dir "$target"
kept test-scripts $trying scripts

# On the program that the tests of the server use: while a cluster's parts are killed and waited for, the release is
# compiled. The proof below and every story run on the release.
say "a whole cluster, row by row of docs/FAULTS.md"
tally build-mutants sh scripts/mutants.sh build
# shellcheck disable=SC2086
tally test-cluster cargo test $tested --test cluster --locked --target-dir "$target" -- --test-threads=1

# Not the debug build: the release goes other ways (no erased types, wasm-opt, compressed files), and it is what people
# get.
say "the release"
kept build $building build
[ -x target/release/rapport ] || total || exit 1

say "30 s of everything breaking: one program, then a cluster; beside it the other browsers, and in CI the lints, which give way to the stories"
behind ahead nice -n 19 sh scripts/ahead.sh
ahead=$!
tally test-prove env RUN_SECONDS=30 CLIENTS=20 MIN_ACCEPTED=500 sh scripts/prove.sh

# Two stories at a time, then on a cluster those that a cluster can change.
for project in lite full; do
    say "Playwright: $project"
    workers=1
    [ "$project" != lite ] || workers=2
    tally "test-end2end-$project" sh -c "cd end2end && npx playwright test --project=$project --workers=$workers"
done
kept ahead $ahead ahead
other_browsers
say "stories in${browsers:- no other browser}"
if [ -n "$browsers" ]; then
    # shellcheck disable=SC2086 # one word for each
    tally test-browsers sh -c "cd end2end && npx playwright test --config browsers.config.ts $(printf -- ' --project=%s' $browsers)"
fi

total
