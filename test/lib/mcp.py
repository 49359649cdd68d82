#!/usr/bin/env python3
"""The MCP endpoint: what it answers to whom, in every revision; the official conformance suite; official clients.

The server itself is asked for what it does with requests of all kinds. The suite wants tools and prompts of its own:
those are served by test/mcp/fixtures.c, which is the same protocol and nothing else of agentd.
"""
import http.client
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

import agentd
import clients
from agentd import BINARY, ROOT, PATIENCE, Reply, Server, read_events
from tap import Tap

FIXTURES = BINARY.parent / "test/mcp_fixtures"
SCHEMAS = ROOT.parent / "shared/spec/mcp-schema"
SUITE_S = 280

BOTH = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
META = "io.modelcontextprotocol/"
MODERN, LATEST_LEGACY, BEFORE_HEADERS = "2026-07-28", "2025-11-25", "2025-03-26"
NAMED_BY = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
AGENT = {"name": "greeter", "title": "Greeter", "model": "builtin:extractive", "instructions": "Be brief."}
NOBODY = "018f0000-0000-7000-8000-000000000000"


class Mcp:
    """One user who talks to a server; every answer is kept, for its schema to be checked."""

    def __init__(self, port, key=None):
        self.port, self.key, self.seen = port, key, []

    def send(self, body, headers=None, method="POST", without=(), path="/mcp"):
        """The reply. body: bytes and None are sent as they are; a header with a list of values is sent as often."""
        all_headers = {**BOTH, **({"Authorization": f"Bearer {self.key}"} if self.key else {}), **(headers or {})}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.putrequest(method, path, skip_host="Host" in all_headers, skip_accept_encoding=True)
            for name, value in all_headers.items():
                for one in () if name in without else value if isinstance(value, list) else [value]:
                    connection.putheader(name, one)
            if data is not None:
                connection.putheader("Content-Length", len(data))
            connection.endheaders(data)
            answer = connection.getresponse()
            return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def call(self, method, params=None, version=LATEST_LEGACY, meta=None, id=1, headers=None, without=()):
        """A request as a client of that version sends it; version None: one that names none."""
        message, all_headers = envelope(method, params, version, meta, id)
        reply = self.send(message, {**all_headers, **(headers or {})}, without=without)
        self.seen += [(version, method, m) for m in messages(reply)]
        return reply

    def result(self, *args, **kwargs):
        reply = self.call(*args, **kwargs)
        return next((m["result"] for m in messages(reply) if "result" in m), {"failed": str(reply)})


def messages(reply):
    value = reply.json
    if reply.header("content-type") == "text/event-stream":
        return [event["data"] for event in value]
    return value if isinstance(value, list) else [value] if isinstance(value, dict) else []


def envelope(method, params, version, meta=None, id=1):
    params = dict(params or {})
    headers = {"MCP-Protocol-Version": version} if version else {}
    if version == MODERN:
        params["_meta"] = {META + "protocolVersion": MODERN, META + "clientCapabilities": {}, **(meta or {})}
        headers["Mcp-Method"] = method
        if name := params.get(NAMED_BY.get(method, "")):
            headers["Mcp-Name"] = name
    elif meta:
        params["_meta"] = meta
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params}, headers


def error_of(reply):
    value = reply.json
    return value["error"].get("code") if isinstance(value, dict) and isinstance(value.get("error"), dict) else None


# -- who may come in, and with what ----------------------------------------------------------------------------------

PING = {"jsonrpc": "2.0", "id": 7, "method": "ping"}
KEY = {"Authorization": "Bearer tas_" + "A" * 43}


