#!/usr/bin/env bash
# A private nginx: bash scripts/engines/nginx.sh FOLDER PORT NODE_PORT…
# In front of the nodes on these ports of this machine, by the rules of deploy/nginx, as one process:
# a second one would outlive it when it is killed.
. "$(dirname "$0")/common.sh"
[ $# -ge 3 ] || die "needs the ports of the nodes: bash scripts/engines/nginx.sh FOLDER PORT NODE_PORT…"
shift 2
for node; do case $node in '' | *[!0-9]*) die "a node's port must be a number, not '$node'" ;; esac; done

needs nginx nginx
chmod 700 "$folder"
# Each socket takes two, one on either side.
connections=$(($(ulimit -n) - 64))
[ "$connections" -le 65536 ] || connections=65536
{
    cat <<CONF
daemon off;
master_process off;
pid $folder/nginx.pid;
error_log stderr warn;
events { worker_connections $connections; }
http {
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    include $root/deploy/nginx/http.conf;
    access_log $folder/access.log rapport;
    upstream rapport {
        least_conn;
        zone rapport 64k;
CONF
    for node; do echo "        server 127.0.0.1:$node max_fails=1 fail_timeout=2s;"; done
    for node; do echo "        server 127.0.0.1:$node backup max_fails=0;"; done
    cat <<CONF
        keepalive 32;
        keepalive_timeout 30s;
    }
    upstream sockets {
        least_conn;
        zone sockets 64k;
CONF
    for node; do echo "        server 127.0.0.1:$node max_fails=0;"; done
    cat <<CONF
    }
    upstream ready {
        zone ready 64k;
CONF
    for node; do echo "        server 127.0.0.1:$node max_fails=0;"; done
    cat <<CONF
    }
    server {
        listen 127.0.0.1:$port;
        server_name localhost;
        # Development only, on this machine only: the mail that would be sent. Without X-Forwarded-For,
        # or the program would take it for asked from outside.
        location /dev/ { proxy_set_header Host \$http_host; proxy_pass http://rapport; }
        include $root/deploy/nginx/rapport.conf;
    }
}
CONF
} >"$folder/nginx.conf"
serve nginx -p "$folder" -c "$folder/nginx.conf" -e stderr
