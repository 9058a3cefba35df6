#!/bin/sh
# Builds this version and puts it into the running composition, one container after the other, each when
# the one before is ready: people stay connected to the other web node. Make a backup first.
#   sh deploy/upgrade.sh
# COMPOSE is what calls compose [docker compose -f deploy/compose.yaml].
set -eu
cd "$(dirname "$0")/.."
compose=${COMPOSE:-docker compose -f deploy/compose.yaml}
# Seconds that a container may take until it is ready.
patience=120

is_ready() {
    $compose exec -T "$1" bash -c 'exec 3<>/dev/tcp/127.0.0.1/3000
        printf "GET /readyz HTTP/1.0\r\n\r\n" >&3
        read -r answer <&3
        [[ $answer == *" 200 "* ]]' >/dev/null 2>&1
}

wait_for() {
    end=$(($(date +%s) + patience))
    until is_ready "$1"; do
        [ "$(date +%s)" -lt "$end" ] || { echo "$1 is not ready after $patience s; the rest was left as it is" >&2; exit 1; }
        sleep 1
    done
}

$compose build migrate
$compose run --rm --no-deps -T migrate
for service in store-1 store-2 worker web-1 web-2; do
    echo "$service"
    $compose up -d --no-deps --no-build --force-recreate "$service"
    wait_for "$service"
done
