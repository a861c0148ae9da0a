#!/bin/sh
# Starts the database server where it does not run.
set -eu

version=$(find /etc/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n | tail -n 1)
if [ -d /run/systemd/system ]; then
    # It is a service, which starts with the machine: this waits until it has started.
    systemctl start "postgresql@$version-main"
    exit 0
fi
if ! [ -d /run/postgresql ]; then
    # /run is empty whenever the machine starts, and then no server runs, whatever an earlier one has left.
    rm -f "/var/lib/postgresql/$version/main/postmaster.pid"
    install -d -o postgres -g postgres -m 2775 /run/postgresql
fi
pg_ctlcluster "$version" main status >/dev/null || pg_ctlcluster "$version" main start
