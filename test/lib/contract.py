#!/usr/bin/env python3
"""Walks the operations that /openapi.json lists and holds the server to each of them.

Nothing here names an operation: a row that is added to the server's table is tested the moment it
is there. What the world must provide for a request to succeed (a model that is connected, the id of
something that exists) is looked up by the name of the field; an operation whose success cannot be
reached that way is said to be skipped, and all else about it is tested all the same.
"""
import json
import re
import sys

import agentd
from agentd import Server, form_data
from schema import Schemas, removed, replaced
from tap import Tap

METHODS = ("get", "put", "post", "patch", "delete")
NEVER = "00000000-0000-7000-8000-000000000000"
ONE_OF_EACH_TYPE = {
    "null": None, "boolean": True, "integer": 7, "number": 7.5, "string": "text", "array": [], "object": {},
}
# Beyond this a string at its limit would be larger than a request may be.
LONGEST = 2_000_000


class Operation:
    def __init__(self, document, path, method, row):
        self.schemas = Schemas(document)
        self.path, self.method, self.id = path, method.upper(), row["operationId"]
        self.responses = row["responses"]
        # Where the key decides, the workspace contract speaks first.
        self.role = re.search(r"Role: (public|any member|operator|admin)\.", row.get("description", ""))[1]
        self.of_both = "With a personal key:" in row.get("description", "")
        self.parameters = [self.schemas.referred(p["$ref"]) if "$ref" in p else p for p in row.get("parameters", ())]
        content = row.get("requestBody", {}).get("content", {})
        self.body = content.get("application/json", {}).get("schema")
        self.form = content.get("multipart/form-data", {}).get("schema")
        self.streams = any("text/event-stream" in r.get("content", {}) for r in self.responses.values())
        # The studio contract's manner: unknown and mistyped optional fields are ignored.
        self.lenient = "StudioError" in json.dumps(self.responses) and 'schemas/Error"' not in json.dumps(self.responses)

    def url(self, ids, query=""):
        path = re.sub(r"\{(\w+)\}", lambda m: ids.get(m[1], NEVER), self.path)
        return "/api/v1" + path + (f"?{query}" if query else "")

    def body_samples(self, hints, whole=True):
        return self.schemas.variants(self.body, hints, whole)

    def good_bodies(self, hints):
        """All that may be sent, as little as must be sent, and each optional field alone."""
        if self.form:
            return [Form(self.form, 1), Form(self.form, 2)]
        if not self.body:
            return [None]
        least = self.body_samples(hints, whole=False)
        alone = [{**small, name: value} for small in least for full in self.body_samples(hints)
                 for name, value in full.items() if name not in small]
        return least + self.body_samples(hints) + alone


class Form:
    """Files for each member of a form."""

    def __init__(self, schema, n, *more):
        parts = [{"name": name, "filename": f"{name} {i}.txt", "bytes": b"The world is round."}
                 for name in schema["properties"] for i in range(n)]
        self.bytes, self.media = form_data(parts + list(more))


class Walk:
    """Requests of one kind to one operation; every reply must be one that is described."""

    def __init__(self, tap, operation, what):
        self.tap, self.operation, self.what = tap, operation, what
        self.n, self.wrong = 0, []

    def ask(self, client, url=None, body=None, ids=None, accept=None):
        op = self.operation
        headers = {"Accept": accept} if accept else {}
        if isinstance(body, Form):
            headers["Content-Type"] = body.media
            body = body.bytes
        reply = client.request(op.method, url or op.url(ids or {}), body, headers)
        self.n += 1
        self.sent = f"{op.method} {url or op.path} {str(body)[:600] if body is not None else ''}"
        described = op.responses.get(str(reply.status))
        if described is None:
            self.blame(reply, f"status {reply.status} is not described")
            return reply
        for media, content in described.get("content", {}).items():
            if not (reply.header("content-type") or "").startswith(media):
                self.blame(reply, f"the content type is {reply.header('content-type')}")
            value = reply.json if media == "application/json" else reply.body.decode()
            for problem in op.schemas.problems(content["schema"], value):
                self.blame(reply, problem)
        return reply

    def blame(self, reply, why):
        self.wrong.append(f"{self.sent} -> {str(reply)[:600]}: {why}")

    def issue(self, reply, path, codes):
        """The reply must be a refusal that names the place."""
        if reply.status != 400:
            return self.blame(reply, f"accepted, though {list(path)} should be {codes}")
        if not self.operation.lenient and not any(i["path"] == list(path) and i["code"] in codes
                                                  for i in reply.json.get("details", ())):
            self.blame(reply, f"no issue {codes} at {list(path)}")

    def no_issue(self, reply, path):
        if any(i["path"] == list(path) and i["code"] not in ("not_found", "not_configured", "ingest_failed")
               for i in (reply.json or {}).get("details", ())):
            self.blame(reply, f"{list(path)} should be good")

    def end(self):
        if self.n:
            self.tap.ok(not self.wrong, f"{self.operation.id}: {self.what} ({self.n} requests)", *self.wrong[:5])


