# Shared by the scripts, which all start with:  . "$(dirname "$0")/common.sh"
set -eu
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
# What the scripts install for themselves: nothing of it touches the rest of the machine.
tools=$PWD/target/tools
# Debian keeps nginx where only root looks.
PATH=$tools/bin:$PWD/style/node_modules/.bin:$PATH:${HOME:-}/.cargo/bin:/usr/sbin
export PATH

# The crates as they are tested. Named together always, or cargo would choose other features for what they depend on,
# and compile most of it anew. Never the whole workspace: `app` would get both of its halves.
crates='-p model -p client -p private_postgres -p backend -p testing -p demo -p app -p server -p bench'
# With the faults on purpose of docs/PROVING.md, each of which has to be asked for: the release has none.
tested="$crates --features app/ssr,server/mutants"

step=0
steps=1

# Says what happens now and how far that is.
say() {
    step=$((step + 1))
    printf '[%d/%d] %s\n' "$step" "$steps" "$*"
}

# More about the present step.
note() { printf '      %s\n' "$*"; }

# Ends, with the command that helps in the line.
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# The version of a crate in Cargo.lock.
locked() { sed -n "/^name = \"$1\"\$/{n;s/version = \"\\(.*\\)\"/\\1/p;}" Cargo.lock; }

# Installs a program from its crate into the tools folder. Optimising it would cost more than it saves: `opt_level` is for
# what has much to do.
install_crate() {
    RUSTFLAGS='' CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS=fallback \
        CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        CARGO_PROFILE_RELEASE_OPT_LEVEL=${opt_level:-0} CARGO_PROFILE_RELEASE_DEBUG=false \
        cargo install --root "$tools" "$@"
}
