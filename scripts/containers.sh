#!/bin/sh
# Tries deploy/compose.yaml with Podman, as root: builds the image and stand-ins for the engines' images
# from Debian's packages, brings everything up, and runs end2end/containers: people talk through nginx,
# every container is killed, everything goes down and comes back, a new version takes over. Takes away
# what it made, except the images.
#
#   make containers                       all of that
#   sh scripts/containers.sh compose …    podman-compose with the files and settings of the trial
#   sh scripts/containers.sh podman …     Podman with its storage
#   sh scripts/containers.sh clean        takes away the images too
#
#   CONTAINERS_PROGRAM   a program that is built already, with its site in target/site
#   CONTAINERS_INSIDE    set: the release is built in the image, as Docker would, not on this machine
#   CONTAINERS_PORT      the first of three ports: https, http, mail [3180]
. "$(dirname "$0")/common.sh"
. scripts/setup.sh
. scripts/containers/settings.sh
. scripts/containers/images.sh
steps=5

compose() {
    "$tools/podman-compose/bin/podman-compose" --podman-path "$PWD/scripts/containers/podman" --in-pod false -p "$project" \
        --env-file "$containers/settings.env" -f deploy/compose.yaml -f deploy/containers/compose.try.yaml "$@"
}

# Everything in this storage is the trial's. What a killed one left has other passwords.
take_down() {
    { podman rm --all --force --depend --time 2 && podman volume rm --all --force && podman network prune --force; } \
        >"$(log containers-down)" 2>&1 || note "not everything was taken down; see $(log containers-down)"
}

clean() {
    [ ! -e "$CONTAINERS_CONF" ] || take_down
    umount "$containers/storage/overlay" 2>/dev/null || true
    rm -rf "$containers"
}

case ${1:-} in
    compose | podman | clean) command=$1; shift; "$command" "$@"; exit ;;
    '') ;;
    *) die "knows compose, podman and clean, not $1" ;;
esac

say "Debian packages: Podman, debootstrap, Chromium; podman-compose"
[ "$(id -u)" = 0 ] || die "must be run as root: rootless networks are another matter"
packages podman debootstrap chromium fonts-noto-color-emoji java maven
podman_compose
npm_packages end2end
podman_settings
trial_settings
take_down
trap take_down EXIT
trap 'exit 130' INT TERM

say "images in the place of the engines' own"
engine_images
node_image

say "the program"
rm -rf target/image
if [ -n "${CONTAINERS_INSIDE:-}" ]; then
    rust_image
else
    [ -n "${CONTAINERS_PROGRAM:-}" ] || { for_release; sh scripts/build.sh; }
    IMAGE_PROGRAM=${CONTAINERS_PROGRAM:-target/release/rapport} sh scripts/image.sh target/image
    # Nothing is compiled in it then.
    podman tag "$base" rust:1.95-bookworm
fi
say "the image of Rapport"
compose build migrate >"$(log image-rapport)" 2>&1 ||
    die "the image of Rapport could not be built; see $(log image-rapport)"

say "people and faults"
(cd end2end && npx playwright test --config containers.config.ts)
