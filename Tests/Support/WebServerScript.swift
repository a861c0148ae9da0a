/// The program of `WebServer`, for Python's own HTTP server.
enum WebServerScript {
    static let text = #"""
        import base64, glob, hashlib, http.server, json, os, sys, threading, time
        from email.utils import formatdate

        used, lock = {}, threading.Lock()

        def faults(path):
            found = {}
            for name in sorted(glob.glob('faults/*.json')):
                try:
                    with open(name) as file: fault = json.load(file)
                except (OSError, ValueError):
                    continue
                if fault['path'] != path: continue
                with lock:
                    if 'times' in fault and used.get(name, 0) >= fault['times']: continue
                    used[name] = used.get(name, 0) + 1
                found[fault['kind']] = fault.get('value')
            return found

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def log_message(self, *arguments): pass

            def note(self, status):
                words = [self.command, self.path, str(status)]
                for name in ('Range', 'If-Range', 'If-None-Match'):
                    if self.headers.get(name): words.append(self.headers[name])
                with lock:
                    with open('requests', 'a') as file: file.write(' '.join(words) + '\n')

            def answer(self, status, fields=(), body=b''):
                self.note(status)
                self.send_response(status)
                for name, value in fields: self.send_header(name, value)
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                path = self.path.split('?')[0]
                bad = faults(path)
                if 'hang-up' in bad:
                    self.note(0)
                    self.close_connection = True
                    return
                if 'login' in bad:
                    wanted = 'Basic ' + base64.b64encode(bad['login'].encode()).decode()
                    if self.headers.get('Authorization') != wanted:
                        return self.answer(401, [('WWW-Authenticate', 'Basic realm="test"')], b'who are you?')
                if 'status' in bad: return self.answer(bad['status'], [('Retry-After', '0')], b'no')
                if 'redirect' in bad: return self.answer(302, [('Location', bad['redirect'])], b'elsewhere')
                if 'page' in bad:
                    return self.answer(200, [('Content-Type', 'text/html; charset=utf-8')], b'<!doctype html><title>Log in</title>')
                try:
                    with open('www' + path, 'rb') as file: content = file.read()
                    changed = os.stat('www' + path).st_mtime
                except OSError:
                    return self.answer(404, [('Content-Type', 'text/html')], b'<html>not found</html>')
                self.send_file(content, changed, bad)

            def send_file(self, content, changed, bad):
                tag = '"' + hashlib.sha1(content).hexdigest()[:16] + '"'
                fields = [('Content-Type', 'application/octet-stream')]
                if 'no-validator' not in bad: fields += [('ETag', tag), ('Last-Modified', formatdate(changed, usegmt=True))]
                if 'no-ranges' not in bad: fields.append(('Accept-Ranges', 'bytes'))
                if self.headers.get('If-None-Match') == tag and 'no-validator' not in bad: return self.answer(304, fields)
                status, start = 200, 0
                wanted = self.headers.get('Range')
                if wanted and 'no-ranges' not in bad and (self.headers.get('If-Range') in (None, tag) or 'careless' in bad):
                    start = int(wanted.split('=')[1].split('-')[0])
                    if start >= len(content):
                        return self.answer(416, [('Content-Range', 'bytes */%d' % len(content))])
                    if 'wrong-range' in bad: start = max(0, start - 1)
                    status = 206
                    fields.append(('Content-Range', 'bytes %d-%d/%d' % (start, len(content) - 1, len(content))))
                self.note(status)
                self.send_response(status)
                for name, value in fields: self.send_header(name, value)
                body = content[start:]
                if 'short' not in bad: self.send_header('Content-Length', str(len(body)))
                else: self.send_header('Connection', 'close')
                self.end_headers()
                if 'cut' in bad or 'short' in bad:
                    body = body[:bad.get('cut', bad.get('short'))]
                    self.close_connection = True
                if 'slow' not in bad:
                    self.wfile.write(body)
                    return
                step = max(1, bad['slow'] // 20)
                for begin in range(0, len(body), step):
                    self.wfile.write(body[begin:begin + step])
                    self.wfile.flush()
                    time.sleep(0.05)

            def do_HEAD(self): self.answer(405)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request, address): pass

        server = Server(('127.0.0.1', 0), Handler)
        with open('port.new', 'w') as file: file.write(str(server.server_address[1]))
        os.rename('port.new', 'port')
        server.serve_forever()
        """#
}
