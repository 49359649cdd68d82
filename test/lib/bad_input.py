#!/usr/bin/env python3
"""Everything a client can get wrong. Whatever comes in, the answer is a refusal in the contract's
words, nothing is stored, nothing fails on our side, and the server goes on as before."""
import json
import sys
import time

import agentd
from agentd import Server
from contract import operations
from tap import Tap

MIB = 1 << 20
BODY_MAX = 10 * MIB
TABLES = ("workspace", "user", "member", "agent", "knowledge_base", "kb_content", "kb_chunk", "kb_vector", "run",
          "run_step", "provider", "model", "idempotency")
NOT_UTF8 = {
    "a lone continuation byte": b"\x80", "an overlong slash": b"\xc0\xaf", "a raw surrogate": b"\xed\xa0\x80",
    "beyond Unicode": b"\xf4\x90\x80\x80", "a cut character": b"\xe2\x82", "0xff": b"\xff",
}
NOT_NUMBERS = (b"1e999", b"-1e999", b"NaN", b"Infinity", b"-Infinity", b"0x10", b"01", b"+1", b".5", b"1.", b"--1",
               b"1e", b"9" * 10_000, b"1e" + b"9" * 5000)
AGENT = b'{"name": "%s", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}'


class Suite:
    def __init__(self, tap, server, key):
        self.tap, self.server, self.key = tap, server, key
        self.client = server.client(key)
        self.wrong = []

    def stored(self):
        return {table: self.server.sql(f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES}

    def refuse(self, what, reply, statuses=(400,), code=None):
        """reply None: the connection was closed without a word, which is for broken framing alone."""
        if reply is None:
            problem = None if None in statuses else "no answer"
        elif reply.status not in statuses:
            problem = f"answered {reply}"
        else:
            problem = self.misshapen(reply, code)
        if problem:
            self.wrong.append(f"{what}: {problem}")

    def misshapen(self, reply, code):
        body = reply.json
        if not reply.body and reply.status < 300:
            return None
        if not isinstance(body, dict) or not isinstance(body.get("error"), str) or not body["error"]:
            return f"no error in {reply}"
        if code and body.get("code") != code:
            return f"the code is {body.get('code')}, not {code}"
        if code == "VALIDATION_ERROR" and not body.get("details"):
            return f"no details in {reply}"
        return None

    def end(self, title):
        health = self.server.client().get("/healthz")
        if health.status != 200:
            self.wrong.append(f"afterwards /healthz answers {health}")
        self.tap.ok(not self.wrong, title, *self.wrong[:8])
        self.wrong = []

    # -- raw requests ------------------------------------------------------------------------------

    def head(self, method="POST", path="/api/v1/agents", *headers, authorized=True):
        lines = [f"{method} {path} HTTP/1.1".encode(), b"Host: localhost"]
        if authorized:
            lines.append(f"Authorization: Bearer {self.key}".encode())
        lines += [h if isinstance(h, bytes) else h.encode() for h in headers]
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def send(self, what, data, statuses=(400,), code=None, half_close=False):
        pieces = data if isinstance(data, list) else [data]
        self.refuse(what, self.server.raw(*pieces, half_close=half_close), statuses, code)


# -- bodies --------------------------------------------------------------------------------------------------

def nested(depth):
    return b'{"zz":' * (depth - 1) + b"[]" + b"}" * (depth - 1)


def hostile_bodies(good, place):
    """(what it is, bytes): none of them is a good body. place: a member that takes text."""
    text = json.dumps(good, ensure_ascii=False)
    raw = text.encode()
    within = raw[:-1] + (b"," if good else b"")
    value = within + b'"' + place.encode() + b'": '
    yield "nothing", b""
    yield "white space", b" \r\n\t"
    for n in range(1, 10):
        yield f"cut after {n}/10", raw[:max(1, len(raw) * n // 10)] if len(raw) > 10 else b"{"
    yield "UTF-16 LE", text.encode("utf-16")
    yield "UTF-16 BE", b"\xfe\xff" + text.encode("utf-16-be")
    yield "UTF-16 without a mark", text.encode("utf-16-le")
    yield "UTF-32", text.encode("utf-32")
    yield "Latin-1", value + '"\u00e4"}'.encode("latin-1")
    for name, bytes_ in NOT_UTF8.items():
        yield name, value + b'"' + bytes_ + b'"}'
        yield f"{name} in a key", within + b'"' + bytes_ + b'": 1}'
    yield "a lone surrogate escape", value + b'"\\ud800"}'
    yield "a NUL escape", value + b'"a\\u0000b"}'
    yield "a NUL escape in a key", within + b'"z\\u0000z": 1}'
    yield "a NUL byte", value + b'"\x00"}'
    yield "a NUL behind it", raw + b"\x00"
    yield "a control character", value + b'"\n"}'
    yield "64 levels", within + b'"zz":' + nested(63) + b"}"
    yield "65 levels", within + b'"zz":' + nested(64) + b"}"
    yield "a million brackets", b"[" * 1_000_000
    yield "a million objects", b'{"a":' * 1_000_000
    for number in NOT_NUMBERS:
        yield f"the number {number[:12].decode()}", within + b'"zz": ' + number + b"}"
    yield "100,000 elements", b"[" + b"0," * 99_999 + b"0]"
    yield "100,000 unknown members", b"{" + b",".join(b'"k%d":0' % i for i in range(100_000)) + b"}"
    yield "100,000 times the same key", b"{" + b",".join([b'"zz":0'] * 100_000) + b"}"
    yield "a key of a megabyte", within + b'"' + b"k" * MIB + b'": 1}'
    yield "a text of five megabytes", within + b'"zz": "' + b"x" * (5 * MIB) + b'"}'
    yield "single quotes", raw.replace(b'"', b"'") if good else b"{'a': 1}"
    yield "a comment", b"/* */" + raw
    yield "a trailing comma", raw[:-1] + b",}"
    yield "two documents", raw + raw
    yield "a form", b"name=a&model=b"
    yield "multipart", b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n"
    yield "XML", b"<?xml version=\"1.0\"?><a/>"
    yield "gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\x00\x00"
    for value in (b"null", b"true", b"7", b'"text"', b"[]", b"[{}]"):
        yield value.decode(), value
    # By the strict contract; the studio contract drops it.
    yield "a byte order mark", b"\xef\xbb\xbf" + raw


def is_free_text(schema):
    return schema.get("type") == "string" and not {"enum", "const", "format"} & set(schema)


def check_bodies(suite, document):
    for op in operations(document):
        if not op.body:
            continue
        # What it names does not exist, so that even what is taken for good makes nothing.
        good = op.schemas.sample(op.body, {"agent": "nobody at all"})
        texts = [p.name for p in op.schemas.places(op.body, good) if len(p.path) == 1 and is_free_text(p.branch)]
        for what, body in hostile_bodies(good, texts[0] if texts else "zz"):
            reply = suite.client.request(op.method, op.url({}), body)
            if op.lenient and reply.status < 300 and str(reply.status) in op.responses:
                continue
            if op.lenient:
                suite.refuse(f"{op.id}, {what}", reply, (400, 404, 409, 413))
            else:
                suite.refuse(f"{op.id}, {what}", reply, (400,), "VALIDATION_ERROR")
        suite.end(f"{op.id}: bodies that are none")


FORM = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\ntext\r\n--x--\r\n'


def hostile_forms():
    """(what it is, its Content-Type, bytes)."""
    x = "multipart/form-data; boundary=x"
    disposition = b'Content-Disposition: form-data; name="files"; filename="a.txt"'
    for n in range(0, len(FORM) - 4, 7):
        yield f"the first {n} bytes", x, FORM[:n]
    for media in ("application/json", "multipart/mixed; boundary=x", "multipart/form-data", "multipart/form-data; boundary=",
                  'multipart/form-data; boundary="', "multipart/form-data; boundary=y", "multipart/form-data; boundary=" + "x" * 71,
                  "multipart/form-data; boundary=x; boundary=y", "multipart/form-data; boundary=\u00e4"):
        yield f"as {media[:50]}", media, FORM
    yield "line feeds alone", x, FORM.replace(b"\r\n", b"\n")
    yield "no headers", x, FORM.replace(disposition + b"\r\n", b"")
    yield "no disposition", x, FORM.replace(disposition, b"X: y")
    yield "no name", x, FORM.replace(b' name="files";', b"")
    yield "two names", x, FORM.replace(b' name="files";', b' name="files"; name="file";')
    yield "two dispositions", x, FORM.replace(disposition, disposition + b"\r\n" + disposition)
    yield "a quote that does not end", x, FORM.replace(b'"a.txt"', b'"a.txt')
    yield "a folded header", x, FORM.replace(b"; filename", b";\r\n filename")
    yield "base64", x, FORM.replace(disposition, disposition + b"\r\nContent-Transfer-Encoding: base64")
    yield "a name that is no UTF-8", x, FORM.replace(b"a.txt", b"\xff.txt")
    yield "a NUL in a name", x, FORM.replace(b"a.txt", b"a\x00.txt")
    yield "a NUL in filename*", x, FORM.replace(b'filename="a.txt"', b"filename*=UTF-8''a%00.txt")
    yield "no filename", x, FORM.replace(b'; filename="a.txt"', b"")
    yield "an unknown part", x, FORM.replace(b'"files"', b'"zz"')
    yield "a header of a megabyte", x, FORM.replace(disposition, disposition + b"\r\nX: " + b"y" * MIB)
    yield "21 files", x, FORM[:-7] * 21 + b"--x--\r\n"
    yield "10,000 files", x, FORM[:-7] * 10_000 + b"--x--\r\n"
    yield "a million boundaries", x, b"--x\r\n" * 1_000_000
    yield "a million dashes", x, b"-" * 1_000_000
    yield "something behind the end", x, FORM[:-2] + b"--x--"


def check_forms(suite, document):
    for op in operations(document):
        if not op.form:
            continue
        for what, media, body in hostile_forms():
            reply = suite.client.request(op.method, op.url({}), body, {"Content-Type": media.encode("latin-1")})
            suite.refuse(f"{op.id}, {what}", reply, (400,), "VALIDATION_ERROR")
        suite.send("100 MiB and a byte", suite.head("POST", op.url({}), f"Content-Length: {100 * MIB + 1}"), (413,),
                   "PAYLOAD_TOO_LARGE")
        whole = suite.head("POST", op.url({}), "Content-Type: multipart/form-data; boundary=x", f"Content-Length: {len(FORM)}")
        suite.send("a form that is not sent to its end", whole + FORM[:-10], (400, 408, None), half_close=True)
        reply = suite.client.request(op.method, op.url({}), FORM, {"Content-Type": "multipart/form-data; boundary=x"})
        suite.refuse("a good form for nobody", reply, (404,))
        suite.end(f"{op.id}: forms that are none")


def check_repeated_keys(suite):
    """The last one counts, so the first may be anything; and the other way round."""
    model = '"model": {"provider": "CUSTOM", "model": "nope"}'
    reply = suite.client.post("/api/v1/agents", f'{{"name": "x", {model}, "name": 7}}'.encode())
    suite.refuse("the last name is a number", reply, (400,), "VALIDATION_ERROR")
    if [i["path"] for i in reply.json["details"]] != [["name"]]:
        suite.wrong.append(f"not only the name is told: {reply}")
    reply = suite.client.post("/api/v1/agents", f'{{"name": 7, {model}, "name": "x"}}'.encode())
    if [i["path"] for i in reply.json["details"]] != [["model"]]:
        suite.wrong.append(f"the first name counted: {reply}")
    suite.end("of repeated keys the last one counts")


def in_chunks(body, size):
    pieces = (body[i:i + size] for i in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def check_sizes(suite):
    filler = b'{"zz": "%s"}'
    for what, size, status, code in (("just under the limit", BODY_MAX, 400, "VALIDATION_ERROR"),
                                     ("just over the limit", BODY_MAX + 1, 413, "PAYLOAD_TOO_LARGE")):
        body = filler % (b"x" * (size - len(filler) + 2))
        assert len(body) == size
        for path in ("/api/v1/agents", "/api/v1/knowledge-bases", "/api/v1/knowledge-bases/search"):
            whole = [suite.head("POST", path, f"Content-Length: {size}"), body]
            suite.send(f"{path} {what}", whole, (status,), code)
            chunked = [suite.head("POST", path, "Transfer-Encoding: chunked"), in_chunks(body, 100_000)]
            suite.send(f"{path} {what}, in chunks", chunked, (status,), code)
    huge = suite.head("POST", "/api/v1/agents", "Content-Length: 10000000000", "Expect: 100-continue")
    suite.send("ten gigabytes announced", huge, (413,), "PAYLOAD_TOO_LARGE")
    huge = suite.head("POST", "/api/v1/agents", f"Content-Length: {BODY_MAX + 1}", authorized=False)
    suite.send("too large comes before no key", huge, (413,), "PAYLOAD_TOO_LARGE")
    # Whoever shows nothing like a key is refused after so much.
    for what, size, status in (("64 KiB of nobody", 64 << 10, 401), ("64 KiB and a byte of nobody", (64 << 10) + 1, 413)):
        for shown in (), ("Authorization: Bearer no-key",), ("Authorization: Basic " + suite.key,):
            for path in "/api/v1/knowledge-bases", "/api/v1/runs":
                head = suite.head("POST", path, f"Content-Length: {size}", *shown, authorized=False)
                suite.send(f"{what} for {path} with {shown}", [head, b"x" * size], (status,))
    unknown = suite.head("POST", "/api/v1/runs", f"Content-Length: {MIB}", "Authorization: Bearer tas_" + "x" * 43, authorized=False)
    suite.send("a megabyte with a key that is not known", [unknown, b"x" * MIB], (401,))
    # The studio contract knows no limit; there must be one all the same.
    body = b'{"agent": "nobody at all", "message": "%s"}' % (b"x" * 12 * MIB)
    large = [suite.head("POST", "/api/v1/runs", f"Content-Length: {len(body)}"), body]
    suite.send("twelve megabytes for a run", large, (404,))
    suite.send("a gigabyte for a run", suite.head("POST", "/api/v1/runs", f"Content-Length: {1 << 30}"), (413,))
    suite.end("bodies at the limit and beyond")


# -- headers and framing -------------------------------------------------------------------------------------

def check_authorization(suite):
    two = f"Authorization: Bearer {suite.key}"

    def get(*headers):
        return suite.head("GET", "/api/v1/capabilities", *headers, authorized=False)

    suite.send("the same key twice", get(two, two), (401,), "UNAUTHORIZED")
    suite.send("a good key and a bad one", get(two, "Authorization: Bearer x"), (401,), "UNAUTHORIZED")
    suite.send("a bad key and a good one", get("authorization: x", two), (401,), "UNAUTHORIZED")
    for value in (b"", b" ", b"Bearer", b"Bearer ", b"\xff\xfe", b"Bearer " + b"x" * 60_000, b"Bearer \x01",
                  b"sk_prod_" + b"g" * 32, b"Bearer sk_prod_\xc3\xa4", b"Bearer tas_" + b"\xff" * 43,
                  b"Bearer " + suite.key.encode() + b"\xc2\xa0"):
        suite.send(f"Authorization: {value[:30]}", get(b"Authorization: " + value), (400, 401))
    suite.end("Authorization headers of every kind")


def check_framing(suite):
    body = AGENT % b"framed"
    length = f"Content-Length: {len(body)}"
    refused = (400, 413, 431, 501, 505, None)
    for what, headers in {
        "two lengths that agree": [length, length],
        "two lengths that do not": [length, "Content-Length: 5"],
        "a list of lengths": [f"Content-Length: {len(body)}, {len(body)}"],
        "a negative length": ["Content-Length: -1"],
        "a length with a sign": [f"Content-Length: +{len(body)}"],
        "a length in hex": [f"Content-Length: 0x{len(body):x}"],
        "a length in words": ["Content-Length: many"],
        "an empty length": ["Content-Length:"],
        "a length that overflows": ["Content-Length: 99999999999999999999999"],
        "length and chunks": [length, "Transfer-Encoding: chunked"],
        "an unknown coding": ["Transfer-Encoding: zip"],
        "gzip and then nothing": ["Transfer-Encoding: gzip"],
        "chunked that is not last": ["Transfer-Encoding: chunked, gzip"],
        "chunked twice": ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
        "xchunked": ["Transfer-Encoding: xchunked"],
        "a blank before the colon": ["Content-Length : 5"],
        "a folded header": [length, b"X-A: b\r\n c"],
        "a NUL in a header": [length, b"X-A: \x00"],
        "a line feed alone": [b"X-A: b\nContent-Length: %d" % len(body)],
        "a carriage return alone": [b"X-A: b\rContent-Length: %d" % len(body)],
        "a header without a name": [length, ": x"],
        "a header without a colon": [length, "nonsense"],
        "a name with odd characters": [length, b"X-\xc3\xa4: 1"],
    }.items():
        suite.send(what, suite.head("POST", "/api/v1/agents", *headers) + body, refused)
    suite.end("framing that could be read in two ways")


def check_chunks(suite):
    head = suite.head("POST", "/api/v1/agents", "Transfer-Encoding: chunked")
    for what, chunks in {
        "a size that is none": b"zz\r\n{}\r\n0\r\n\r\n",
        "a negative size": b"-2\r\n{}\r\n0\r\n\r\n",
        "a size that overflows": b"ffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
        "a size with 0x": b"0x2\r\n{}\r\n0\r\n\r\n",
        "a blank before the size": b" 2\r\n{}\r\n0\r\n\r\n",
        "an extension without end": b"2;" + b"x" * 200_000 + b"\r\n{}\r\n0\r\n\r\n",
        "more than its size": b"2\r\n{}}\r\n0\r\n\r\n",
        "line feeds alone": b"2\n{}\n0\n\n",
        "a trailer that is a length": b"2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n",
    }.items():
        suite.send(what, head + chunks, (400, 413, 431, None))
    good = suite.server.raw(suite.head("POST", "/api/v1/knowledge-bases/search", "Transfer-Encoding: chunked"),
                            b"1\r\n{\r\n", b"e\r\n\"query\": \"any\"\r\n", b"1\r\n}\r\n0\r\n\r\n", pause=0.01)
    if not good or good.status != 200:
        suite.wrong.append(f"a good body in chunks answered {good}")
    suite.end("chunks of every kind")


def check_heads(suite):
    post = "/api/v1/agents"
    cases = {
        "a header of 100 KB": (suite.head("GET", post, "X-A: " + "x" * 100_000), (431,)),
        "a name of 100 KB": (suite.head("GET", post, "x" * 100_000 + ": 1"), (431,)),
        "a thousand headers": (suite.head("GET", post, *(f"X-{i}: 1" for i in range(1000))), (431,)),
        "a path of 100 KB": (suite.head("GET", "/" + "x" * 100_000), (414, 431)),
        "no host": (b"GET /api/v1/agents HTTP/1.1\r\n\r\n", (400,)),
        "two hosts": (suite.head("GET", post, "Host: other"), (400,)),
        "no version": (b"GET /api/v1/agents\r\n\r\n", (400, 505, None)),
        "an old version": (b"GET /api/v1/agents HTTP/0.9\r\nHost: a\r\n\r\n", (400, 505, None)),
        "a new version": (b"GET /api/v1/agents HTTP/2.0\r\nHost: a\r\n\r\n", (400, 505, None)),
        "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 505, None)),
        "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100, (400, None)),
        "another protocol": (b"SSH-2.0-OpenSSH_9\r\n\r\n", (400, None)),
        "two blanks": (b"GET  /api/v1/agents HTTP/1.1\r\nHost: a\r\n\r\n", (400, 401, None)),
        "a NUL in the path": (b"GET /api/v1/agents\x00 HTTP/1.1\r\nHost: a\r\n\r\n", (400, None)),
        "raw bytes in the path": (b"GET /api/v1/\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n", (400, 401, None)),
        "a method that is none": (b"FROB /api/v1/agents HTTP/1.1\r\nHost: a\r\n\r\n", (400, None)),
        "a method in lower case": (b"get /api/v1/agents HTTP/1.1\r\nHost: a\r\n\r\n", (400, None)),
        "TRACE": (suite.head("TRACE", post), (400, 404, 405)),
        "CONNECT": (b"CONNECT example.com:443 HTTP/1.1\r\nHost: a\r\n\r\n", (400, 404, None)),
        "the asterisk": (suite.head("GET", "*"), (400, 404)),
    }
    for what, (data, statuses) in cases.items():
        suite.refuse(what, suite.server.raw(data), statuses)
    suite.end("heads that are absurd")


def check_truncation(suite):
    """A client that goes away in the middle; nothing may come of its half."""
    body = AGENT % b"half"
    whole = suite.head("POST", "/api/v1/agents", f"Content-Length: {len(body)}") + body
    for n in range(1, len(whole), 7):
        suite.send(f"the first {n} bytes", whole[:n], (400, 408, None), half_close=True)
    # Only a request that is shorter than it says is half a request.
    chunked = suite.head("POST", "/api/v1/agents", "Transfer-Encoding: chunked") + b"%x\r\n%s\r\n" % (len(body), body)
    suite.send("chunks without an end", chunked, (400, None), half_close=True)
    suite.end("requests that are cut off")


def check_targets(suite, document):
    """Paths and queries of every operation that only GETs, or deletes."""
    strange = ["%00", "%ff", "%c3", "%zz", "%", "%e2%82", "..", "%2e%2e", "%2f", "a%2fb", "x" * 3000, "%20", ";", "'",
               "%27%20OR%201=1", "\u0001"]
    for op in operations(document):
        if op.body or op.form or op.role == "public":
            continue
        for value in strange:
            if "{" in op.path:
                url = op.url({p["name"]: value for p in op.parameters})
                reply = suite.server.raw(suite.head(op.method, url))
                suite.refuse(f"{op.id} {url[:80]}", reply, (400, 404))
            for p in op.parameters:
                if p["in"] != "query":
                    continue
                reply = suite.server.raw(suite.head(op.method, op.url({}, f"{p['name']}={value}")))
                if reply is None or reply.status not in (200, 400, 404):
                    suite.wrong.append(f"{op.id} {p['name']}={value[:80]} answered {reply}")
                elif reply.status != 200:
                    suite.refuse(f"{op.id} {p['name']}={value[:80]}", reply, (400, 404))
    suite.end("paths and queries that are odd")


def check_idempotency_keys(suite):
    for value in (b"", b"\x7f", b"x" * 256, b"x" * 50_000):
        data = suite.head("POST", "/api/v1/agents", b"Idempotency-Key: " + value, "Content-Length: 2") + b"{}"
        suite.send(f"Idempotency-Key: {value[:20]}", data, (400,))
    twice = suite.head("POST", "/api/v1/agents", *["Idempotency-Key: a"] * 2, "Content-Length: 2") + b"{}"
    suite.send("two keys", twice, (400,), "VALIDATION_ERROR")
    suite.end("Idempotency-Key headers of every kind")


def check_pipeline(suite):
    """What stands behind a refused request on the same connection is not carried out."""
    body = AGENT % b"smuggled"
    path = "/api/v1/agents"
    second = suite.head("POST", path, f"Content-Length: {len(body)}") + body
    for what, first in {
        "a length and chunks": suite.head("POST", path, "Content-Length: 0", "Transfer-Encoding: chunked")
                               + b"0\r\n\r\n",
        "two lengths": suite.head("POST", path, "Content-Length: 0", f"Content-Length: {len(second)}"),
        "an odd coding": suite.head("POST", path, "Transfer-Encoding: chunked, identity") + b"0\r\n\r\n",
        "a bad chunk": suite.head("POST", path, "Transfer-Encoding: chunked") + b"0x0\r\n\r\n",
    }.items():
        suite.send(what, first + second, (400, 501, None))
    time.sleep(0.2)
    suite.end("nothing is smuggled behind a refused request")


def main():
    agentd.build()
    tap = Tap()
    with Server() as server:
        keys = server.make_people()
        server.start()
        suite = Suite(tap, server, keys["admin", "workspace"])
        client = suite.client
        # Something that a careless update or delete could harm.
        client.post("/api/v1/knowledge-bases", {"type": "text", "title": "kept", "content": "Kept as it is."})
        client.post("/api/v1/agents", AGENT % b"kept")
        document = client.get("/api/v1/openapi.json").json
        before = suite.stored()
        check_bodies(suite, document)
        check_forms(suite, document)
        check_repeated_keys(suite)
        check_sizes(suite)
        check_authorization(suite)
        check_framing(suite)
        check_chunks(suite)
        check_heads(suite)
        check_truncation(suite)
        check_targets(suite, document)
        check_idempotency_keys(suite)
        check_pipeline(suite)
        after = suite.stored()
        tap.ok(before == after, "nothing of all this was stored", *(t for t in TABLES if before[t] != after[t]))
        good = client.post("/api/v1/agents", AGENT % b"good")
        tap.ok(good.status == 201, "the server serves as before", good)
        server.end(tap)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
