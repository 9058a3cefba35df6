#!/bin/sh
# Licences, bans and sources of every dependency, always; and what is known against them, where the
# database of advisories can be had: in the folder ADVISORY_DB (a clone of it), or from its own place.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh

# Seconds that its own place may take.
patience=60
settings=target/advisories/deny.toml
# Named by cargo-deny after the address that it comes from.
database=target/advisories/advisory-db-3157b0e258782691

# Whether there is a database.
fetch() {
    [ ! -L "$database" ] || rm "$database"
    if [ -n "${ADVISORY_DB:-}" ]; then
        [ -d "$ADVISORY_DB/crates" ] || die "ADVISORY_DB holds no advisories: $ADVISORY_DB"
        rm -rf "$database"
        ln -s "$(cd "$ADVISORY_DB" && pwd)" "$database"
        return
    fi
    timeout "$patience" cargo-deny --config "$settings" fetch db >"$(log advisories)" 2>&1
}

cargo_deny
note "licences, bans, sources"
cargo-deny --locked check licenses bans sources

mkdir -p target/advisories
sed "s#^\[advisories\]#&\ndb-path = \"$PWD/target/advisories\"#" deny.toml >"$settings"
if fetch; then
    note "advisories, as known on $(git -C "$database" log -1 --format=%cs)"
    cargo-deny --locked --offline --config "$settings" check advisories
else
    note "advisories were NOT checked: their database cannot be had from here ($(log advisories));"
    note "name the folder of a clone: ADVISORY_DB=… make lint"
fi
