#!/bin/sh
# Starts the web server, or starts it again, so that it runs what is in /srv/app now.
set -eu

pid_file=/run/quickstart-web.pid
if [ -s "$pid_file" ]; then
    kill -- "-$(cat "$pid_file")" 2>/dev/null || true # it has ended by itself
fi

# A session of its own, which stays when this script and its connection end; the loop brings back a server that fails.
PGPASSFILE=/etc/quickstart/pgpass setsid setpriv --reuid dev --regid dev --init-groups \
    sh -c 'while :; do python3 /srv/app/server.py; sleep 0.2; done' \
    </dev/null >>/var/log/quickstart-web.log 2>&1 &
echo $! >"$pid_file"
