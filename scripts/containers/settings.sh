# Shared by the scripts of containers. Everything that Podman keeps is in target/containers: nothing of
# what the machine's own Podman has is seen or touched. Sourced from the root of the repository.
containers=$PWD/target/containers
project=rapport-try

CONTAINERS_CONF=$containers/containers.conf
CONTAINERS_STORAGE_CONF=$containers/storage.conf
CONTAINERS_REGISTRIES_CONF=$containers/registries.conf
# Podman asks systemd for the timers of health checks, which need not be there. Here whoever waits for
# health asks himself: see scripts/containers/podman.
DISABLE_HC_SYSTEMD=true
export CONTAINERS_CONF CONTAINERS_STORAGE_CONF CONTAINERS_REGISTRIES_CONF DISABLE_HC_SYSTEMD

# Writes the files that those names stand for.
podman_settings() {
    mkdir -p "$containers"
    driver=vfs
    grep -qw overlay /proc/filesystems && driver=overlay
    cat >"$CONTAINERS_CONF" <<CONF
[containers]
# No more than we may have ourselves.
default_ulimits = ["nofile=$(ulimit -Hn):$(ulimit -Hn)", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
# crun refuses control groups of the first version.
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
static_dir = "$containers/storage/libpod"
volume_path = "$containers/storage/volumes"
tmp_dir = "$containers/run/libpod"
[network]
network_backend = "netavark"
network_config_dir = "$containers/networks"
CONF
    printf '[storage]\ndriver = "%s"\ngraphroot = "%s/storage"\nrunroot = "%s/run"\n' "$driver" "$containers" "$containers" >"$CONTAINERS_STORAGE_CONF"
    # What compose calls redis:7 is docker.io/library/redis:7.
    echo 'unqualified-search-registries = ["docker.io"]' >"$CONTAINERS_REGISTRIES_CONF"
}

# deploy/.env.example, filled in as deploy/README.md says, and a certificate for this machine.
trial_settings() {
    port=${CONTAINERS_PORT:-3180}
    secret() { openssl rand -hex 32; }
    mkdir -p "$containers/certs"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost -keyout "$containers/certs/privkey.pem" -out "$containers/certs/fullchain.pem" 2>/dev/null
    sed -e "s|^RAPPORT_ORIGIN=.*|RAPPORT_ORIGIN=https://localhost:$port|" \
        -e "s/^\(RAPPORT_SECRET\|[A-Z]*_PASSWORD\)=.*/\1=@/" \
        -e "s|^KAFKA_CLUSTER_ID=.*|KAFKA_CLUSTER_ID=$(openssl rand -base64 16 | tr +/ -_ | tr -d =)|" \
        -e "s|^RAPPORT_SMTP=.*|RAPPORT_SMTP=smtp://mail:25|" \
        -e "s|^CERTIFICATES=.*|CERTIFICATES=$containers/certs|" \
        -e "s|^#\{0,1\}HTTPS=.*|HTTPS=127.0.0.1:$port|" -e "s|^#\{0,1\}HTTP=.*|HTTP=127.0.0.1:$((port + 1))|" \
        -e "/^COMPOSE_PROJECT_NAME=/d" deploy/.env.example | while IFS= read -r line; do
        # A secret of its own for each.
        case $line in *=@) echo "${line%@}$(secret)" ;; *) echo "$line" ;; esac
    done >"$containers/settings.env"
    cat >>"$containers/settings.env" <<SETTINGS
MAIL_PORT=$((port + 2))
DEBIAN_IMAGE=$base
PREBUILT=$([ -n "${CONTAINERS_INSIDE:-}" ] || echo target/image)
SETTINGS
}
