#!/bin/sh
# Runs once, when the box is built: in the new tree, as root, without a network.
set -eu
useradd --system --home-dir /srv/site --shell /usr/sbin/nologin site
chown site:site /srv/site/pages
# what is worked out here is not worked out again in each machine
python3 -c 'print("<h1>Primes</h1>", *(n for n in range(2, 60) if all(n % m for m in range(2, n))))' \
    >/srv/site/pages/index.html
