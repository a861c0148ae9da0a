"""A web server for one directory on the loopback: sendfile(2), ranges, perhaps a limit of bytes a second; it counts what it sent."""

import os
import re
import socket
import subprocess
import sys
import threading
import time

_PIECE = 1 << 20


def serve(directory, rate, note):
    """Serves until it is killed, and writes its port and then, after each response, the bytes sent so far to a file."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    lock, sent = threading.Lock(), 0

    def tell(count):
        nonlocal sent
        with lock:
            sent += count
            with open(f"{note}.new", "w") as file:
                file.write(f"{listener.getsockname()[1]} {sent}")
            os.rename(f"{note}.new", note)

    tell(0)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_serve, args=(connection, directory, rate, tell), daemon=True).start()


def _serve(connection, directory, rate, tell):
    with connection:
        try:
            while _answer(connection, directory, rate, tell):
                pass
        except OSError:
            pass  # the client has gone


def _answer(connection, directory, rate, tell):
    head = b""
    while b"\r\n\r\n" not in head:
        received = connection.recv(64 << 10)
        if not received:
            return False
        head += received
    path = os.path.join(directory, head.split()[1].decode().lstrip("/"))
    if not os.path.isfile(path):
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        return True
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        found = re.search(rb"\r\nrange: bytes=(\d+)-", head, re.IGNORECASE)
        start = int(found[1]) if found else 0
        status = f"206 Partial Content\r\nContent-Range: bytes {start}-{size - 1}/{size}" if found else "200 OK"
        connection.sendall(
            f'HTTP/1.1 {status}\r\nETag: "{size}"\r\nContent-Length: {size - start}\r\n\r\n'.encode())
        _send(connection, file.fileno(), start, size, rate)
    tell(size - start)
    return True


def _send(connection, file, position, end, rate):
    began, first = time.monotonic(), position
    while position < end:
        position += os.sendfile(connection.fileno(), file, position, min(_PIECE, end - position))
        ahead = rate and (position - first) / rate - (time.monotonic() - began)
        if rate and ahead > 0:
            time.sleep(ahead)


class Server:
    """One in a process of its own, so that it takes no time from whoever measures."""

    def __init__(self, directory, rate):
        self.directory, self.rate, self.note = directory, rate, directory / f"server-{rate}"

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-B", __file__, str(self.directory), str(self.rate), str(self.note)])
        while not self.note.exists():
            if self.process.poll() is not None:
                raise RuntimeError("the web server ended")
            time.sleep(0.01)
        self.port = int(self.note.read_text().split()[0])
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.note.unlink()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}/{path.name}"

    def sent(self):
        """The bytes of files that it has sent."""
        return int(self.note.read_text().split()[1])


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), sys.argv[3])
