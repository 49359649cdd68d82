#!/usr/bin/env python3
"""Walks everything that changes something, the operations of /openapi.json and the commands of `agentd --help`, and
looks for the event it must leave in the audit log.

What is added later is missed here until it has a line: the event it leaves, or the reason why it leaves none.
"""
import json
import sys

import agentd
from agentd import Server, form_data
from tap import Tap

MODEL = {"provider": "CUSTOM", "model": "builtin/extractive"}
AGENT = {"name": "walker", "model": MODEL}
BASE = {"type": "text", "title": "World", "content": "The world is round."}
FILES = form_data([{"name": "files", "filename": "a.txt", "bytes": b"The world is round."}])

# Operation: (method, path, body, the event). {name} in a path is what an earlier line kept; the last element keeps a
# value of the reply, by its path.
CHANGES = {
    "createAgent": ("POST", "/agents", AGENT, "agent.created", ("agent", "data.id")),
    "updateAgent": ("PATCH", "/agents/{agent}", {"description": "x"}, "agent.updated"),
    "replaceAgent": ("PUT", "/agents/{agent}", AGENT, "agent.updated"),
    "createKnowledgeBase": ("POST", "/knowledge-bases", BASE, "knowledge_base.created", ("base", "data.id")),
    "updateKnowledgeBase": ("PATCH", "/knowledge-bases/{base}", {"title": "x"}, "knowledge_base.updated"),
    "replaceKnowledgeBase": ("PUT", "/knowledge-bases/{base}", {"title": "y"}, "knowledge_base.updated"),
    "appendKnowledgeBaseContent": ("POST", "/knowledge-bases/{base}/content", {"content": "It turns."},
                                   "knowledge_base.content_added"),
    "uploadKnowledgeBaseFiles": ("POST", "/knowledge-bases/{base}/files", FILES, "knowledge_base.content_added"),
    "deleteKnowledgeBaseContent": ("DELETE", "/knowledge-bases/{base}/contents/{content}", None,
                                   "knowledge_base.content_deleted"),
    "deleteKnowledgeBase": ("DELETE", "/knowledge-bases/{base}", None, "knowledge_base.deleted"),
    "createAutomation": ("POST", "/automations", {"name": "a", "agent": "walker", "cron": "0 0 1 1 *"}, "automation.created",
                         ("automation", "automation.id")),
    "updateAutomation": ("PATCH", "/automations/{automation}", {"enabled": False}, "automation.updated"),
    "deleteAutomation": ("DELETE", "/automations/{automation}", None, "automation.deleted"),
    "createSlackApp": ("POST", "/slack-apps", {"name": "Bot"}, "slack_app.created", ("bot", "slackApp.id")),
    "updateSlackApp": ("PATCH", "/slack-apps/{bot}", {"name": "Robot"}, "slack_app.updated"),
    "deleteSlackApp": ("DELETE", "/slack-apps/{bot}", None, "slack_app.deleted"),
    "createInboxItem": ("POST", "/inbox", {"itemType": "t", "title": "x"}, "inbox.produced", ("item", "inbox_item.id")),
    "updateInboxItem": ("PATCH", "/inbox/{item}", {"action": "dismiss"}, "inbox.dismissed"),
    "deleteAgent": ("DELETE", "/agents/{agent}", None, "agent.deleted"),
}

ASKS = "it only asks"
RUNS = "runs are a log of their own (studio contract 12.1)"
SILENT = {
    "searchKnowledgeBase": ASKS, "searchKnowledgeBases": ASKS, "queryKnowledgeBase": ASKS, "validateAgentFile": ASKS,
    "startRun": RUNS, "cancelRun": RUNS, "requestAgentChange": "a change is asked for, and its proposal is the record",
    "sendSlackMessage": "it needs Slack on the other side",
}