def check_doors(tap, mcp, port):
    """(what, status, JSON-RPC code, how it is sent)"""
    rows = [
        ("a request with a key", 200, None, {}),
        ("a request without a key", 401, None, {"without": ["Authorization"]}),
        ("an unknown key", 401, None, {"headers": KEY}),
        ("what is not JSON, without a key", 401, None, {"body": b"{", "without": ["Authorization"]}),
        ("GET", 405, None, {"method": "GET", "body": None}),
        ("DELETE without a key", 405, None, {"method": "DELETE", "body": None, "without": ["Authorization"]}),
        ("PUT", 405, None, {"method": "PUT"}),
        ("OPTIONS", 204, None, {"method": "OPTIONS", "body": None, "without": ["Authorization"]}),
        ("an answer that may be JSON alone", 406, -32000, {"headers": {"Accept": "application/json"}}),
        ("an answer that may be anything", 406, -32000, {"headers": {"Accept": "*/*"}}),
        ("text", 415, -32000, {"headers": {"Content-Type": "text/plain"}}),
        ("JSON with a parameter", 200, None, {"headers": {"Content-Type": "application/json; charset=utf-8"}}),
        ("what may be accepted, in two headers", 200, None,
         {"headers": {"Accept": ["application/json", "text/event-stream"]}}),
        ("a version, in two headers", 400, -32000, {"headers": {"MCP-Protocol-Version": [LATEST_LEGACY] * 2}}),
        ("what is not JSON", 400, -32700, {"body": b"{"}),
        ("JSON behind a byte order mark", 200, None, {"body": b"\xef\xbb\xbf" + json.dumps(PING).encode()}),
        ("bytes that are no UTF-8", 200, None, {"body": b'{"jsonrpc":"2.0","id":"\xff","method":"ping"}'}),
        ("half of a surrogate pair", 400, -32700, {"body": b'{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}'}),
        ("no message", 400, -32700, {"body": 5}),
        ("another Host", 403, None, {"headers": {"Host": "evil.example.com"}}),
        ("another Host and Origin", 403, None,
         {"headers": {"Host": "evil.example.com", "Origin": "http://evil.example.com"}}),
        ("another Origin", 403, None, {"headers": {"Origin": "http://evil.example.com"}}),
        ("an Origin of this machine", 200, None, {"headers": {"Origin": "http://localhost:6274"}}),
        ("this machine by another name", 200, None, {"headers": {"Host": f"localhost:{port}"}}),
        ("a session that nobody gave", 200, None, {"headers": {"Mcp-Session-Id": "abc", "Last-Event-ID": "1"}}),
        ("a path below", 404, None, {"path": "/mcp/x"}),
    ]
    for what, status, code, how in rows:
        reply = mcp.send(how.get("body", PING), how.get("headers"), how.get("method", "POST"), how.get("without", ()),
                         how.get("path", "/mcp"))
        tap.ok((reply.status, error_of(reply)) == (status, code) and not reply.header("mcp-session-id"),
               f"{what} is answered {status}", reply)
    reply = mcp.send(PING, without=["Authorization"])
    tap.ok(reply.json == {"error": "invalid or missing API key"} and
           reply.header("www-authenticate") == 'Bearer realm="mcp"',
           "who has no key is told in the studio contract's words, and of no other way in", reply, reply.headers)
    for path in ("/.well-known/oauth-protected-resource", "/.well-known/oauth-authorization-server", "/register"):
        reply = mcp.send(None, method="GET", path=path, without=["Authorization"])
        tap.ok(reply.status == 404, f"{path} is not there", reply)


# -- the older revisions -----------------------------------------------------------------------------------------------

def handshake(version):
    return {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}


def check_handshakes(tap, mcp):
    for asked, given in (("2024-10-07", "2024-10-07"), ("2024-11-05", "2024-11-05"), (BEFORE_HEADERS, BEFORE_HEADERS),
                         ("2025-06-18", "2025-06-18"), (LATEST_LEGACY, LATEST_LEGACY), (MODERN, LATEST_LEGACY),
                         ("x", LATEST_LEGACY)):
        result = mcp.result("initialize", handshake(asked), version=None)
        more = given >= "2025-06-18"
        tap.ok(result.get("protocolVersion") == given and result["serverInfo"]["name"] == "agentd" and
               ("instructions" in result) == more and ("prompts" in result["capabilities"]) == more and
               result["capabilities"]["tools"] == {"listChanged": True}, f"a handshake at {asked} agrees on {given}",
               result)
    reply = mcp.call("initialize", {}, version=None)
    tap.ok(error_of(reply) == -32603 and reply.json["error"]["message"].count("invalid_type") == 3,
           "a handshake without anything is told what is missing", reply)


