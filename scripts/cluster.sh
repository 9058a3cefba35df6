#!/bin/sh
# Full mode on this machine: PostgreSQL, Redis, Kafka, RabbitMQ and nginx, two `rapport web`, two
# `rapport store`, one `rapport worker`. Installs what is missing, builds, starts everything, says
# where it is, and takes everything down in order on Ctrl-C. What ends by itself is started again
# (after 0.5 s, then twice as long each time, at most 8 s). The data stays for the next start.
#
#   make cluster                       until Ctrl-C; a second Ctrl-C kills
#   sh scripts/cluster.sh ORDER PART   to a running one, see below
#   sh scripts/cluster.sh settings     its settings, with their passwords, for a shell's eval
#
# The environment, for tests and for other tastes:
#   CLUSTER_FOLDER   where everything is kept [data/cluster]
#   CLUSTER_PORT     the address people open; the others follow it, one by one [3100]
#   CLUSTER_PROGRAM  a program that is built already; nothing is installed or built for it
#   CLUSTER_WEB, CLUSTER_STORE   how many of each [2, 2]
#   CLUSTER_WITHOUT  engines to leave out: redis, kafka (and so the stores), rabbitmq, nginx
#   CLUSTER_QUIET    set: the parts' logs are not shown, only kept
#   RAPPORT_…        what else the program shall be told, such as RAPPORT_SMTP or RAPPORT_LOG
# If its standard input is a pipe, it goes down at the end of that. If it is killed, everything it
# started is killed by the kernel at once.
#
# CLUSTER_FOLDER/state.json, for programs: always whole, written anew when anything changes, removed
# at the end. One that a killed cluster left has another supervisor than the process just started.
#   supervisor  its process        ready     everything was up once, and it is not going down
#   origin      what people open   control   the socket for orders
#   folder, mail (a folder, or null with RAPPORT_SMTP)
#   settings    what the program is told: DATABASE_URL, RAPPORT_REDIS, RAPPORT_SECRET, …
#   parts       by name (web-1, store-1, worker, postgres, redis, kafka, rabbitmq, nginx): state
#               (stopped, starting, ready, ending, waiting), pid (the part's own, to be killed or
#               frozen, or null), starts, last_end, address, folder, log
#
# Orders, one a line to that socket, each answered with one line of JSON ({"ok":true,…} or
# {"ok":false,"error":…}) when it is done:
#   stop PART     SIGTERM, SIGKILL after 10 to 20 s; stays down until `start`
#   kill PART     SIGKILL; stays down until `start`
#   crash PART    SIGKILL; is started again like after any crash
#   start PART    done when the part is ready
#   restart PART  stop, then start
#   pause PART, resume PART   SIGSTOP and SIGCONT, to all its processes
#   status, shutdown
. "$(dirname "$0")/common.sh"
. scripts/setup.sh

[ $# -eq 0 ] || exec node scripts/cluster/ask.mjs "$@"

if [ -z "${CLUSTER_PROGRAM:-}" ]; then
    steps=6
    say "Debian packages: compilers, PostgreSQL, Redis, RabbitMQ, nginx, Java, Maven"
    engine_packages
    say "Apache Kafka"
    kafka_jars
    release_in_steps
    say "starting; Ctrl-C stops"
else
    engine_packages
    kafka_jars
fi
exec node scripts/cluster/main.mjs
