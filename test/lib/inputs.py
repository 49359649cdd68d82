#!/usr/bin/env python3
"""Every input of the studio contract's operations and of the MCP tools, each with values that it does not expect.

Nothing here names an operation or a tool: they come from /openapi.json and tools/list, and what they take from their
descriptions. An answer may be a success, since much is lenient, or a refusal that the description tells of. It may
not be a failure on our side, and the server goes on as before.
"""
import json
import re
import sys

import agentd
from agentd import Server
from contract import operations
from schema import Schemas
from tap import Tap

# JSON, some of it broken, to stand where a value stands.
ODD = {
    "null": b"null", "true": b"true", "zero": b"0", "minus one": b"-1", "a fraction": b"1.5", "a large number": b"1e308",
    "2^63": b"9223372036854775808", "minus 2^63": b"-9223372036854775808", "no number": b"1e999", "NaN": b"NaN",
    "nothing": b"", "an empty text": b'""', "a blank": b'" "', "a NUL": b'"a\\u0000b"', "half a character": b'"\\ud800"',
    "half a character as bytes": b'"\xed\xa0\x80"', "a byte of none": b'"\xff"', "a cut character": b'"\xe2\x82"',
    "an overlong slash": b'"\xc0\xaf"', "beyond Unicode": b'"\xf4\x90\x80\x80"', "controls": b'"\\u0001\\u001b[2J\\u009b"',
    "right to left": '"\u202e\u2066\ufeff"'.encode(), "marks without end": ('"a' + "\u0301" * 2000 + '"').encode(),
    "many emoji": ('"' + "\U0001f600" * 1000 + '"').encode(), "100 KB": b'"' + b"x" * 100_000 + b'"',
    "quotes": b'"\'; DROP TABLE run; --\\"%s%n"', "a path": b'"../../../etc/passwd"', "an id": b'"' + b"0" * 36 + b'"',
    "a pattern": b'"%_*(a+)+$"', "a time": b'"9999-12-31T23:59:60Z"', "an address": b'"javascript:alert(1)"',
    "an empty list": b"[]", "a list of lists": b"[[[]], [{}], [null]]", "a mixed list": b'[1, "a", null, {"a": 1}, ["b"]]',
    "a long list": b"[" + b'"a",' * 2000 + b'"b"]', "an empty object": b"{}", "an odd object": b'{"": 1, "__proto__": {"x": 1}}',
    "60 levels": b'{"a":' * 60 + b"1" + b"}" * 60, "5000 levels": b"[" * 5000 + b"]" * 5000,
    "the same key twice": b'{"a": 1, "a": [2]}',
}
# In the place of a value that is replaced by an odd one, which need not be JSON.
HERE = "\u2620here\u2620"


def with_odd(value, name, odd):
    """The JSON of value with `odd` as its member of that name."""
    return json.dumps({**value, name: HERE}).encode().replace(json.dumps(HERE).encode(), odd)


# -- operations ----------------------------------------------------------------------------------------------

def made_by(op, reply):
    """The id of what a POST has made, if it tells one."""
    found = re.search(rb'"(?:id|run_id)":"([0-9a-f-]{36})"', reply.body)
    return found[1].decode() if op.method == "POST" and reply.status in (201, 202) and found else None


def good_body(op, hints, n):
    """As little as is needed for a success; the n-th does not clash with those before."""
    properties = op.schemas.resolve(op.body).get("properties", {})
    least = op.schemas.sample(op.body, hints, whole=False) | {k: v for k, v in hints.items() if k in properties}
    return least | ({"name": f"name {n}"} if "name" in least else {})


def make_one_of_each(client, rows, hints):
    """What the parameter of /things/{thingId} may be: the id that POST /things gave."""
    ids = {}
    for op in rows:
        if op.method == "POST" and op.body and "{" not in op.path:
            made = made_by(op, client.request("POST", op.url({}), good_body(op, hints, "first")))
            ids |= {p: made for other in rows for p in re.findall(rf"^{op.path}/{{(\w+)}}", other.path) if made}
    return ids


