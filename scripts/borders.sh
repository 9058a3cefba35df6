#!/bin/sh
# Proves the borders: who may not reach whom, by cargo's own tree of dependencies.
. "$(dirname "$0")/common.sh"
crossed=0

# never <what it is> <crates, as a pattern> <cargo tree's arguments …>
never() {
    what=$1
    crates=$2
    shift 2
    reached=$(cargo tree --locked --edges normal --prefix none --format '{p}' "$@" | cut -d' ' -f1 | sort -u |
        grep -xE "$crates" | tr '\n' ' ') || true
    [ -z "$reached" ] && return
    echo "$what reaches: $reached" >&2
    crossed=1
}

browser='--target wasm32-unknown-unknown'
never model 'tokio|axum|leptos|diesel|backend' -p model
never client 'tokio|axum|leptos|diesel|backend|web-sys' -p client
never 'model in the browser' 'tokio|axum|leptos|diesel|backend' -p model $browser
never private_postgres 'axum|leptos|app|backend|model' -p private_postgres
never backend 'axum|leptos|leptos_axum|app' -p backend
never 'app in the browser' 'backend|axum|diesel|leptos_axum' -p app --features hydrate $browser
never frontend 'backend|axum|diesel|leptos_axum' -p frontend $browser

if grep -rnE 'diesel|sql_query|SELECT .* FROM|INSERT INTO' --include='*.rs' --include=Cargo.toml server/src server/Cargo.toml app/src app/Cargo.toml; then
    echo "SQL belongs to the backend" >&2
    crossed=1
fi
if grep -rnE 'leptos_meta::(\*|Title|\{[^}]*Title)' --include='*.rs' app/src | grep -v '^app/src/ui/title.rs:'; then
    echo "leptos_meta writes titles unescaped: use ui::title::Title" >&2
    crossed=1
fi
exit "$crossed"
