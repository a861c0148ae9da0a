#!/bin/sh
# Lets the web server into the database.
# PASSWORD: the database user's password
set -eu

packages=
command -v psql >/dev/null || packages="$packages postgresql-client"
python3 -c 'import http.server' 2>/dev/null || packages="$packages python3"
if [ -n "$packages" ]; then
    apt-get update
    # The list is split into words on purpose.
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $packages
fi

install -d -m 0755 /etc/quickstart
umask 077
printf 'db:5432:shop:shop:%s\n' "$PASSWORD" >/etc/quickstart/pgpass
chown dev:dev /etc/quickstart/pgpass
