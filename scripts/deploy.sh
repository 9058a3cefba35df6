#!/bin/sh
# Validates what is in deploy/ as far as this machine can: nginx by nginx, units by systemd, compose
# by Docker's client. What it cannot it says.
. "$(dirname "$0")/common.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unseen=

# On ports that everybody may take, with names that exist here and a certificate made for it.
cp -r deploy/nginx deploy/nginx.conf deploy/nginx-tls.conf "$work/"
sed -i 's/web-[0-9]*:3000/127.0.0.1:3000/' "$work/nginx/upstream.conf"
mkdir "$work/certs"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost \
    -keyout "$work/certs/privkey.pem" -out "$work/certs/fullchain.pem" 2>"$work/openssl" || { cat "$work/openssl" >&2; exit 1; }
temporary=$(for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $work/$kind;"; done)
for conf in nginx.conf nginx-tls.conf; do
    sed -e "s|^pid .*|pid $work/pid;|" -e "s|/var/log/nginx|$work|" -e "s|^http {|http { $(echo "$temporary" | tr '\n' ' ')|" \
        -e 's/listen \(\[::\]:\)\{0,1\}80 /listen \18480 /' -e 's/listen \(\[::\]:\)\{0,1\}443 /listen \18443 /' \
        "deploy/$conf" >"$work/$conf"
    # Machines without IPv6 cannot even try it.
    [ -e /proc/net/if_inet6 ] || sed -i '/listen \[::\]/d' "$work/$conf"
    if ! nginx -t -q -p "$work" -c "$work/$conf" -e stderr 2>"$work/said"; then
        cat "$work/said" >&2
        die "deploy/$conf is refused by nginx"
    fi
done

if have systemd-analyze; then
    mkdir "$work/units"
    # The program is not where they say on this machine.
    for unit in deploy/systemd/*.service; do
        sed -e 's|/opt/rapport/bin/rapport|/bin/true|' -e '/^EnvironmentFile=\|^Documentation=/d' "$unit" >"$work/units/$(basename "$unit" | sed 's/@/@3001/')"
    done
    systemd-analyze verify --man=no "$work"/units/*.service >"$work/said" 2>&1 && [ ! -s "$work/said" ] ||
        { cat "$work/said" >&2; die "systemd has something to say about deploy/systemd"; }
else
    unseen="$unseen units (no systemd-analyze)"
fi

if have docker && docker compose version >/dev/null 2>&1; then
    docker compose -f deploy/compose.yaml --env-file deploy/.env.example config --quiet || die "deploy/compose.yaml is refused"
elif have docker-compose; then
    docker-compose -f deploy/compose.yaml --env-file deploy/.env.example config --quiet || die "deploy/compose.yaml is refused"
else
    unseen="$unseen compose.yaml (no compose in Docker's client)"
fi
[ -z "$unseen" ] || echo "not validated here:$unseen"
