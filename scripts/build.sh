#!/bin/sh
# Builds what people run: target/release/rapport, and in target/site what browsers load.
#   sh scripts/build.sh       both
#   sh scripts/build.sh site  only what browsers load
. "$(dirname "$0")/common.sh"

# Types stay erased in the release (see .cargo/config.toml): for views as many as these the download
# is smaller with them, and rustc faster.
mkdir -p target/logs
front_log=target/logs/frontend.log

# With `split` some pages can be cut out, to be fetched on demand. The browser's half is mostly one
# long link on one core, and then made smaller on another: beside the server's half it costs nothing.
# Each has its own target folder, or they would wait for each other.
cargo build -p frontend --lib --features split --target wasm32-unknown-unknown --profile wasm-release --locked \
    --target-dir "$target/front" >"$front_log" 2>&1 &
front=$!
cargo build -p bundler --profile tool --locked --target-dir "$target"
server=
if [ "${1:-}" != site ]; then
    cargo build -p server --bin rapport --release --locked --target-dir "$target" &
    server=$!
fi
browser=0
if wait "$front"; then
    sh scripts/site.sh "$target/front/wasm32-unknown-unknown/wasm-release/frontend.wasm" || browser=$?
else
    browser=1
    cat "$front_log" >&2
fi
[ -z "$server" ] || wait "$server"
[ "$browser" = 0 ] || die "the browser's half does not build"
[ -n "$server" ] || exit 0

# Where others look for it, also when cargo builds elsewhere.
if [ "$target" != target ]; then
    mkdir -p target/release
    cp -u "$target/release/rapport" target/release/rapport
fi
