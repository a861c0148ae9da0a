"""Serves one page: page.html with a row of the database in it."""

import html
import http.server
import pathlib
import subprocess

PAGE = pathlib.Path(__file__).with_name("page.html")
QUERY = "SELECT text FROM greetings ORDER BY id LIMIT 1"


def greeting():
    """The row, asked of the machine `db` by its name; the password is in the file that PGPASSFILE names."""
    command = ["psql", "--no-psqlrc", "-w", "-At", "-h", "db", "-U", "shop", "-d", "shop", "-c", QUERY]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=10).stdout.strip()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            self.answer(200, PAGE.read_text().replace("{{greeting}}", html.escape(greeting())))
        except (OSError, subprocess.SubprocessError) as error:
            print(error, getattr(error, "stderr", ""), flush=True)
            self.answer(503, "The database does not answer; the log is /var/log/quickstart-web.log\n")

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
