#!/bin/sh
# Builds the release and puts what a machine needs to run it into a folder ($1): for images, and for
# /opt/rapport. IMAGE_PROGRAM names a program that is built already, with its site in target/site;
# nothing is installed or built then.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh
steps=3
[ $# = 1 ] || die "needs the folder to make: sh scripts/image.sh FOLDER"
[ ! -e "$1" ] || die "$1 is there already"
program=${IMAGE_PROGRAM:-}

if [ -z "$program" ]; then
    program=target/release/rapport
    say "Rust, npm packages"
    # Whoever only builds needs no database.
    has_postgres() { true; }
    for_release
    say "building the release"
    sh scripts/build.sh
    say "putting it in $1"
fi
mkdir -p "$1/bin" "$1/target" "$1/docs"
cp "$program" "$1/bin/rapport"
cp LICENSE "$1/"
cp -r target/site "$1/target/site"
cp docs/OPERATING.md "$1/docs/"