def check_legacy(tap, mcp):
    mcp.seen.append((LATEST_LEGACY, "initialize", mcp.call("initialize", handshake(LATEST_LEGACY), version=None).json))
    for id in (0, -1, "", "x\u0000\"", 2**53 - 1, "1"):
        reply = mcp.call("ping", id=id)
        tap.ok(reply.json == {"jsonrpc": "2.0", "id": id, "result": {}}, f"the id {id!r} comes back as it was", reply)
    rows = [
        ("unknown", {}, LATEST_LEGACY, 200, -32601), ("server/discover", {}, LATEST_LEGACY, 200, -32601),
        ("subscriptions/listen", {}, LATEST_LEGACY, 200, -32601),
        ("logging/setLevel", {"level": "info"}, LATEST_LEGACY, 200, -32601),
        ("resources/list", {}, None, 200, -32601), ("prompts/list", {}, BEFORE_HEADERS, 200, -32601),
        ("ping", {}, "2031-01-01", 400, -32000),
        ("resources/read", {}, LATEST_LEGACY, 200, -32602),
        ("resources/read", {"uri": "agentd://agents/none"}, LATEST_LEGACY, 200, -32002),
        ("resources/list", {"cursor": "x"}, LATEST_LEGACY, 200, -32602),
        ("prompts/get", {"name": "none"}, LATEST_LEGACY, 200, -32602),
        ("prompts/get", {"name": "greeter", "arguments": {"message": 5}}, LATEST_LEGACY, 200, -32602),
        ("completion/complete", {"ref": {}}, LATEST_LEGACY, 200, -32602),
        ("tools/call", {}, LATEST_LEGACY, 200, -32603),
        ("tools/call", {"name": "list_runs", "arguments": None}, LATEST_LEGACY, 200, -32603),
    ]
    for method, params, version, status, code in rows:
        reply = mcp.call(method, params, version=version)
        tap.ok((reply.status, error_of(reply)) == (status, code) and (status == 400 or reply.json.get("id") == 1),
               f"{method} {params} at {version or 'no version'} is refused: {status}, {code}", reply)
    reply = mcp.call("ping", version=MODERN, without=[])
    tap.ok((reply.status, error_of(reply)) == (404, -32601), "ping is not known to the stateless revision", reply)
    unknown = mcp.result("tools/call", {"name": "nope"})
    tap.ok(unknown.get("isError") and "resultType" not in unknown, "an unknown tool fails as a tool does", unknown)
    for message in ({"jsonrpc": "2.0", "method": "notifications/initialized"},
                    {"jsonrpc": "2.0", "id": "s-x", "result": {}}):
        reply = mcp.send(message, {"MCP-Protocol-Version": LATEST_LEGACY})
        tap.ok(reply.status == 202 and reply.body == b"",
               "a notification, and an answer nobody waits for, are accepted", reply)


def check_batches(tap, mcp):
    ping = lambda id: {**PING, "id": id}
    rows = [
        ("two requests", [ping(1), ping(2)], None, 200, lambda v: [m["id"] for m in v] == [1, 2]),
        ("one request", [ping(1)], None, 200, lambda v: v["id"] == 1),
        ("the same id twice", [ping(1), ping("1"), ping(1)], None, 200, lambda v: [m["id"] for m in v] == [1, "1"]),
        ("nothing", [], None, 202, lambda v: v is None),
        ("something malformed", [ping(1), 5], None, 400, lambda v: v["error"]["code"] == -32700),
        ("a handshake and more", [{**ping(1), "method": "initialize"}, ping(2)], None, 400,
         lambda v: v["error"]["code"] == -32600),
        ("a request of the stateless revision", [envelope("tools/list", {}, MODERN)[0]], None, 400,
         lambda v: v["error"]["code"] == -32600),
        ("two requests of a revision without batches", [ping(1), ping(2)], "2025-06-18", 400,
         lambda v: v["error"]["code"] == -32600),
        ("more than there may be", [ping(i) for i in range(101)], None, 400, lambda v: v["error"]["code"] == -32600),
    ]
    for what, body, version, status, good in rows:
        reply = mcp.send(body, {"MCP-Protocol-Version": version} if version else {})
        tap.ok(reply.status == status and good(reply.json), f"a batch of {what}", reply)


# -- the stateless revision ------------------------------------------------------------------------------------------

