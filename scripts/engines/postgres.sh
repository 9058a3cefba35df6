#!/usr/bin/env bash
# A private PostgreSQL: bash scripts/engines/postgres.sh FOLDER PORT
# Its user and its database are `rapport`. ENGINE_UNSAFE=1 for tests: faster, and a crash of the
# machine may cost the data.
. "$(dirname "$0")/common.sh"
# Fast: a SIGTERM would wait for everybody to leave.
stop_signal=INT

# Files are read by the major version that made them; without files the newest.
programs() {
    local made folder
    made=$(cat "$files/PG_VERSION" 2>/dev/null) || made=
    if [ -n "$made" ]; then
        [ -x "/usr/lib/postgresql/$made/bin/postgres" ] && echo "/usr/lib/postgresql/$made/bin" && return
    else
        folder=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n1)
        [ -n "$folder" ] && echo "$folder" && return
    fi
    command -v postgres >/dev/null && dirname "$(readlink -f "$(command -v postgres)")" && return
    die "PostgreSQL $made is missing; install with: apt-get install postgresql${made:+-$made}"
}

files=$folder/files
programs=$(programs)
give_to postgres nobody

if [ ! -e "$files" ]; then
    # Under another name first: a crash in between leaves nothing half made.
    rm -rf "$folder/unfinished"
    host=trust
    [ -z "$password" ] || host=scram-sha-256
    cd "$folder"
    as_itself() { "${as[@]}" env LC_ALL=C "$@"; }
    printf '%s\n' "${password:-unused}" | as_itself sh -c 'umask 077; exec cat >password'
    as_itself "$programs/initdb" --pgdata "$folder/unfinished" --username rapport --encoding UTF8 --locale C.UTF-8 \
        --auth-local peer --auth-host "$host" --pwfile "$folder/password" --no-instructions ${ENGINE_UNSAFE:+--no-sync} >"$folder/initdb.log" 2>&1 || die "$(tail -n1 "$folder/initdb.log")"
    echo 'CREATE DATABASE rapport' | as_itself "$programs/postgres" --single -D "$folder/unfinished" postgres \
        >"$folder/initdb.log" 2>&1 || die "$(tail -n1 "$folder/initdb.log")"
    rm "$folder/password"
    mv "$folder/unfinished" "$files"
fi

settings=(
    listen_addresses=127.0.0.1 port="$port" unix_socket_directories= max_connections=200 timezone=UTC log_timezone=UTC
    # What people wrote never goes to a log: no statements, no details of a violated key.
    log_min_messages=warning log_min_error_statement=panic log_error_verbosity=terse
)
[ -z "${ENGINE_UNSAFE:-}" ] || settings+=(fsync=off synchronous_commit=off full_page_writes=off)
arguments=()
for setting in "${settings[@]}"; do arguments+=(-c "$setting"); done
export LC_ALL=C
serve "$programs/postgres" -D "$files" "${arguments[@]}"
