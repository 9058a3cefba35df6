#!/bin/sh
# What is tried between two changes: every Rust test that needs no engine but the private PostgreSQL, and no restart of
# it. No browser, no cluster. `make test` runs everything.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh
steps=2

say "compilers, PostgreSQL, Rust"
packages
rust
say "cargo test: model, client, backend, app, server, bench, without the suites that take longest"
skipped=''
for suite in backup clock_set_back contracts database_tls disk jobs_rabbitmq rabbitmq redis slow store:: upgrade; do
    skipped="$skipped --skip $suite"
done
# shellcheck disable=SC2086 # one word for each
exec cargo test $tested --tests --no-fail-fast --locked --target-dir "$target" -- $skipped