def check_modern(tap, mcp):
    found = mcp.result("server/discover", version=MODERN)
    tap.ok(found["supportedVersions"][0] == MODERN and found["_meta"][META + "serverInfo"]["name"] == "agentd" and
           found["capabilities"]["resources"] == {"listChanged": True, "subscribe": True} and
           "logging" not in found["capabilities"],
           "server/discover tells who is there", found)
    for method in ("server/discover", "tools/list", "prompts/list", "resources/list", "resources/templates/list"):
        result = mcp.result(method, version=MODERN)
        tap.ok(result.get("resultType") == "complete" and isinstance(result.get("ttlMs"), int) and
               result.get("cacheScope") == "private",
               f"{method} says how long it holds", result)
    name = {"name": "get_run", "arguments": {"id": NOBODY}}
    rows = [
        ("no version in the header", "tools/list", {}, {"without": ["MCP-Protocol-Version"]}, 400, -32020),
        ("another version in the header", "tools/list", {}, {"headers": {"MCP-Protocol-Version": LATEST_LEGACY}}, 400,
         -32020),
        ("no Mcp-Method", "tools/list", {}, {"without": ["Mcp-Method"]}, 400, -32020),
        ("another Mcp-Method", "tools/list", {}, {"headers": {"Mcp-Method": "Tools/List"}}, 400, -32020),
        ("no Mcp-Name", "tools/call", name, {"without": ["Mcp-Name"]}, 400, -32020),
        ("a malformed Mcp-Name", "tools/call", name, {"headers": {"Mcp-Name": "=?base64?!?="}}, 400, -32020),
        ("no capabilities", "tools/list", {}, {"meta": {META + "clientCapabilities": None}}, 400, -32602),
        ("a method of other revisions", "initialize", handshake(MODERN), {}, 404, -32601),
        ("an unknown method", "unknown/method", {}, {}, 404, -32601),
        ("an unknown tool", "tools/call", {"name": "nope"}, {}, 200, -32602),
        ("arguments that are null", "tools/call", {"name": "list_runs", "arguments": None}, {}, 200, -32602),
        ("a cursor of another list", "tools/list", {"cursor": "cA"}, {}, 200, -32602),
        ("a resource that is not there", "resources/read", {"uri": f"agentd://runs/{NOBODY}"}, {}, 200, -32602),
        ("a state that we never gave", "tools/call", {**name, "requestState": "x"}, {}, 200, -32602),
        ("answers that are none", "tools/call", {**name, "inputResponses": None}, {}, 200, -32602),
    ]
    for what, method, params, how, status, code in rows:
        reply = mcp.call(method, params, version=MODERN, id=0, **how)
        tap.ok((reply.status, error_of(reply)) == (status, code) and reply.json.get("id") == 0,
               f"{what}: {status}, {code}", reply)
    message, headers = envelope("tools/list", {}, MODERN)
    for accept in ("application/json", "*/*", None):
        reply = mcp.send(message, {**headers, **({"Accept": accept} if accept else {})},
                         without=[] if accept else ["Accept"])
        tap.ok(reply.status == 200, f"Accept: {accept} will do", reply)
    reply = mcp.send({**message, "jsonrpc": "1"}, headers)
    tap.ok(error_of(reply) == -32600 and "id" not in reply.json, "a malformed message has no id to echo", reply)
    del message["id"]
    reply = mcp.send(message, without=[])
    tap.ok(reply.status == 202 and reply.body == b"", "a notification is accepted without headers", reply)


# -- what this server has --------------------------------------------------------------------------------------------

def check_features(tap, mcp, run):
    for version in (LATEST_LEGACY, MODERN):
        listed = mcp.result("resources/list", version=version)["resources"]
        uris = [r["uri"] for r in listed]
        tap.ok(uris == ["agentd://agents/greeter", f"agentd://runs/{run}"] and listed[0]["title"] == "Greeter",
               f"{version}: agents and runs are resources", listed)
        content = mcp.result("resources/read", {"uri": uris[0]}, version=version)["contents"][0]
        tap.ok(json.loads(content["text"]) == AGENT and content["mimeType"] == "application/json",
               f"{version}: an agent's file can be read", content)
        content = mcp.result("resources/read", {"uri": uris[1]}, version=version)["contents"][0]
        tap.ok(content["text"] == "" and content["_meta"]["agentd/status"] == "queued", f"{version}: so can a run",
               content)
        templates = mcp.result("resources/templates/list", version=version)["resourceTemplates"]
        prompts = mcp.result("prompts/list", version=version)["prompts"]
        tap.ok([t["uriTemplate"] for t in templates] == ["agentd://agents/{name}", "agentd://runs/{id}"] and
               [p["name"] for p in prompts] == ["greeter"], f"{version}: templates and prompts are listed", templates,
               prompts)
        got = mcp.result("prompts/get", {"name": "greeter", "arguments": {"message": "Hello."}}, version=version)
        tap.ok(got["messages"] == [{"role": "user", "content": {"type": "text", "text": "Be brief.\n\nHello."}}],
               f"{version}: a prompt is the agent's instructions and the message", got)
        for uri, name, typed, value in (("agentd://agents/{name}", "name", "gr", "greeter"),
                                        ("agentd://runs/{id}", "id", run[:4], run),
                                        ("agentd://agents/{name}", "name", "x", None)):
            params = {"ref": {"type": "ref/resource", "uri": uri}, "argument": {"name": name, "value": typed}}
            got = mcp.result("completion/complete", params, version=version)["completion"]
            tap.ok(got["values"] == ([value] if value else []), f"{version}: {typed!r} is completed", got)
        mcp.result("tools/list", version=version)
        mcp.result("tools/call", {"name": "list_runs", "arguments": {}}, version=version)


