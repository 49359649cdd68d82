"""A server of our own to test: a data folder, people and keys, a process, and ways to talk to it.

The binary is $AGENTD_BIN, build/asan/agentd by default. The server listens on 127.0.0.1 at a port
that it chooses itself, so that any number of tests may run at a time. Everything is gone when the
`with` block ends: the process is stopped by its id, the folder is removed.
"""
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("AGENTD_BIN", ROOT / "build/asan/agentd")).resolve()
# $AGENTD_WRAP: words to put in front of the command, such as "setarch -R".
COMMAND = [*os.environ.get("AGENTD_WRAP", "").split(), str(BINARY)]
PATIENCE = 60           # seconds for what must happen; never reached on a working machine

REPORT = re.compile(r"(AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:|Assertion .* failed)")


# Whoever ends a test early wants its servers and folders gone too.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


class Failure(Exception):
    """Something that must work did not."""


def build():
    """Compiles the server, unless $AGENTD_BIN says which one to test."""
    if "AGENTD_BIN" not in os.environ:
        if subprocess.run([ROOT / "scripts/build", "--type", "asan", "agentd"], stdout=2).returncode != 0:
            sys.exit("the server does not compile")


def form_data(parts):
    """(a multipart/form-data body, its media type) of parts {"name", "filename" (may be missing), "bytes"}."""
    boundary = "----form-" + os.urandom(12).hex()
    body = b""
    for part in parts:
        file_name = f'; filename="{part["filename"]}"' if "filename" in part else ""
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{part["name"]}"{file_name}\r\n\r\n'.encode()
        body += part["bytes"] + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def read_events(text):
    """[{"event", "data"}] of an event stream; data is JSON. Comments are passed over."""
    events = []
    for block in text.split("\n\n"):
        lines = [line.partition(": ") for line in block.split("\n") if line and not line.startswith(":")]
        if lines:
            event = {name: value for name, _, value in lines}
            events.append({**event, "data": json.loads(event["data"])})
    return events


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        return self.headers.get(name.lower())

    @property
    def json(self):
        """The value; of a stream, its events."""
        try:
            if self.header("content-type") == "text/event-stream":
                return read_events(self.body.decode())
            return json.loads(self.body)
        except ValueError:
            return None

    def __str__(self):
        return f"{self.status} {self.body[:1000].decode(errors='replace')}"


class Client:
    """One user's connection; kept open, and opened again when the server has closed it."""

    def __init__(self, server, key=None, scheme="Bearer "):
        self.server = server
        self.authorization = {"Authorization": scheme + key} if key else {}
        self.connection = None

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def _once(self, method, path, body, headers):
        if not self.connection:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())

    def request(self, method, path, body=None, headers=None):
        """body: bytes are sent as they are, anything else as JSON."""
        all_headers = dict(self.authorization)
        if body is not None and not isinstance(body, (bytes, bytearray)):
            body = json.dumps(body, ensure_ascii=False).encode()
        if body is not None:
            all_headers["Content-Type"] = "application/json"
        all_headers.update(headers or {})
        kept = self.connection is not None
        try:
            return self._once(method, path, body, all_headers)
        except (http.client.HTTPException, OSError):
            self.close()
            if not kept:
                raise
            # A kept connection may have been closed while it was idle.
            return self._once(method, path, body, all_headers)

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, body, headers=None):
        return self.request("POST", path, body, headers)


