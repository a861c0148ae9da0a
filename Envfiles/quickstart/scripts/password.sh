#!/bin/sh
# Prints the database's password, which is made up at the first use.
set -eu

file=$(dirname "$0")/../.password
if ! [ -s "$file" ]; then
    umask 077
    new=$(mktemp "$file.XXXXXX")
    od -An -N18 -tx1 /dev/urandom | tr -d ' \n' >"$new"
    # A link does not replace what another process has made meanwhile.
    ln "$new" "$file" 2>/dev/null || [ -s "$file" ]
    rm -f "$new"
fi
cat "$file"