# -- who may call ------------------------------------------------------------------------------------------

def check_access(tap, op, clients):
    walk = Walk(tap, op, f"is for: {op.role}")
    ranks = ["public", "any member", "operator", "admin"]
    for who, rank in (("nobody", 0), ("viewer", 1), ("operator", 2)):
        allowed = rank >= ranks.index(op.role)
        want = None if allowed else 401 if who == "nobody" else 403
        reply = walk.ask(clients[who], body=b"not json" if (op.body or op.form) and want else None)
        if (reply.status if reply.status in (401, 403) else None) != want:
            walk.blame(reply, f"{who} should get {want or 'in'}")
    walk.end()


# -- bodies ------------------------------------------------------------------------------------------------

def each_place(op, hints):
    """(good body, Place) for every place of every shape of the body, each place once."""
    seen = set()
    for body in op.body_samples(hints):
        for place in op.schemas.places(op.body, body):
            key = place.path, json.dumps([place.schema, place.branch, place.holder], sort_keys=True)
            if key not in seen:
                seen.add(key)
                yield body, place


def is_tag(op, place):
    return "const" in op.schemas.resolve(place.schema)


def check_missing(tap, op, client, hints):
    walk = Walk(tap, op, "each required field missing")
    for body, place in each_place(op, hints):
        if place.required:
            reply = walk.ask(client, body=removed(body, place.path))
            walk.issue(reply, place.path, ["invalid_union"] if is_tag(op, place) else ["required"])
    walk.end()


def check_types(tap, op, client, hints):
    walk = Walk(tap, op, "each field of every wrong type, null among them")
    for body, place in each_place(op, hints):
        allowed = op.schemas.types(place.schema)
        for kind, value in ONE_OF_EACH_TYPE.items():
            if not allowed or kind in allowed or (kind == "integer" and "number" in allowed):
                continue
            reply = walk.ask(client, body=json.dumps(replaced(body, place.path, value)).encode())
            if not op.lenient:
                walk.issue(reply, place.path, ["invalid_union"] if is_tag(op, place) else ["invalid_type"])
            elif place.required:
                walk.issue(reply, place.path, [])
    walk.end()


def check_nullable(tap, op, client, hints):
    walk = Walk(tap, op, "null where it clears")
    for body, place in each_place(op, hints):
        if "null" in op.schemas.types(place.schema) and not op.lenient:
            walk.no_issue(walk.ask(client, body=replaced(body, place.path, None)), place.path)
    walk.end()


def number_edges(schema):
    """(value, the code it gets or None)."""
    step = 1 if schema["type"] == "integer" or "integer" in schema["type"] else 0.001
    if "minimum" in schema:
        yield schema["minimum"], None
        yield schema["minimum"] - step, "too_small"
    if "maximum" in schema:
        yield schema["maximum"], None
        yield schema["maximum"] + step, "too_big"
    if step == 1:
        yield schema.get("minimum", 0) + 0.5, "invalid_type"


def text_edges(schema):
    long, short = schema.get("maxLength"), schema.get("minLength", 0)
    if short:
        yield "x" * (short - 1), "too_small"
    if "pattern" in schema:
        yield " \t", "too_small"
    if long and long <= LONGEST:
        yield "x" * (long + 1), "too_big"
    if "format" in schema:
        yield "no such format", "invalid_format"
        return
    if "enum" in schema:
        yield "no such word", "invalid_enum"
        yield schema["enum"][0].swapcase(), "invalid_enum"
        return
    if short:
        yield "x" * short, None
    if long and long <= LONGEST:
        # Characters count, not bytes.
        yield "\u20ac" * long, None