class Server:
    def __init__(self, environment=None, options=()):
        self.options = list(options)
        self.folder = tempfile.mkdtemp(prefix="agentd-test-")
        self.data = os.path.join(self.folder, "data")
        self.log_path = os.path.join(self.folder, "log")
        self.process = self.port = None
        # Settings and keys of whoever runs the tests must not change what they find.
        keep = ("PATH", "HOME", "LANG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS")
        self.environment = {k: os.environ[k] for k in keep if k in os.environ}
        self.environment.update(environment or {}, AGENTD_DATA=self.data)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind and issubclass(kind, Exception):
            self.tell_end()
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def tell_end(self):
        """For whoever reads why a test broke off: the folder is about to go."""
        state = f"has the exit status {self.process.poll()}" if self.process else "is not there"
        print(f"# the server {state}; its log ends:", flush=True)
        for text in self.reports()[:1] or [self.log()[-3000:]]:
            print("".join(f"# {line[:2000]}\n" for line in text.splitlines()), end="", flush=True)

    # -- the command line ------------------------------------------------------------------------

    def cli(self, *arguments):
        done = subprocess.run([*COMMAND, *arguments], env=self.environment, text=True, timeout=PATIENCE,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 0:
            raise Failure(f"agentd {' '.join(arguments)} exited {done.returncode}: {done.stderr.strip()}")
        return done.stdout.strip()

    def make_key(self, user, workspace, kind="workspace", name="A test's key", expires="90d"):
        return self.cli("key", "create", "--user", user, "--workspace", workspace, "--kind", kind, "--name", name,
                        *(["--expires", expires] if kind == "workspace" else []))

    def make_people(self):
        """A workspace "demo" with one person per role, a workspace "other" with its own
        administrator, and a key of each kind for all of them: {(who, kind): key}."""
        self.cli("init", "--workspace", "demo", "--admin", "admin@example.com")
        self.cli("init", "--workspace", "other", "--admin", "stranger@example.com")
        people = {"admin": ("admin@example.com", "demo"), "stranger": ("stranger@example.com", "other")}
        for role in "operator", "viewer":
            self.cli("user", "add", f"{role}@example.com", "--workspace", "demo", "--role", role)
            people[role] = (f"{role}@example.com", "demo")
        return {(who, kind): self.make_key(user, workspace, kind)
                for who, (user, workspace) in people.items() for kind in ("workspace", "personal")}

    # -- the process -----------------------------------------------------------------------------

    def spawn(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([*COMMAND, "serve", "--listen", "127.0.0.1:0", *self.options],
                                            env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def start(self):
        begin = os.path.getsize(self.log_path) if os.path.exists(self.log_path) else 0
        self.spawn()
        self.port = self._wait_ready(begin)
        return self

    def _wait_ready(self, begin):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with open(self.log_path, "rb") as log:
                log.seek(begin)
                ready = re.search(rb"serve\.ready .*?address=\S*:(\d+)", log.read())
            if ready:
                return int(ready[1])
            if self.process.poll() is not None:
                raise Failure(f"the server ended before it was ready: {self.log()[-3000:]}")
            time.sleep(0.01)
        raise Failure("the server is not ready")

    def stop(self):
        """Asks it to end and returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired as late:
            self.kill()
            raise Failure("the server does not end on SIGTERM") from late
        self.process = None
        return status

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None

    def log(self):
        with open(self.log_path, "rb") as log:
            return log.read().decode(errors="replace")

    def reports(self):
        """What sanitizers and assertions said, each with the lines that follow."""
        log = self.log()
        return [log[found.start():found.start() + 3000] for found in REPORT.finditer(log)]

    def end(self, tap):
        """Stops it, for tests in which nothing was to go wrong on its side."""
        status, reports = self.stop(), self.reports()
        errors = [line for line in self.log().splitlines() if " error " in line]
        tap.ok(status == 0 and not reports and not errors,
               "the server ended well, logged no error and met no sanitizer", status, *reports[:2], *errors[:5])

    # -- talking to it ---------------------------------------------------------------------------

    def client(self, key=None, scheme="Bearer "):
        return Client(self, key, scheme)

    def raw(self, *pieces, pause=0.0, half_close=False):
        """Sends bytes as they are and returns all that comes back until the server closes, or
        goes quiet after a whole answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            try:
                for piece in pieces:
                    connection.sendall(piece)
                    time.sleep(pause)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass            # refused early; what it says is still there to be read
            return read_answer(connection)

    def sql(self, statement, *values):
        """Looks at the store, or changes it, behind the server's back."""
        with sqlite3.connect(os.path.join(self.data, "agentd.db"), timeout=PATIENCE) as store:
            return store.execute(statement, values).fetchall()


def read_answer(connection):
    """One answer: Reply, or None when the connection was closed without a word."""
    data = b""
    try:
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        missing = int(headers.get("content-length", 0)) - len(body)
        while missing > 0:
            more = connection.recv(min(missing, 65536))
            if not more:
                break
            body += more
            missing -= len(more)
    except OSError:
        return None
    return Reply(int(status.split()[1]), headers, body)
