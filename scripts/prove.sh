#!/bin/sh
# Lets people talk while everything breaks, and proves that no message was lost, doubled, reordered
# or shown to strangers: one program first, then a cluster on every engine. SECONDS and SEED choose how
# long each takes and which faults, MODE=lite or MODE=full only one of them; docs/PROVING.md. PROGRAM is another than the
# release.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh

# Bash counts SECONDS itself; the value that was given arrives as RUN_SECONDS.
seconds=${RUN_SECONDS:-600}
seed=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
mode=${MODE:-both}
echo "seed $seed; again with: make prove SECONDS=$seconds SEED=$seed"

program=${PROGRAM:-target/release/rapport}
if [ -z "${PROGRAM:-}" ]; then
    for_release
    sh scripts/build.sh
fi
# Debug: the clients are light, and the release profile would link for minutes.
# shellcheck disable=SC2086 # one word for each
cargo build $tested --bin bench --locked --target-dir "$target"

# 40 people at 8 messages a second are well within what the server takes of each; a third of the
# time something is down. On a cluster more is down for longer, and the engines share the cores.
check() { "$target/debug/bench" check --program "$program" --seed "$seed" --seconds "$seconds" "$@"; }
status=0
if [ "$mode" != full ]; then
    check --clients "${CLIENTS:-40}" --min-accepted "${MIN_ACCEPTED:-$((seconds * 170))}" "$@" || status=1
fi
if [ "$mode" != lite ]; then
    engine_packages
    kafka_jars
    check --cluster --clients "${CLIENTS:-40}" --min-accepted "${MIN_ACCEPTED:-$((seconds * 20))}" "$@" || status=1
fi
exit "$status"
