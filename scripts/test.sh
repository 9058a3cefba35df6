#!/bin/sh
# Every test: Rust against real engines, then browsers against the release that people run.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh
. scripts/tally.sh
steps=16

say "Debian packages: compilers, PostgreSQL, Chromium and its emoji"
packages chromium fonts-noto-color-emoji
say "engines of full mode: Redis, RabbitMQ, nginx, Kafka"
engine_packages
kafka_jars
say "Rust, its WebAssembly target, wasm-bindgen, the splitter"
rust
wasm_bindgen
wasm_split
say "npm packages"
npm_packages style
npm_packages end2end

say "the scripts that start engines, nginx and a cluster"
tally test-scripts node --test --test-concurrency=1 --test-reporter=spec scripts/cluster/tests/*.test.mjs

# Never the whole workspace at once: `app` would get both of its halves.
for crate in model backend server bench; do
    say "cargo test -p $crate"
    tally "test-$crate" cargo test -p "$crate" --locked --target-dir "$target"
done

say "cargo test -p app"
tally test-app cargo test -p app --features ssr --locked --target-dir "$target"

say "the program that panics where a test of the cluster asks for it"
tally build-mutants sh scripts/mutants.sh build

# Not the debug build, which the server's tests have half made: three minutes less, but the release
# goes other ways (no erased types, wasm-opt, compressed files), and it is what people get.
say "building the release"
tally build sh scripts/build.sh
say "30 s of everything breaking: one program, then a cluster"
if [ -x target/release/rapport ]; then
    tally test-prove env RUN_SECONDS=30 CLIENTS=20 MIN_ACCEPTED=500 sh scripts/prove.sh
fi
say "a whole cluster, row by row of docs/FAULTS.md"
if [ -x target/release/rapport ]; then
    tally test-cluster env CLUSTER_PROGRAM="$PWD/target/release/rapport" \
        cargo test -p bench --test cluster --locked --target-dir "$target" -- --test-threads=1
fi
# The same stories in both modes, and in full mode those about what only a cluster has.
for mode in lite full; do
    say "Playwright, $mode mode"
    if [ "$failed" = 0 ] || [ -x target/release/rapport ]; then
        tally "test-end2end-$mode" sh -c "cd end2end && npx playwright test --project=$mode"
    fi
done

total
