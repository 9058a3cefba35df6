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

# The pages that are fetched on demand are cut out, and what is left gets its JavaScript.
work=target/site.work
rm -rf "$work"
"$target/tool/bundler" "$wasm" "$work" "$new/pkg" >target/logs/bundler.log 2>&1 || { cat target/logs/bundler.log >&2; exit 1; }
mv "$new/pkg/rapport_bg.wasm" "$work/rapport.wasm"

# Binaryen takes longer than all the rest, so its last results are kept. It must be npm's: Debian's
# is so old that it writes broken modules without a word. Thrice over finds a little more, and brotli finds 0.7 % more where functions of one module are neighbours.
small=target/wasm-opt
smaller='-Oz -Oz -Oz --reorder-functions-by-name --low-memory-unused --enable-bulk-memory --enable-nontrapping-float-to-int
    --enable-reference-types --enable-multivalue --enable-mutable-globals --enable-sign-ext'
mkdir -p "$small" "$small.new"
shrink() {
    kept=$({ cat "$1" && echo "$smaller"; } | sha256sum | cut -c1-16).wasm
    if [ ! -f "$small/$kept" ]; then
        # shellcheck disable=SC2086 # one word for each
        wasm-opt $smaller "$1" -o "$small/$kept.new"
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

node scripts/fingerprint.mjs "$new"
node scripts/compress.mjs "$new"

# At once, so that a running server never serves half of it.
rm -rf "$site"
mv "$new" "$site"
sums >"$made"
