# Shared by the scripts that start one engine each:
#
#   bash scripts/engines/ENGINE.sh FOLDER PORT      postgres, redis, kafka, rabbitmq, nginx
#
# One private engine on 127.0.0.1:PORT, in the foreground, with everything it keeps in FOLDER, which
# is made if it is missing and gone on with if it is not. Says what it has to say on its outputs, and
# its process in FOLDER/pid. The same for root and for an ordinary user: engines that refuse root get
# an account without rights.
#
# It ends on SIGTERM and SIGINT (postgres without this script in between: SIGINT). If its standard input is a pipe it ends with that too, which the
# kernel sees to when whoever started it is gone, even killed; then killing the script kills the
# engine. Otherwise the script becomes the engine.
#
# ENGINE_PASSWORD, if set, is asked of everybody by postgres (user and database `rapport`), redis and
# rabbitmq (user `rapport`, where it is otherwise guest/guest).
set -eu

# How long an engine may take to end by itself, in seconds, and what asks it to.
grace=10
stop_signal=TERM

name=$(basename "$0" .sh)
root=$(cd "$(dirname "$0")/../.." && pwd)
password=${ENGINE_PASSWORD:-}
unset ENGINE_PASSWORD
PATH=$PATH:/usr/sbin

die() {
    echo "$name: $*" >&2
    exit 1
}

[ $# -ge 2 ] || die "needs a folder and a port: bash scripts/engines/$name.sh FOLDER PORT"
mkdir -p "$1" || die "cannot make $1"
folder=$(cd "$1" && pwd)
port=$2
case $port in '' | *[!0-9]*) die "the port must be a number, not '$port'" ;; esac

# A program, or the package that brings it.
needs() { command -v "$1" >/dev/null 2>&1 || die "$1 is missing; install with: apt-get install $2"; }

# Gives the folder to the first of these accounts that can reach it, if root asks: what follows
# "${as[@]}" runs as that account. Where no account can, as in a clone in /root, it runs under another
# name in a namespace of its own, without root's rights.
as=()
give_to() {
    chmod 700 "$folder"
    [ "$(id -u)" = 0 ] || return 0
    local account
    for account; do
        id "$account" >/dev/null 2>&1 || continue
        as=(setpriv "--reuid=$account" "--regid=$(id -g "$account")" --init-groups)
        "${as[@]}" test -x "$(dirname "$folder")" || continue
        chown -R "$account:$(id -g "$account")" "$folder"
        return
    done
    as=(unshare --user --map-user=1000 --map-group=1000 --)
    "${as[@]}" true 2>/dev/null ||
        die "refuses to run as root, and no other account can reach $folder; choose another folder"
    chown -R 0:0 "$folder"
}

# Becomes the engine, or looks after it. Last in each script.
serve() {
    cd "$folder"
    if [ -p /dev/stdin ] || [ -S /dev/stdin ]; then
        until_the_starter_ends "$@"
    fi
    echo $$ >"$folder/pid"
    # ENGINE_MORTAL: die with the process that started this.
    [ -z "${ENGINE_MORTAL:-}" ] || as+=(setpriv --pdeathsig KILL)
    exec "${as[@]}" "$@" </dev/null
}

until_the_starter_ends() {
    exec 3<&0
    # Whatever kills this script kills the engine.
    "${as[@]}" setpriv --pdeathsig KILL "$@" </dev/null 3<&- &
    engine=$!
    echo "$engine" >"$folder/pid"
    trap end TERM INT HUP
    # Not a shell of this script: that would outlive it.
    setpriv --pdeathsig KILL bash -c 'while read -r -u 3; do :; done; kill -TERM "$1"' watcher $$ </dev/null >/dev/null 2>&1 &
    watcher=$!
    exec 3<&-
    local status=0
    while kill -0 "$engine" 2>/dev/null; do
        status=0
        wait "$engine" || status=$?
    done
    kill "$watcher" ${killer:-} 2>/dev/null || true
    exit "$status"
}

# Asks the engine to end, and ends it after the grace.
killer=
end() {
    kill "-$stop_signal" "$engine" 2>/dev/null || true
    [ -z "$killer" ] || return 0
    # Waiting without a process of its own, which would outlive its shell.
    { read -r -t "$grace" <> <(:) || true; kill -KILL "$engine"; } </dev/null >/dev/null 2>&1 &
    killer=$!
}