def check_strangers(tap, server, keys, run):
    """Another workspace sees nothing of it, by any way."""
    stranger = Mcp(server.port, keys["stranger", "personal"])
    reply = stranger.call("resources/read", {"uri": f"agentd://runs/{run}"})
    tap.ok(error_of(reply) == -32002, "a run of another workspace is not there", reply)
    listed = stranger.result("resources/list")["resources"]
    tap.ok(all(run not in r["uri"] for r in listed), "nor is it listed", listed)
    for kind in ("workspace", "personal"):
        reply = Mcp(server.port, keys["viewer", kind]).call("tools/call",
                                                            {"name": "trigger_run", "arguments": {"agent": "greeter"}})
        tap.ok(reply.json["result"]["isError"] and "operator" in reply.json["result"]["content"][0]["text"],
               f"a viewer with a key of kind {kind} may look, and not start runs", reply)


# -- streams -----------------------------------------------------------------------------------------------------------

def post(mcp, message, headers):
    """The connection on which the answer will come."""
    connection = http.client.HTTPConnection("127.0.0.1", mcp.port, timeout=PATIENCE)
    key = {"Authorization": f"Bearer {mcp.key}"} if mcp.key else {}
    connection.request("POST", "/mcp", json.dumps(message), {**BOTH, **key, **headers})
    return connection


class Stream:
    """An answer that is read while it comes."""

    def __init__(self, mcp, method, params, version=MODERN, meta=None, id=1):
        self.connection = post(mcp, *envelope(method, params, version, meta, id))
        self.answer = self.connection.getresponse()
        self.mcp, self.kind = mcp, (version, method)

    def next(self):
        """The next message; None: that was the last."""
        block, end = b"", time.monotonic() + PATIENCE
        while not block.endswith(b"\n\n"):
            line = self.answer.readline()
            # Heartbeats alone are no reason to wait for ever.
            if time.monotonic() > end:
                raise agentd.Failure(f"nothing comes on the stream of {self.kind}")
            if not line:
                return None
            block += line
            if block.startswith(b":") and block.endswith(b"\n\n"):
                block = b""
        message = read_events(block.decode())[0]["data"]
        self.mcp.seen.append((*self.kind, message))
        return message

    def rest(self):
        """All that still comes, to the end."""
        return list(iter(self.next, None))

    def leave(self):
        # The reply holds the socket too.
        self.answer.close()
        self.connection.close()


def put_agent(folder, name, text):
    """In one step, so that nobody sees half of it."""
    draft = folder / "draft"
    draft.write_text(json.dumps({**AGENT, "name": name, "instructions": text}))
    draft.replace(folder / f"{name}.json")


def check_changes(tap, mcp, folder):
    wanted = {"resourcesListChanged": True, "resourceSubscriptions": ["agentd://agents/greeter"]}
    stream = Stream(mcp, "subscriptions/listen", {"notifications": wanted})
    stream.next()
    put_agent(folder, "helper", "Help.")
    told = [stream.next()["method"]]
    put_agent(folder, "greeter", "Be long.")
    told += [stream.next()["method"] for _ in range(2)]
    tap.ok(told == ["notifications/resources/list_changed"] * 2 + ["notifications/resources/updated"],
           "a new agent changes the list, and its own file each agent alone", told)
    stream.leave()


def check_end(tap, mcp, run, stop):
    """Whoever waits when the server stops is told."""
    listener = Stream(mcp, "subscriptions/listen", {"notifications": {}}, id="last")
    listener.next()
    call = {"name": "wait_for_run", "arguments": {"id": run}}
    waiting = Stream(mcp, "tools/call", call, version=LATEST_LEGACY, meta={"progressToken": 1})
    waiting.next()
    batch = post(mcp, [envelope("tools/call", call, None, id=n)[0] for n in (1, 2)], {})
    # It was sent before this, so the server has it when this is answered.
    mcp.call("ping")
    status = stop()
    last = listener.rest()
    tap.ok([m.get("id") for m in last] == ["last"] and last[0]["result"]["resultType"] == "complete" and
           last[0]["result"]["_meta"][META + "subscriptionId"] == "last",
           "a subscription ends with its result when the server stops", last)
    last = waiting.rest()
    tap.ok(last and last[-1].get("id") == 1 and "error" in last[-1],
           "and a call that waits with an error, also of an older revision", last)
    last = json.loads(batch.getresponse().read())
    batch.close()
    tap.ok([m.get("id") for m in last] == [1, 2] and all("error" in m for m in last), "and so does a batch of them", last)
    return status


