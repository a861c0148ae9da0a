#!/bin/sh
# Writes the text that the machine shows, and the server that shows it.
# $1: the text
set -eu

install -d -m 0755 /srv/single
printf '%s\n' "$1" >/srv/single/greeting.txt

cat >/srv/single/server.py <<'END'
"""Answers every HTTP request with greeting.txt; needs no more than python3-minimal."""
import socket

with socket.create_server(("", 8000)) as server:
    while True:
        connection, _ = server.accept()
        with connection, open("/srv/single/greeting.txt", "rb") as file:
            connection.settimeout(5)
            try:
                connection.recv(65536)
                body = file.read()
                head = f"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
                connection.sendall(head.encode() + body)
            except OSError:
                pass  # the other side has gone; the next one is waiting
END
