#!/bin/sh
# Makes a database cluster that the machines on its network may use with a password.
set -eu

if ! command -v pg_createcluster >/dev/null; then
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends postgresql
fi

version=$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n | tail -n 1)
settings=/etc/postgresql/$version/main
[ -d "$settings" ] || pg_createcluster --locale C.UTF-8 "$version" main

# The end of a container is the end of its programs. PostgreSQL recovers from that at its next start, and does so sooner
# when it need not flush each file by itself.
cat >"$settings/conf.d/quickstart.conf" <<END
listen_addresses = '*'
recovery_init_sync_method = syncfs
END
cat >"$settings/pg_hba.conf" <<'END'
local all postgres peer
host shop shop samenet scram-sha-256
END

# Where it runs already, it takes on these settings; otherwise the next script starts it.
if [ -d /run/postgresql ] && pg_ctlcluster "$version" main status >/dev/null; then
    pg_ctlcluster "$version" main restart
fi
