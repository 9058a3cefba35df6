# Images made from Debian's packages, under the names that deploy/compose.yaml and deploy/Dockerfile have, for
# machines that reach no registry of images. Sourced after settings.sh.

base=localhost/rapport/debian

# stand_in NAME FOLDER: builds deploy/containers/… in FOLDER under the official name.
stand_in() {
    note "$1"
    podman build --quiet --network host --tag "$1" "$2" >"$(log "image-$(basename "$2")")" 2>&1 ||
        die "the image $1 could not be built; see $(log "image-$(basename "$2")")"
}

# Debian by debootstrap, once.
debian_image() {
    podman image exists "$base" && return
    note "Debian, by debootstrap (1 minute)"
    rm -rf "$containers/debian"
    debootstrap --variant=minbase bookworm "$containers/debian" http://deb.debian.org/debian >"$(log debootstrap)" 2>&1 ||
        die "Debian could not be fetched; see $(log debootstrap)"
    rm -rf "$containers"/debian/var/cache/apt/archives/*.deb
    tar -C "$containers/debian" -cf "$containers/debian.tar" .
    podman import --quiet "$containers/debian.tar" "$base" >/dev/null
    rm -rf "$containers/debian" "$containers/debian.tar"
}

engine_images() {
    debian_image
    stand_in postgres:15 deploy/containers/postgres
    stand_in redis:7 deploy/containers/redis
    stand_in rabbitmq:3.13 deploy/containers/rabbitmq
    stand_in nginx:1.26 deploy/containers/nginx
    kafka_image
}

# The jars that compose's Kafka consists of, and the tool that its health check calls.
kafka_image() {
    kafka_jars
    version=$(ls "$tools"/kafka | sed -n 's/^kafka-server-\([0-9.]*\)\.jar$/\1/p')
    context=$containers/kafka
    rm -rf "$context"
    cp -r deploy/containers/kafka "$context"
    cp -r "$tools/kafka" "$context/jars"
    if [ ! -e "$tools/kafka-tools/kafka-tools-$version.jar" ]; then
        mvn -q -B -f deploy/kafka/pom.xml dependency:copy -Dartifact="org.apache.kafka:kafka-tools:$version" \
            -DoutputDirectory="$tools/kafka-tools" >"$(log kafka)" 2>&1 || die "Kafka's tools could not be fetched; see $(log kafka)"
    fi
    cp "$tools"/kafka-tools/*.jar "$context/jars/"
    stand_in "apache/kafka:$version" "$context"
}

node_image() {
    context=$containers/node
    rm -rf "$context"
    cp -r deploy/containers/node "$context"
    cp -L "$(command -v node)" "$context/node"
    cp -rL "$(npm root --global)/npm" "$context/npm"
    stand_in node:20-bookworm-slim "$context"
}

# Only where the release is built inside: 1.5 GB.
rust_image() {
    context=$containers/rust
    rm -rf "$context"
    cp -r deploy/containers/rust "$context"
    cp -r "$(rustc --print sysroot)" "$context/toolchain"
    stand_in rust:1.95-bookworm "$context"
}
