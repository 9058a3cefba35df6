#!/bin/sh
# Lets people talk while everything breaks, and proves that no message was lost, doubled, reordered
# or shown to strangers. SECONDS and SEED choose how long and which faults; docs/PROVING.md.
. "$(dirname "$0")/common.sh"

# Bash counts SECONDS itself; the value that was given arrives as RUN_SECONDS.
seconds=${RUN_SECONDS:-600}
seed=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
echo "seed $seed; again with: make prove SECONDS=$seconds SEED=$seed"

sh scripts/build.sh
# Debug: the clients are light, and the release profile would link for minutes.
cargo build -p bench --locked --target-dir "$target"
# 40 people at 8 messages a second are well within what the server takes of each; a third of the
# time something is down.
exec "$target/debug/bench" check --seed "$seed" --seconds "$seconds" --clients "${CLIENTS:-40}" \
    --min-accepted "${MIN_ACCEPTED:-$((seconds * 170))}" "$@"
