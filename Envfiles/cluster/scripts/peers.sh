#!/bin/sh
# Finds the other machines by name, waits until each answers, and writes their addresses to /var/lib/cluster/peers.
# SELF: this machine's name; PEERS: the names of all
set -eu

install -d -m 0755 /var/lib/cluster
new=$(mktemp /var/lib/cluster/peers.XXXXXX)
for peer in $PEERS; do
    [ "$peer" = "$SELF" ] && continue
    address=$(getent ahostsv4 "$peer" | awk 'NR == 1 { print $1 }')
    [ -n "$address" ] || { echo "$SELF does not know $peer" >&2; exit 1; }
    # All machines are set up at the same time: another one may not be up yet.
    tries=0
    until ping -q -c 1 -W 1 "$peer" >/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 60 ] || { echo "$peer ($address) does not answer $SELF" >&2; exit 1; }
    done
    echo "$address $peer" | tee -a "$new"
done
chmod 0644 "$new"
mv "$new" /var/lib/cluster/peers
