#!/bin/sh
# Installs the engines of full mode, and starts those that are named until its standard input ends:
#   sh scripts/engines.sh                          installs only
#   sh scripts/engines.sh redis kafka              starts them on free ports, with nothing kept
#   sh scripts/engines.sh redis kafka -- COMMAND…  starts them, runs the command, ends them
# Says where they are as settings (RAPPORT_REDIS=redis://…), one a line, then `ready`; a command has
# them in its environment instead.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh

note() { printf '%s\n' "$*" >&2; }
engine_packages
kafka_jars
[ $# -gt 0 ] || exit 0
exec node scripts/cluster/engines.mjs "$@"