class Inputs:
    def __init__(self, tap, server, key):
        self.tap, self.server = tap, server
        self.client = server.client(key)
        self.n, self.wrong = 0, []

    def send(self, op, url, body, what):
        reply = self.client.request(op.method, url, body)
        self.n += 1
        # 500 is described too, but nothing may come to that.
        if reply.status == 500 or str(reply.status) not in op.responses:
            self.wrong.append(f"{what}: {reply}")
        elif reply.status >= 400 and not (isinstance(reply.json, dict) and reply.json.get("error")):
            self.wrong.append(f"{what}: no error in {reply}")
        return reply

    def end(self, title):
        health = self.server.client().get("/healthz")
        if health.status != 200:
            self.wrong.append(f"afterwards /healthz answers {health}")
        self.tap.ok(self.n and not self.wrong, f"{title} ({self.n} requests)", *self.wrong[:8])
        self.n, self.wrong = 0, []


def check_operation(inputs, op, ids, hints):
    for name in [*op.schemas.resolve(op.body).get("properties", {}), "zzUnknown"]:
        for what, odd in ODD.items():
            body = with_odd(good_body(op, hints, inputs.n), name, odd)
            inputs.send(op, op.url(ids), body, f"{op.method} {op.path} with {name} = {what}")
    for what, odd in ODD.items():
        inputs.send(op, op.url(ids), odd, f"{op.method} {op.path} with {what} as its body")
    inputs.end(f"{op.id}: odd values in its body")


def check_operations(inputs, document):
    hints = {"agent": "hello", "cron": "0 0 1 1 *", "format": "yaml"}
    rows = [op for op in operations(document) if op.lenient]
    ids = make_one_of_each(inputs.client, rows, hints)
    for op in rows:
        if op.body:
            check_operation(inputs, op, ids, hints)
    return len(rows)


# -- tools -----------------------------------------------------------------------------------------------------

ACCEPT = {"Accept": "application/json, text/event-stream"}


def call(client, method, params):
    body = b'{"jsonrpc": "2.0", "id": 1, "method": "%s", "params": %s}' % (method.encode(), params)
    return client.request("POST", "/mcp", body, ACCEPT)


def sample(schema):
    """Something of the type, and no more."""
    named = schema.get("type", "string")
    named = named[0] if isinstance(named, list) else named
    if "enum" in schema:
        return schema["enum"][0]
    return {"string": "text", "integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}.get(named)


def check_answer(inputs, reply, what):
    """A result, perhaps one that tells of an error; or an error of the protocol, with the status it has there."""
    inputs.n += 1
    value = reply.json
    known = isinstance(value, dict) and ("result" in value or "error" in value)
    if reply.status not in (200, 400, 413) or not known:
        inputs.wrong.append(f"{what}: {reply}")
    elif "Internal" in json.dumps(value):
        inputs.wrong.append(f"{what}: a failure on our side: {reply}")


def check_tool(inputs, tool):
    properties = tool["inputSchema"].get("properties", {})
    required = tool["inputSchema"].get("required", [])
    least = {name: sample(properties[name]) for name in required}
    call_with = {"name": tool["name"], "arguments": HERE}

    def ask(arguments, what):
        params = json.dumps(call_with).encode().replace(json.dumps(HERE).encode(), arguments)
        check_answer(inputs, call(inputs.client, "tools/call", params), f"{tool['name']} with {what}")

    for name in [*properties, "zzUnknown"]:
        for what, odd in ODD.items():
            ask(with_odd(least, name, odd), f"{name} = {what}")
    for name in required:
        ask(json.dumps({k: v for k, v in least.items() if k != name}).encode(), f"no {name}")
    for what, odd in ODD.items():
        ask(odd, f"{what} as arguments")
    inputs.end(f"{tool['name']}: odd values in its arguments")


def check_tools(inputs):
    reply = call(inputs.client, "tools/list", b"{}")
    if reply.status == 404:
        inputs.tap.skip("the tools' arguments", "there is no /mcp")
        return
    tools = reply.json["result"]["tools"]
    inputs.tap.ok(len(tools) > 0, f"{len(tools)} tools are listed", reply)
    for tool in tools:
        check_tool(inputs, tool)
    for what, odd in ODD.items():
        check_answer(inputs, call(inputs.client, "tools/call", odd), f"tools/call with {what} as params")
    inputs.end("odd values as the parameters of tools/call")


def main():
    agentd.build()
    tap = Tap()
    # Nobody takes up runs: what an odd value starts would only keep the machine busy.
    with Server(options=["--workers", "0"]) as server:
        keys = server.make_people()
        server.start()
        inputs = Inputs(tap, server, keys["admin", "personal"])
        document = inputs.client.get("/api/v1/openapi.json").json
        n = check_operations(inputs, document)
        tap.ok(n > 0, f"{n} operations of the studio contract are described")
        check_tools(inputs)
        server.end(tap)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
