#!/bin/sh
# Builds the release and puts what a machine needs to run it into a folder ($1): for images, and for
# /opt/rapport.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh
steps=3
[ $# = 1 ] || die "needs the folder to make: sh scripts/image.sh FOLDER"
[ ! -e "$1" ] || die "$1 is there already"

say "Rust, wasm-bindgen, npm packages"
# Whoever only builds needs no database.
has_postgres() { true; }
for_release
say "building the release"
sh scripts/build.sh
say "putting it in $1"
mkdir -p "$1/bin" "$1/target" "$1/docs"
cp target/release/rapport "$1/bin/"
cp Leptos.toml LICENSE "$1/"
cp -r target/site "$1/target/site"
cp docs/OPERATING.md "$1/docs/"
