#!/bin/sh
# Writes every view, in every width and theme, to docs/screens.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh
steps=4

say "Debian packages: compilers, PostgreSQL, Chromium and its emoji"
packages chromium fonts-noto-color-emoji
say "Rust, npm packages"
rust
npm_packages style
npm_packages end2end
say "building the release"
sh scripts/build.sh
say "taking the pictures"
exec npm --prefix end2end run screenshots
