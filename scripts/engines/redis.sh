#!/usr/bin/env bash
# A private Redis: bash scripts/engines/redis.sh FOLDER PORT
# Keeps nothing: what Rapport puts there may be lost at any moment.
. "$(dirname "$0")/common.sh"

needs redis-server redis-server
chmod 700 "$folder"
# The password stands in a file, not among the arguments, which every account sees.
cat >"$folder/redis.conf" <<CONF
bind 127.0.0.1
port $port
dir $folder
save ""
appendonly no
loglevel warning
${password:+requirepass $password}
CONF
serve redis-server "$folder/redis.conf"