def list_edges(op, schema, hints):
    def of(n):
        return [op.schemas.sample(schema["items"], hints, "", i + 1) for i in range(n)]

    if schema.get("minItems"):
        yield of(schema["minItems"]), None
        yield of(schema["minItems"] - 1), "too_small"
    if "maxItems" in schema:
        yield of(schema["maxItems"]), None
        yield of(schema["maxItems"] + 1), "too_big"


def edges(op, schema, hints):
    for branch in op.schemas.branches(schema):
        named = branch.get("type", "")
        if "integer" in named or "number" in named:
            yield from number_edges(branch)
        elif "string" in named and "const" not in branch:
            yield from text_edges(branch)
        elif "string" in named:
            yield "no such branch", "invalid_union"
        elif "array" in named:
            yield from list_edges(op, branch, hints)


def check_edges(tap, op, client, hints):
    walk = Walk(tap, op, "each limit reached and passed, each word and format wrong")
    for body, place in each_place(op, hints):
        if op.lenient:
            continue
        for value, code in edges(op, place.schema, hints):
            reply = walk.ask(client, body=replaced(body, place.path, value))
            if code:
                walk.issue(reply, place.path, [code])
            else:
                walk.no_issue(reply, place.path)
    walk.end()


def check_unknown(tap, op, client, hints):
    walk = Walk(tap, op, "an unknown field at every depth")
    for body, place in each_place(op, hints):
        if place.branch.get("additionalProperties") is not False or op.lenient:
            continue
        reply = walk.ask(client, body=replaced(body, place.path, lambda v: {**v, "zzUnknown": 1}))
        walk.issue(reply, place.path, ["unrecognized_keys"])
        if not any(i.get("keys") == ["zzUnknown"] for i in (reply.json or {}).get("details", ())):
            walk.blame(reply, "the key is not told")
    walk.end()


# -- forms -------------------------------------------------------------------------------------------------

def check_form(tap, op, client):
    walk = Walk(tap, op, "a form with too little, too much, and what is unknown")
    for name, schema in op.form["properties"].items():
        walk.issue(walk.ask(client, body=Form(op.form, schema["minItems"] - 1)), [name], ["required", "too_small"])
        walk.no_issue(walk.ask(client, body=Form(op.form, schema["maxItems"])), [name])
        walk.issue(walk.ask(client, body=Form(op.form, schema["maxItems"] + 1)), [name], ["too_big"])
        walk.issue(walk.ask(client, body=Form(op.form, 0, {"name": name, "bytes": b"no file"})), [name, 0], ["invalid_type"])
    stranger = {"name": "zzUnknown", "bytes": b"1"}
    walk.issue(walk.ask(client, body=Form(op.form, 1, stranger)), [], ["unrecognized_keys"])
    walk.issue(walk.ask(client, body={"files": []}), [], ["invalid_format"])
    walk.end()


# -- parameters --------------------------------------------------------------------------------------------

def check_parameters(tap, op, client, ids):
    walk = Walk(tap, op, "each parameter mistyped and past its limits")
    for p in op.parameters:
        schema = op.schemas.resolve(p["schema"])
        if p["in"] == "path" and schema.get("format") == "uuid":
            for value in ("7", "%20", "%00", "%ff", "%zz", NEVER + "0", NEVER.replace("-", "")):
                reply = walk.ask(client, op.url({p["name"]: value}), {} if op.body else None)
                if not op.lenient:
                    walk.issue(reply, [p["name"]], ["invalid_format", "invalid_type", "required"])
        elif p["in"] == "query":
            check_query(walk, op, client, ids, p["name"], schema)
    walk.end()


def check_query(walk, op, client, ids, name, schema):
    wrong = {"integer": ["many", "1.5", "1x", "99999999999999999999"], "boolean": ["maybe", "1"]}
    cases = [(v, "invalid_type") for v in wrong.get(schema["type"], [])]
    if schema["type"] in ("integer", "number"):
        cases += [(f"{v:.15g}" if v != int(v) else int(v), c) for v, c in number_edges(schema) if c != "invalid_type"]
    if "format" in schema:
        cases.append(("no-such-format", "invalid_format"))
    for value, code in cases:
        reply = walk.ask(client, op.url(ids, f"{name}={value}"))
        if code and not op.lenient:
            walk.issue(reply, [name], [code])
        elif not code:
            walk.no_issue(reply, [name])


