#!/bin/sh
# Starts the database server where it does not run.
set -eu

version=$(find /etc/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n | tail -n 1)
# /run is empty whenever the machine starts.
install -d -o postgres -g postgres -m 2775 /run/postgresql
pg_ctlcluster "$version" main status >/dev/null || pg_ctlcluster "$version" main start
