#!/bin/sh
# Installs Debian packages, as root. Their services stay off: what needs an engine here starts one of
# its own, and the machine's owner decides what runs on the usual ports.
set -eu
[ "$(id -u)" = 0 ] || { echo "apt.sh must be run as root: sudo sh scripts/apt.sh $*" >&2; exit 1; }
export DEBIAN_FRONTEND=noninteractive

# Asked by every package before it starts a service. Somebody else's answer is left as it is.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

apt-get update -qq
apt-get install -y --no-install-recommends "$@"

# Not at the next start of the machine either.
if [ -d /run/systemd/system ]; then
    for package in "$@"; do
        case $package in
            postgresql | redis-server | rabbitmq-server | nginx) systemctl disable --quiet "$package" ;;
        esac
    done
fi
