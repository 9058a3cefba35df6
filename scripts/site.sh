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

# First the pages that are fetched on demand are cut out, then what is left gets its JavaScript.
work=target/site.work
rm -rf "$work"
wasm-split-cli --target web --out-name rapport "$wasm" "$work" >target/logs/split.log 2>&1 ||
    { cat target/logs/split.log >&2; exit 1; }
wasm-bindgen --target web --no-typescript --keep-lld-exports --no-demangle --out-name rapport \
    --out-dir "$new/pkg" "$work/rapport.wasm" 2>target/logs/bindgen.log || { cat target/logs/bindgen.log >&2; exit 1; }
mv "$new/pkg/rapport_bg.wasm" "$work/rapport.wasm"

# Binaryen takes longer than all the rest, so its last results are kept. It must be npm's: Debian's
# is so old that it writes broken modules without a word. Twice over finds a little more.
small=target/wasm-opt
mkdir -p "$small" "$small.new"
shrink() {
    kept=$(sha256sum <"$1" | cut -c1-16).wasm
    if [ ! -f "$small/$kept" ]; then
        wasm-opt -Oz -Oz --low-memory-unused --enable-bulk-memory --enable-nontrapping-float-to-int \
            --enable-reference-types --enable-multivalue --enable-mutable-globals --enable-sign-ext \
            "$1" -o "$small/$kept.new"
        mv "$small/$kept.new" "$small/$kept"
    fi
    cp "$small/$kept" "$small.new/$kept"
    cp "$small/$kept" "$new/pkg/$(basename "$1")"
}
shrink "$work/rapport.wasm" 2>target/logs/wasm-opt.log &
biggest=$!
for chunk in "$work"/chunk_*.wasm "$work"/split_*.wasm; do
    shrink "$chunk" 2>>target/logs/wasm-opt-chunks.log
done
wait "$biggest"
rm -rf "$small"
mv "$small.new" "$small"

cp "$work/__wasm_split.js" "$new/pkg/"
rm -rf "$work"
node scripts/chunks.mjs "$new/pkg"
esbuild "$new"/pkg/*.js --minify --format=esm --outdir="$new/pkg" --allow-overwrite --log-level=warning --log-override:duplicate-object-key=silent

style/node_modules/.bin/tailwindcss --input style/tailwind.css --output "$new/pkg/rapport.css" --minify \
    2>target/logs/tailwind.log || { cat target/logs/tailwind.log >&2; exit 1; }

node scripts/compress.mjs "$new"

# At once, so that a running server never serves half of it.
rm -rf "$site"
mv "$new" "$site"
sums >"$made"
