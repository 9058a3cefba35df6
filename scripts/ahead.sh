#!/bin/sh
# What is needed after the release, made while a proof and stories run: the browsers beside Chromium, and in CI what the lints
# compile.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh

other_browsers
# Nobody who runs the tests alone waits for them.
[ -z "${CI:-}" ] || sh scripts/lint.sh