# Command: (its arguments, the event).
W = ("--workspace", "demo")
COMMANDS = [
    ("init", ("--workspace", "third", "--admin", "admin@example.com"), None),
    ("user add", ("new@example.com", *W, "--role", "viewer"), "member.added"),
    ("user role", ("new@example.com", *W, "--role", "operator"), "member.role_changed"),
    ("user remove", ("new@example.com", *W), "member.removed"),
    ("key create", ("--user", "admin@example.com", *W, "--kind", "personal", "--name", "k"), "api_key.created"),
    ("key disable", ("{key}", *W), "api_key.disabled"),
    ("key enable", ("{key}", *W), "api_key.enabled"),
    ("key delete", ("{key}", *W), "api_key.deleted"),
    ("agent promote", ("hello", *W), "agent.version.promoted"),
    ("agent owner", ("hello", "admin@example.com", *W), "agent.owner.changed"),
    ("agent lock", ("hello", *W), "agent.lock.changed"),
    ("agent unlock", ("hello", *W), "agent.lock.changed"),
    ("provider set", ("OPENAI", "--base-url", "http://127.0.0.1:9/v1", *W), "provider.set"),
    ("provider remove", ("OPENAI", *W), "provider.removed"),
    ("embedding use", ("builtin/lexical",), "embedding.model_chosen"),
    ("audit export", W, "audit.exported"),
]
ELSEWHERE = "it needs another server, or a file: test/domain has it"
COMMANDS_SILENT = {
    "repo connect": ELSEWHERE, "repo hook": ELSEWHERE, "repo disconnect": ELSEWHERE, "embedding cancel": ELSEWHERE,
    "secret set": ELSEWHERE, "secret delete": ELSEWHERE,
    "run": RUNS,
    "repo sync": "it fetches what the server fetches by itself all the time",
    "import": "what it stores brings its own log",
    "serve": "it changes nothing by itself", "extract": ASKS, "version": ASKS, "export": ASKS,
}
ASKING_WORDS = {"list", "show", "compare", "versions", "models"}


def dig(value, path):
    for step in path.split("."):
        value = value[step]
    return value


class Log:
    """The demo workspace's audit log, and how far it has been read."""

    def __init__(self, client):
        self.client, self.cursor = client, None
        self.news()

    def news(self):
        kinds = []
        while True:
            page = self.client.get("/api/v1/audit?dir=asc" + (f"&cursor={self.cursor}" if self.cursor else "")).json
            if not page["events"]:
                return kinds
            self.cursor = page["nextCursor"]
            kinds += [event["kind"] for event in page["events"]]


def change(client, log, kept, method, path, body, kind, keep=None):
    """What is wrong, or None."""
    content, media = body if isinstance(body, tuple) else (body, None)
    reply = client.request(method, "/api/v1" + path.format(**kept), content, {"Content-Type": media} if media else None)
    if not 200 <= reply.status < 300:
        return f"{method} {path}: {reply}"
    if keep:
        kept[keep[0]] = dig(reply.json, keep[1])
    news = log.news()
    return None if news == [kind] else f"{method} {path} left {news}, not {kind}"


def walk_operations(tap, client, log):
    rows = client.get("/api/v1/openapi.json").json["paths"]
    there = {row["operationId"] for methods in rows.values() for method, row in methods.items()
             if method in ("post", "put", "patch", "delete")}
    tap.ok(not there - CHANGES.keys() - SILENT.keys(), "each operation that may change something is known here",
           sorted(there - CHANGES.keys() - SILENT.keys()))
    kept = {}
    for name, line in CHANGES.items():
        if name not in there:
            continue
        if "{content}" in line[1]:
            contents = client.get(f"/api/v1/knowledge-bases/{kept['base']}/contents").json["data"]["contents"]
            kept["content"] = contents[0]["id"]
        wrong = change(client, log, kept, *line)
        tap.ok(not wrong, f"{name} leaves {line[3]}", wrong)


def names_of_commands(server):
    for line in server.cli("--help").splitlines():
        if line.startswith("  agentd "):
            yield line[len("  agentd "):].split("  ")[0].strip()


def walk_commands(tap, server, log):
    there = set(names_of_commands(server))
    unknown = {name for name in there - {row[0] for row in COMMANDS} - COMMANDS_SILENT.keys()
               if name.split()[-1] not in ASKING_WORDS}
    tap.ok(there and not unknown, "each command that may change something is known here", sorted(unknown))
    key = None
    for name, arguments, kind in COMMANDS:
        server.cli(*name.split(), *(a.format(key=key) for a in arguments))
        news = log.news()
        tap.ok(news == ([kind] if kind else []), f"agentd {name} leaves {kind or 'nothing here'}", news)
        if name == "key create":
            key = next(k["id"] for k in json.loads(server.cli("key", "list", *W, "--json")) if k["name"] == "k")


def main():
    agentd.build()
    tap = Tap()
    with Server() as server:
        keys = server.make_people()
        server.start()
        client = server.client(keys["admin", "workspace"])
        log = Log(server.client(keys["admin", "personal"]))
        walk_operations(tap, client, log)
        walk_commands(tap, server, log)
        status = server.stop()
        tap.ok(status == 0 and not server.reports(), "the server ended well", status, server.log()[-2000:])
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
