#!/bin/sh
# Every test: Rust against real engines, then browsers. The program is compiled once, for all of them; what browsers load is
# what people get. Two cores are kept busy: while one step waits for engines, the processor compiles what a later one needs.
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

say "cargo test; beside it the scripts that start engines, nginx and a cluster, and what browsers load"
behind build nice -n 19 sh scripts/build.sh site
building=$!
behind scripts node --test --test-concurrency=1 --test-reporter=spec scripts/cluster/tests/*.test.mjs
trying=$!
# They wait more than they compute: four at a time.
# shellcheck disable=SC2086 # one word for each
tally test-rust env RUST_TEST_THREADS=4 cargo test $tested --tests --no-fail-fast --locked --target-dir "$target"
kept test-scripts $trying scripts

say "a whole cluster, row by row of docs/FAULTS.md"
# shellcheck disable=SC2086
tally test-cluster cargo test $tested --test cluster --locked --target-dir "$target" -- --test-threads=1

say "what browsers load"
kept build $building build
[ -d target/site ] || total || exit 1
program=$target/debug/rapport

say "30 s of everything breaking: one program, then a cluster; beside it the other browsers, and in CI the lints, which give way to the stories"
behind ahead nice -n 19 sh scripts/ahead.sh
ahead=$!
tally test-prove env RUN_SECONDS=30 CLIENTS=20 MIN_ACCEPTED=500 PROGRAM="$program" sh scripts/prove.sh --max-rss-kb 1000000

# Two stories at a time, then on a cluster those that a cluster can change.
for project in lite full; do
    say "Playwright: $project"
    workers=1
    [ "$project" != lite ] || workers=2
    tally "test-end2end-$project" sh -c "cd end2end && RAPPORT_BIN='$program' npx playwright test --project=$project --workers=$workers"
done
kept ahead $ahead ahead
other_browsers
say "stories in${browsers:- no other browser}"
if [ -n "$browsers" ]; then
    # shellcheck disable=SC2086 # one word for each
    tally test-browsers sh -c "cd end2end && RAPPORT_BIN='$program' npx playwright test --config browsers.config.ts $(printf -- ' --project=%s' $browsers)"
fi

total