def check_subscriptions(tap, mcp):
    wanted = {"toolsListChanged": True, "resourceSubscriptions": ["test://watched-resource", "test://none"]}
    stream = Stream(mcp, "subscriptions/listen", {"notifications": wanted}, id="sub-1")
    first = stream.next()
    tap.ok(first["method"] == "notifications/subscriptions/acknowledged" and
           first["params"]["notifications"] == {"toolsListChanged": True,
                                                "resourceSubscriptions": ["test://watched-resource"]} and
           first["params"]["_meta"][META + "subscriptionId"] == "sub-1" and
           stream.answer.getheader("x-accel-buffering") == "no",
           "a subscription is acknowledged at once, with what of it can be had", first)
    for tool, method in (("test_trigger_prompt_change", None),
                         ("test_trigger_tool_change", "notifications/tools/list_changed"),
                         ("test_trigger_resource_change", "notifications/resources/updated")):
        mcp.call("tools/call", {"name": tool}, version=MODERN)
        if method:
            told = stream.next()
            tap.ok(told["method"] == method and told["params"]["_meta"][META + "subscriptionId"] == "sub-1",
                   f"{tool} is told as {method}, and nothing that was not asked for", told)
    stream.leave()
    reply = mcp.call("subscriptions/listen", {"notifications": 5}, version=MODERN)
    tap.ok((reply.status, error_of(reply)) == (200, -32602), "a subscription to nothing is refused", reply)
    crowd = []
    while len(crowd) < 20:
        listener = Stream(mcp, "subscriptions/listen", {"notifications": {}})
        crowd.append(listener)
        if listener.answer.status != 200:
            break
        listener.next()
    last = crowd[-1].answer
    # Those that left a moment ago may still be counted.
    tap.ok(last.status == 429 and last.getheader("retry-after") and 12 < len(crowd) < 18,
           "one more than there may be is told to wait",
           len(crowd), last.status)
    for listener in crowd:
        listener.leave()


def check_cancellation(tap, mcp):
    """The fixture tool changes the watched resource when it sees that it was cancelled."""
    watch = Stream(mcp, "subscriptions/listen",
                   {"notifications": {"resourceSubscriptions": ["test://watched-resource"]}})
    watch.next()
    call = {"name": "test_until_cancelled"}
    stream = Stream(mcp, "tools/call", call, meta={"progressToken": 0})
    tap.ok(stream.next()["params"]["progressToken"] == 0, "a call tells its progress, under a token of 0")
    stream.leave()
    tap.ok(watch.next()["method"] == "notifications/resources/updated",
           "a call whose client leaves the stream is cancelled")

    stream = Stream(mcp, "tools/call", call, version=LATEST_LEGACY, meta={"progressToken": "p"}, id="c-1")
    stream.next()
    for id in ("c-2", "c-1"):
        reply = mcp.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}})
    tap.ok(reply.status == 202 and watch.next()["method"] == "notifications/resources/updated",
           "an older revision cancels a call by a notification", reply)
    last = None
    while message := stream.next():
        last = message
    tap.ok(last and last.get("id") == "c-1" and "error" in last, "and the call ends with an error", last)
    stream.leave()
    watch.leave()


def check_questions(tap, mcp):
    stream = Stream(mcp, "tools/call", {"name": "test_input_required_result_multi_round"}, version=LATEST_LEGACY)
    for key, value in (("name", "Ada"), ("color", "green")):
        asked = stream.next()
        answer = {"jsonrpc": "2.0", "id": asked["id"], "result": {"action": "accept", "content": {key: value}}}
        reply = mcp.send(answer, {"MCP-Protocol-Version": LATEST_LEGACY})
        tap.ok(asked["method"] == "elicitation/create" and reply.status == 202, f"the client is asked for its {key}",
               asked, reply)
    said = stream.next()
    tap.ok(said["id"] == 1 and said["result"]["content"][0]["text"] == "Ada likes green",
           "and the call goes on with the answers", said)

    can = {META + "clientCapabilities": {"elicitation": {}}}
    call = {"name": "test_input_required_result_multi_round"}
    first = mcp.result("tools/call", call, version=MODERN, meta=can)
    answers = {"step1": {"action": "accept", "content": {"name": "Ada"}}}
    second = mcp.result("tools/call", {**call, "inputResponses": answers, "requestState": first["requestState"]},
                        version=MODERN, meta=can)
    answers = {"step2": {"action": "accept", "content": {"color": "green"}}}
    third = {**call, "inputResponses": answers, "requestState": second["requestState"]}
    last = mcp.result("tools/call", third, version=MODERN, meta=can)
    tap.ok([*first["inputRequests"], *second["inputRequests"]] == ["step1", "step2"] and
           last["content"][0]["text"] == "Ada likes green",
           "without a stream the client calls again with its answers", first, second, last)
    for what, params in (("other arguments", {**third, "arguments": {"a": 1}}),
                         ("another tool", {**third, "name": "test_input_required_result_elicitation"}),
                         ("a changed state", {**third, "requestState": second["requestState"] + "A"})):
        reply = mcp.call("tools/call", params, version=MODERN, meta=can)
        tap.ok(error_of(reply) == -32602, f"the state of one call is no good for {what}", reply)
    reply = mcp.call("tools/call", {"name": "test_missing_capability"}, version=MODERN)
    tap.ok((reply.status, error_of(reply)) == (400, -32021) and
           reply.json["error"]["data"] == {"requiredCapabilities": {"sampling": {}}},
           "a client that cannot answer is not asked", reply)


