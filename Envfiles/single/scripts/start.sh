#!/bin/sh
# Starts the server where it does not run.
set -eu

pid_file=/run/single.pid
if [ -s "$pid_file" ] && kill -0 "$(cat "$pid_file")" 2>/dev/null; then
    exit 0
fi
setsid setpriv --reuid nobody --regid nogroup --clear-groups python3 /srv/single/server.py \
    </dev/null >>/var/log/single.log 2>&1 &
echo $! >"$pid_file"
