#!/bin/sh
# Makes target/site from the compiled browser half ($1), the styles and public/, unless it is made.
. "$(dirname "$0")/common.sh"
wasm=$1
site=target/site
made=target/site.sums

# Everything it is made from and everything made, by content: times lie after a checkout.
sums() {
    { find style/*.css style/package-lock.json app/src public scripts "$site" -type f; echo "$wasm"; } |
        sort | tr '\n' '\0' | xargs -0 sha256sum
}

if [ -d "$site" ] && [ -f "$made" ] && sums 2>/dev/null | cmp -s - "$made"; then
    exit 0
fi

new=target/site.new
rm -rf "$new"
mkdir -p "$new/pkg"
cp -r public/. "$new/"

wasm-bindgen --target web --no-typescript --out-name rapport --out-dir "$new/pkg" "$wasm"
mv "$new/pkg/rapport_bg.wasm" "$new/pkg/rapport.wasm"

# Binaryen takes longer than all the rest, so its last result is kept. It must be npm's: Debian's
# is so old that it writes a broken module without a word.
before=$(sha256sum <"$new/pkg/rapport.wasm" | cut -c1-16)
smaller=target/wasm-opt/$before.wasm
if [ ! -f "$smaller" ]; then
    rm -rf target/wasm-opt
    mkdir -p target/wasm-opt
    style/node_modules/.bin/wasm-opt -Oz --enable-bulk-memory --enable-nontrapping-float-to-int \
        "$new/pkg/rapport.wasm" -o "$smaller.new"
    mv "$smaller.new" "$smaller"
fi
cp "$smaller" "$new/pkg/rapport.wasm"

style/node_modules/.bin/tailwindcss --input style/tailwind.css --output "$new/pkg/rapport.css" --minify \
    2>target/logs/tailwind.log || { cat target/logs/tailwind.log >&2; exit 1; }

node scripts/compress.mjs "$new"

# At once, so that a running server never serves half of it.
rm -rf "$site"
mv "$new" "$site"
sums >"$made"
