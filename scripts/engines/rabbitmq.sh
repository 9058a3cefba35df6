#!/usr/bin/env bash
# A private RabbitMQ: bash scripts/engines/rabbitmq.sh FOLDER PORT [DIST_PORT [EPMD_PORT]]
# guest/guest, or with ENGINE_PASSWORD the user rapport. Without the other ports the next free ones.
. "$(dirname "$0")/common.sh"

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
next_free() {
    local candidate=$1
    while answers "$candidate"; do candidate=$((candidate + 1)); done
    echo "$candidate"
}
distribution=${3:-$(next_free $((port + 1)))}
epmd_port=${4:-$(next_free $((distribution + 1)))}

# Not the one in /usr/sbin: that insists on its own folders.
program=/usr/lib/rabbitmq/bin/rabbitmq-server
[ -x "$program" ] || die "RabbitMQ is missing; install with: apt-get install rabbitmq-server"

touch "$folder/enabled_plugins"
{
    echo "listeners.tcp.1 = 127.0.0.1:$port"
    echo "log.console = true"
    echo "log.console.level = warning"
    echo "log.console.use_colors = off"
    echo "log.file = false"
    if [ -n "$password" ]; then
        # Taken at the first start only.
        echo "default_user = rapport"
        echo "default_pass = $password"
    fi
} >"$folder/rabbitmq.conf"
give_to rabbitmq nobody

export HOME=$folder LC_ALL=C.UTF-8
# By its number and not by this machine's name: the folder is found again whatever that becomes.
export RABBITMQ_NODENAME=rapport@localhost RABBITMQ_DIST_PORT=$distribution
export RABBITMQ_MNESIA_BASE=$folder/files RABBITMQ_LOG_BASE=$folder/log RABBITMQ_CONFIG_FILE=$folder/rabbitmq
export RABBITMQ_ENABLED_PLUGINS_FILE=$folder/enabled_plugins RABBITMQ_CONF_ENV_FILE=/dev/null
export ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$epmd_port
# It would listen to everybody there, and tell much before it has read its configuration.
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' RABBITMQ_LOG=warning
# Two names in the environment of whoever starts this are not for it.
unset NOTIFY_SOCKET RABBITMQ_ALLOW_INPUT

# RabbitMQ would start an epmd that outlives it. This one finds its port taken, or dies with it.
# `detached`: the script of RabbitMQ becomes RabbitMQ, instead of standing beside it.
serve sh -c 'setpriv --pdeathsig KILL epmd -address 127.0.0.1 -port "$ERL_EPMD_PORT" & detached=1 exec "$0"' "$program"
