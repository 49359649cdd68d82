"""Reading a stream of server-sent events as it comes, and noticing how it ends."""
import json
import socket

from agentd import PATIENCE, Failure


class Cut(Failure):
    """The connection ended in the middle of a body."""


class Stream:
    """One request whose answer is read event by event. `comments` are those seen so far, `last_id` is what a client
    that comes back would send."""

    def __init__(self, port, path, key=None, headers=None, method="GET", body=None):
        self.comments, self.last_id, self.retry = [], None, None
        self.bytes, self.text, self.ended = b"", b"", False
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/event-stream"]
        lines += [f"Authorization: Bearer {key}"] if key else []
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        lines += [f"Content-Length: {len(body)}"] if body else []
        self.socket.sendall("\r\n".join(lines + ["", ""]).encode() + (body or b""))
        head = self._through(b"\r\n\r\n").decode().split("\r\n")
        self.status = int(head[0].split()[1])
        self.headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:])}
        self.chunked = self.headers.get("transfer-encoding") == "chunked"

    def close(self):
        self.socket.close()

    # -- bytes -----------------------------------------------------------------------------------

    def _receive(self):
        more = self.socket.recv(65536)
        self.bytes += more
        return more

    def _take(self, n):
        while len(self.bytes) < n:
            if not self._receive():
                raise Cut(f"cut {n - len(self.bytes)} bytes short")
        taken, self.bytes = self.bytes[:n], self.bytes[n:]
        return taken

    def _through(self, mark):
        while mark not in self.bytes:
            if not self._receive():
                raise Cut(f"cut before {mark}")
        return self._take(self.bytes.index(mark) + len(mark))

    def _more(self):
        """More of the body; nothing at its end."""
        if self.ended:
            return b""
        if self.chunked:
            size = int(self._through(b"\r\n"), 16)
            data = self._take(size + 2)[:-2]
        else:
            data = self._take(len(self.bytes)) if self.bytes or self._receive() else b""
            data = data or self._take(len(self.bytes))
        self.ended = not data
        return data

    def body(self):
        """Of a plain answer."""
        return json.loads(self._take(int(self.headers["content-length"])))

    # -- events ----------------------------------------------------------------------------------

    def _block(self):
        while b"\n\n" not in self.text:
            data = self._more()
            if not data:
                return None
            self.text += data
        block, _, self.text = self.text.partition(b"\n\n")
        return block.decode()

    def _event(self):
        """The next event, {} for what is none, None at the end."""
        block = self._block()
        if block is None:
            return None
        lines = [line.partition(": ") for line in block.split("\n")]
        event = {name: value for name, _, value in lines if name}
        self.comments += [value for name, _, value in lines if not name]
        self.retry = event.get("retry", self.retry)
        self.last_id = event.get("id", self.last_id)
        return {"event": None, "id": None, **event, "data": json.loads(event["data"])} if "data" in event else {}

    def next(self):
        """The next event {"event", "id", "data"}; None when the stream has ended as it should."""
        while (event := self._event()) == {}:
            pass
        return event

    def until(self, name):
        """All events up to the first of that name."""
        events = []
        while not events or events[-1]["event"] != name:
            event = self.next()
            if event is None:
                raise Failure(f"the stream ended before {name}, after {events}")
            events.append(event)
        return events

    def rest(self):
        events = []
        while (event := self.next()) is not None:
            events.append(event)
        return events

    def await_comment(self):
        """Waits for one; events that come before it are lost."""
        while not self.comments:
            if self._event() is None:
                raise Failure("the stream ended before a comment came")