def check_pages(tap, mcp):
    for version in (LATEST_LEGACY, MODERN):
        uris, cursor = [], None
        while len(uris) < 10:
            page = mcp.result("resources/list", {"cursor": cursor} if cursor else {}, version=version)
            uris += [r["uri"] for r in page["resources"]]
            cursor = page.get("nextCursor")
            if cursor is None:
                break
        tap.ok(uris == ["test://static-text", "test://static-binary", "test://watched-resource"],
               f"{version}: pages are turned to the end", uris)


def check_at_once(tap, mcp):
    """A call that waits for its client holds up nobody else."""
    waiting = [Stream(mcp, "tools/call", {"name": "test_elicitation"}, version=LATEST_LEGACY, id=n) for n in range(8)]
    asked = [stream.next() for stream in waiting]
    reply = mcp.call("ping")
    tap.ok(reply.status == 200, "others are served while eight calls wait for their clients", reply)
    threads = [threading.Thread(target=mcp.send,
                                args=({"jsonrpc": "2.0", "id": a["id"], "result": {"action": "decline"}},))
               for a in asked]
    for thread in threads:
        thread.start()
    ended = [stream.next() for stream in waiting]
    for thread in threads:
        thread.join()
    tap.ok([m["id"] for m in ended] == list(range(8)) and
           all("decline" in m["result"]["content"][0]["text"] for m in ended),
           "and each gets the answer to its own question", ended)


