#!/bin/sh
# Installs what is missing, builds, and serves. Arguments go to `rapport serve`.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh
steps=5

say "Debian packages: compilers and PostgreSQL"
packages
release_in_steps
say "serving; Ctrl-C stops"
exec target/release/rapport serve "$@"
