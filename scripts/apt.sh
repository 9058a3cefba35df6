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
known() { apt-cache show "$1" >/dev/null 2>&1; }

# Many packages provide it, so one must be named: which, differs from release to release.
java() {
    for version in 17 21 25; do
        known "openjdk-$version-jre-headless" && echo "openjdk-$version-jre-headless" && return
    done
    echo default-jre-headless
}

# Without a window, where it is packed apart.
chromium() {
    for name in chromium-headless-shell chromium; do
        known "$name" && echo "$name" && return
    done
    return 1
}

packages=
for package in "$@"; do
    case $package in
        java17-runtime-headless) package=$(java) ;;
        chromium) package=$(chromium) || { echo "this system has Chromium only as a snap; install with: snap install chromium (or name another in CHROMIUM)" >&2; exit 1; } ;;
        firefox-esr) known firefox-esr || { echo "this system has no firefox-esr; name another Firefox, not a snap, in FIREFOX" >&2; exit 1; } ;;
    esac
    packages="$packages $package"
done
# shellcheck disable=SC2086 # one word for each package
apt-get install -y --no-install-recommends $packages

# Not at the next start of the machine either.
if [ -d /run/systemd/system ]; then
    for package in "$@"; do
        case $package in
            postgresql | redis-server | rabbitmq-server | nginx) systemctl disable --quiet "$package" ;;
        esac
    done
fi