class Fixtures:
    def __enter__(self):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen([*agentd.COMMAND[:-1], str(FIXTURES), "0"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        ready = re.match(r"ready (http://127\.0\.0\.1:(\d+)/mcp)", self.process.stdout.readline())
        if not ready:
            raise agentd.Failure("the fixtures' server does not start")
        self.url, self.port = ready[1], int(ready[2])
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Its exit status, and what sanitizers said."""
        self.process.terminate()
        status = self.process.wait(PATIENCE)
        self.log.seek(0)
        log = self.log.read().decode(errors="replace")
        return status, [log[found.start():found.start() + 3000] for found in agentd.REPORT.finditer(log)]


# -- official tools --------------------------------------------------------------------------------------------------

def check_suite(tap, url):
    for requirements in (LATEST_LEGACY, MODERN):
        with tempfile.TemporaryDirectory(prefix="mcp-conformance-") as folder:
            done = subprocess.run(["conformance", "server", "--url", url, "--requirements", requirements, "-o", folder],
                                  env=clients.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=SUITE_S)
        summary = done.stdout.partition("=== SUMMARY ===")[2]
        passed = re.search(r"Total: (\d+) passed", summary)
        tap.ok(done.returncode == 0 and passed and int(passed[1]) > 50,
               f"the conformance suite finds {requirements} kept",
               summary or done.stdout[-3000:], done.stderr[-2000:])


def tap_lines(tap, done, what):
    lines = done.stdout.splitlines()
    for i, line in enumerate(lines):
        if line.startswith(("ok - ", "not ok - ")):
            tap.ok(line.startswith("ok"), line.partition(" - ")[2],
                   *(l[2:] for l in lines[i + 1:i + 20] if l.startswith("# ")))
    if done.returncode not in (0, 1) or not lines:
        tap.ok(False, what, done.stdout[-2000:], done.stderr[-2000:])


def check_clients(tap, port, key):
    done = subprocess.run([*clients.script("mcp_connect.mjs"), "sdk", "client-legacy", "client-auto"],
                          env=clients.environment(MCP_URL=f"http://127.0.0.1:{port}/mcp", MCP_KEY=key),
                          stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=PATIENCE * 3)
    tap_lines(tap, done, "official clients connect")


def inspect(port, key, *arguments):
    # It keeps a list of servers in the home folder of whoever calls it.
    with tempfile.TemporaryDirectory(prefix="mcp-inspector-") as home:
        done = subprocess.run(["mcp-inspector", "--cli", f"http://127.0.0.1:{port}/mcp", "--transport", "http",
                               "--header", f"Authorization: Bearer {key}", *arguments],
                              env=clients.environment(HOME=home),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE * 2)
    try:
        return json.loads(done.stdout), done
    except ValueError:
        return {}, done


def check_inspector(tap, port, key):
    listed, done = inspect(port, key, "--method", "tools/list", "--strict")
    tap.ok(done.returncode == 0 and any(t["name"] == "list_runs" for t in listed.get("tools", [])),
           "inspector --cli lists the tools, and finds no fault with their schemas", done.returncode,
           done.stdout[-500:], done.stderr[-3000:])
    called, done = inspect(port, key, "--method", "tools/call", "--tool-name", "list_agents")
    tap.ok(done.returncode == 0 and "greeter" in json.dumps(called), "and calls one", done.stdout[-1500:],
           done.stderr[-1500:])
    read, done = inspect(port, key, "--method", "resources/read", "--uri", "agentd://agents/greeter")
    tap.ok(done.returncode == 0 and "Be brief." in json.dumps(read), "and reads a resource", done.stdout[-1500:],
           done.stderr[-1500:])


def check_schemas(tap, seen):
    """Every message that was sent above, against the schema of its revision."""
    if not SCHEMAS.exists():
        tap.skip("every message fits the schema of its revision", "the schemas are not there")
        return
    seen = [(v, method, m) for v, method, m in seen if v in (LATEST_LEGACY, MODERN)]
    with tempfile.TemporaryDirectory(prefix="mcp-messages-") as folder:
        path = pathlib.Path(folder, "messages.json")
        path.write_text(json.dumps(seen))
        done = subprocess.run([*clients.script("mcp_schema.mjs"), str(SCHEMAS), str(path)], env=clients.environment(),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE * 2)
    tap_lines(tap, done, "every message fits the schema of its revision")


# -- all of it -------------------------------------------------------------------------------------------------------

def agent_folder(server):
    folder = pathlib.Path(server.folder, "files", "agents", "pydantic-agentspec")
    folder.mkdir(parents=True)
    put_agent(folder, "greeter", AGENT["instructions"])
    return folder


def check_server(tap, installed):
    with Server(options=["--workers", "0"]) as server:
        folder = agent_folder(server)
        server.options += ["--agents-dir", str(folder.parents[1])]
        keys = server.make_people()
        server.start()
        mcp = Mcp(server.port, keys["admin", "personal"])
        check_doors(tap, mcp, server.port)
        check_handshakes(tap, mcp)
        check_legacy(tap, mcp)
        check_batches(tap, mcp)
        check_modern(tap, mcp)
        started = mcp.result("tools/call", {"name": "trigger_run", "arguments": {"agent": "greeter"}})
        run = json.loads(started["content"][0]["text"])["runId"]
        check_features(tap, mcp, run)
        check_strangers(tap, server, keys, run)
        if installed:
            check_clients(tap, server.port, keys["operator", "workspace"])
            check_inspector(tap, server.port, keys["operator", "personal"])
        check_changes(tap, mcp, folder)
        log = server.log()
        tap.ok(not any(key in log for key in keys.values()), "no key is in the log")
        reports = server.reports()
        status = check_end(tap, mcp, run, server.stop)
        tap.ok(status == 0 and not reports, "the server ends in order, and no sanitizer has anything to say", *reports)
    return mcp.seen


def check_fixtures(tap, installed):
    with Fixtures() as fixtures:
        mcp = Mcp(fixtures.port)
        check_pages(tap, mcp)
        check_questions(tap, mcp)
        check_at_once(tap, mcp)
        check_cancellation(tap, mcp)
        check_subscriptions(tap, mcp)
        if installed:
            check_suite(tap, fixtures.url)
        status, reports = fixtures.stop()
        tap.ok(status == 0 and not reports, "the fixtures' server ends in order, and no sanitizer has anything to say",
               *reports)
    return mcp.seen


def install(tap):
    try:
        clients.install()
        return True
    except clients.CannotInstall as why:
        tap.skip("the conformance suite, official clients and schemas",
                 f"they cannot be installed: {str(why).splitlines()[-1]}")
        return False


def main():
    agentd.build()
    if "AGENTD_BIN" not in agentd.os.environ:
        subprocess.run([ROOT / "scripts/build", "--type", "asan", "test/mcp_fixtures"], stdout=2, check=True)
    tap = Tap()
    installed = install(tap)
    seen = check_server(tap, installed) + check_fixtures(tap, installed)
    if installed:
        check_schemas(tap, seen)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
