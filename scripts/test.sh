#!/bin/sh
# Every test: Rust against a real PostgreSQL, then browsers against the release that people run.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh
. scripts/tally.sh
steps=10

say "Debian packages: a C compiler, PostgreSQL, Chromium and its emoji"
packages chromium fonts-noto-color-emoji
say "Rust, its WebAssembly target, wasm-bindgen, the splitter"
rust
wasm_bindgen
wasm_split
say "npm packages"
npm_packages style
npm_packages end2end

# Never the whole workspace at once: `app` would get both of its halves.
for crate in model backend server bench; do
    say "cargo test -p $crate"
    tally "test-$crate" cargo test -p "$crate" --locked --target-dir "$target"
done

# Not the debug build, which the server's tests have half made: three minutes less, but the release
# goes other ways (no erased types, wasm-opt, compressed files), and it is what people get.
say "building the release"
tally build sh scripts/build.sh
say "30 s of everything breaking"
if [ -x target/release/rapport ]; then
    tally test-prove env RUN_SECONDS=30 CLIENTS=20 MIN_ACCEPTED=1000 sh scripts/prove.sh
fi
say "Playwright"
if [ "$failed" = 0 ] || [ -x target/release/rapport ]; then
    tally test-end2end sh -c 'cd end2end && npx playwright test'
fi

total
