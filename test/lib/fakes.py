"""What the servers have in common that stand in for other people's: quiet, untroubled by clients that leave, and up for
as long as a `with` lasts.
"""
import http.server
import sys
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def reply(self, status, body=b"", **headers):
        """Headers as Content_Type="text/plain"; a Content_Length of their own may be a lie."""
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in {"Content_Length": len(body), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        """A client that was killed or has left is none."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Fake:
    """Its handlers find it as self.server.fake."""

    def __init__(self, handler):
        self.lock = threading.Lock()
        self.server = Listener(("127.0.0.1", 0), handler)
        self.server.fake = self
        self.address = f"127.0.0.1:{self.server.server_port}"

    def go_down(self):
        """Nobody listens from now on."""
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.go_down()
        self.thread.join()