# -- success -----------------------------------------------------------------------------------------------

def check_success(tap, op, client, ids, hints):
    """Something that succeeds, and a reply as it is described."""
    walk = Walk(tap, op, "a success is as it is described")
    statuses = set()
    for n, body in enumerate(op.good_bodies(hints)):
        if isinstance(body, dict) and "name" in body:
            body["name"] = f"{op.id} {n}"
        statuses.add(walk.ask(client, body=body, ids=ids).status)
        if op.streams:
            statuses.add(walk.ask(client, body=body, ids=ids, accept="text/event-stream").status)
    if walk.wrong or any(s < 300 for s in statuses):
        walk.end()
    else:
        tap.skip(f"{op.id}: {walk.what}", f"it needs more than can be read off its description: {sorted(statuses)}")


def check_other_kind(tap, op, client):
    """Where the key decides, what a personal key gets is described too."""
    walk = Walk(tap, op, "with a personal key it answers as it is described")
    files = client.get("/api/v1/agents").json["agents"]
    for name in (files[0]["name"], "no-such-agent"):
        if op.of_both:
            walk.ask(client, op.url({"agentId": name}))
    walk.end()


def make_world(client):
    """What exists, by the names of the path parameters, and values by the names of fields."""
    model = {"provider": "CUSTOM", "model": "builtin/extractive"}
    tool = client.get("/api/v1/capabilities/tools").json["data"][0]["id"]
    base = client.post("/api/v1/knowledge-bases", {
        "type": "text", "title": "World", "content": "The world is round."}).json["data"]
    agent = client.post("/api/v1/agents", {"name": "world", "model": model, "capabilities": {
        "tools": [{"kind": "system", "id": tool}], "knowledgeBases": [{"id": base["id"]}]}}).json["data"]
    run = client.post("/api/v1/runs", {"agent": "world", "message": "Is the world round?"}).json
    content = client.get(f"/api/v1/knowledge-bases/{base['id']}/contents").json["data"]["contents"][0]
    app = client.post("/api/v1/slack-apps", {"name": "world"}).json["slackApp"]
    item = client.post("/api/v1/inbox", {"itemType": "message", "title": "world"}).json["inbox_item"]
    automation = client.post("/api/v1/automations", {"name": "world", "agent": "world", "cron": "0 9 1 1 *"}).json["automation"]
    ids = {"agentId": agent["id"], "knowledgeBaseId": base["id"], "contentId": content["id"], "runId": run["run_id"],
           "slackAppId": app["id"], "itemId": item["id"], "automationId": automation["id"]}
    hints = {**model, "agent": agent["id"], "format": "yaml", "appId": agent["appId"], "knowledgeBaseIds": [base["id"]],
             "defaultOwnerUserId": app["defaultOwnerUserId"], "query": "Is the world round?",
             "question": "Is the world round?", "minSimilarity": 0, "cron": "0 9 1 1 *",
             "tools": [{"kind": "system", "id": tool, "config": {}}],
             "knowledgeBases": [{"id": base["id"], "access": "read"}]}
    return ids, hints


def operations(document):
    for path, methods in document["paths"].items():
        for method, row in methods.items():
            if method in METHODS:
                yield Operation(document, path, method, row)


def main():
    agentd.build()
    tap = Tap()
    with Server() as server:
        keys = server.make_people()
        server.start()
        clients = {who: server.client(keys[who, "workspace"]) for who in ("admin", "operator", "viewer")}
        clients["nobody"] = server.client()
        admin = clients["admin"]
        ids, hints = make_world(admin)
        rows = list(operations(admin.get("/api/v1/openapi.json").json))
        for op in rows:
            check_access(tap, op, clients)
            check_parameters(tap, op, admin, ids)
            if op.body:
                # Only the form is judged, so no hints but for unions; the target need not exist.
                for check in (check_missing, check_types, check_nullable, check_edges, check_unknown):
                    check(tap, op, admin, {})
            if op.form:
                check_form(tap, op, admin)
            check_other_kind(tap, op, server.client(keys["viewer", "personal"]))
        # What deletes goes last, what is inside before what holds it, and takes what the others have left.
        for op in sorted(rows, key=lambda row: (row.method == "DELETE", -row.path.count("/"))):
            check_success(tap, op, admin, ids, hints)
        server.end(tap)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
