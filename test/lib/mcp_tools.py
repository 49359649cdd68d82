#!/usr/bin/env python3
"""Every tool of the MCP server, called by the official clients of both generations: test/clients/mcp_tools.mjs."""
import json
import pathlib
import subprocess
import sys

import clients
from agentd import Server, build
from tap import Tap, skip_all

AGENT = {"name": "greeter", "model": "builtin:extractive", "instructions": "Be brief."}
NOWHERE = "018f0000-0000-7000-8000-000000000000"
PATIENCE = 300


def knowledge(base):
    return [
        {"tool": "list_knowledge_bases", "arguments": {"limit": 5}},
        {"tool": "search_knowledge_base", "arguments": {"query": "the pump", "knowledgeBaseIds": [base], "mode": "hybrid", "topK": 2}},
        {"tool": "search_knowledge_base", "arguments": {"query": "the pump"}},
        {"tool": "query_knowledge_base", "arguments": {"id": base, "question": "Is the pump covered?"}},
        {"tool": "query_knowledge_base", "arguments": {"id": NOWHERE, "question": "Is the pump covered?"}, "says": "no such knowledge base"},
        {"tool": "query_knowledge_base", "arguments": {"id": base, "question": ""}, "says": "Too small"},
    ]


def agents(base):
    model = {"provider": "CUSTOM", "model": "builtin/extractive", "maxTokens": 300}
    bases = [{"id": base}]
    return [
        {"tool": "list_agents"},
        {"tool": "get_agent", "arguments": {"name": "greeter"}},
        {"tool": "get_agent", "arguments": {"name": "nobody"}, "says": 'No agent named "nobody" in this workspace.'},
        {"tool": "validate_agent_spec", "arguments": {"content": json.dumps(AGENT), "format": "json"}},
        {"tool": "validate_agent_spec", "arguments": {"content": "[", "format": "json"}},
        {"tool": "create_managed_agent", "arguments": {"name": "desk", "model": model, "knowledgeBases": bases},
         "keep": {"agent": "agent.id"}},
        {"tool": "create_managed_agent", "arguments": {"name": "desk", "model": model}, "says": "desk"},
        {"tool": "get_managed_agent", "arguments": {"id": "$agent"}},
        {"tool": "list_managed_agents"},
        {"tool": "update_managed_agent", "arguments": {"id": "$agent", "description": "At the desk."}},
        {"tool": "request_agent_change", "arguments": {"description": "Be kind."}, "says": "no repository connected to this workspace"},
    ]


def runs():
    return [
        {"tool": "trigger_run", "arguments": {"agent": "greeter", "message": "hello"}, "keep": {"run": "runId"}},
        {"tool": "trigger_run", "arguments": {"agent": "desk", "preferDraft": True}},
        {"tool": "list_runs", "arguments": {"status": ["queued", "running", "succeeded"], "limit": 2}},
        {"tool": "get_run", "arguments": {"id": "$run"}},
        {"tool": "cancel_run", "arguments": {"id": "$run"}},
        {"tool": "wait_for_run", "arguments": {"id": "$run"}},
        {"tool": "wait_for_run", "arguments": {"id": NOWHERE}, "says": f'No run with id "{NOWHERE}" in this workspace.'},
        {"tool": "get_run", "arguments": {"id": NOWHERE}, "says": f'No run with id "{NOWHERE}" in this workspace.'},
        {"tool": "delete_managed_agent", "arguments": {"id": "$agent"}},
    ]


def automations():
    return [
        {"tool": "create_automation", "arguments": {"name": "Early", "agent": "greeter", "cron": "0 9 * * *", "enabled": False},
         "keep": {"automation": "automation.id"}},
        {"tool": "list_automations"},
        {"tool": "get_automation", "arguments": {"id": "$automation"}},
        {"tool": "update_automation", "arguments": {"id": "$automation", "cron": "0 10 * * *"}},
        {"tool": "delete_automation", "arguments": {"id": "$automation"}},
        {"tool": "get_automation", "arguments": {"id": "$automation"}, "says": "automation not found"},
    ]


def inbox(ref):
    item = {"itemType": "message_reply", "context": {"from": "a customer"}}
    return [
        {"tool": "produce_inbox_item", "keep": {"item": "inboxItem.id"}, "arguments": {
            **item, "title": "A reply", "options": [{"id": "a", "label": "Send", "kind": "reply", "draft": "Yes."}],
            "links": [{"url": "https://example.com/1"}], "externalRef": ref, "externalTs": 5}},
        {"tool": "get_inbox_item", "arguments": {"id": "$item"}},
        {"tool": "list_inbox_items", "arguments": {"status": ["awaiting_human"], "search": "reply", "sort": "title", "dir": "asc"}},
        {"tool": "complete_inbox_item", "arguments": {"id": "$item", "text": "Sent."}},
        {"tool": "produce_inbox_item", "keep": {"item": "inboxItem.id"}, "arguments": {**item, "title": "Another"}},
        {"tool": "claim_inbox_item", "arguments": {"id": "$item"}},
        {"tool": "claim_inbox_item", "arguments": {"id": "$item"}, "says": "item not found or already claimed"},
        {"tool": "propose_inbox_action", "arguments": {"id": "$item", "fields": {"answer": 42}}},
        {"tool": "dismiss_inbox_item", "arguments": {"id": "$item"}},
    ]


def outside():
    return [
        {"tool": "list_tools"},
        {"tool": "list_connections"},
        {"tool": "create_slack_app", "arguments": {"name": "Bot", "agentLabels": ["Sales"]}, "keep": {"app": "slackApp.id"}},
        {"tool": "get_slack_app", "arguments": {"id": "$app"}},
        {"tool": "list_slack_apps"},
        {"tool": "update_slack_app", "arguments": {"id": "$app", "name": "Robot", "slackAppId": "A1"}},
        {"tool": "delete_slack_app", "arguments": {"id": "$app"}},
        {"tool": "send_slack_message", "arguments": {"text": "hello", "channel": "C1"}, "says": "no installed Slack app in this workspace"},
    ]


def call_all(tap, server, which, key, steps):
    command = [*clients.script("mcp_tools.mjs"), which, f"http://127.0.0.1:{server.port}/mcp", key]
    done = subprocess.run(command, input=json.dumps(steps), env=clients.environment(), text=True, capture_output=True,
                          timeout=PATIENCE)
    lines = done.stdout.splitlines()
    for i, line in enumerate(lines):
        if line.startswith(("ok - ", "not ok - ")):
            why = [next_.removeprefix("# ") for next_ in lines[i + 1:i + 30] if next_.startswith("#")]
            tap.ok(line.startswith("ok"), line.partition(" - ")[2], *why)
    if not lines or done.returncode not in (0, 1):
        tap.ok(False, f"{which} calls the tools", done.stdout[-2000:], done.stderr[-2000:])


def main():
    build()
    try:
        clients.install()
    except clients.CannotInstall as why:
        skip_all(f"the clients cannot be installed: {str(why).splitlines()[-1]}")
    tap = Tap()
    with Server(options=["--workers", "0"]) as server:
        folder = pathlib.Path(server.folder, "files", "agents", "pydantic-agentspec")
        folder.mkdir(parents=True)
        (folder / "greeter.json").write_text(json.dumps(AGENT))
        server.options += ["--agents-dir", str(folder.parents[1])]
        server.cli("init", "--workspace", "demo", "--admin", "admin@example.com")
        keys = {kind: server.make_key("admin@example.com", "demo", kind) for kind in ("personal", "workspace")}
        server.start()
        made = server.client(keys["workspace"]).post("/api/v1/knowledge-bases", {
            "type": "text", "title": "Warranty", "content": ["The pump is covered for three years."]})
        base = made.json["data"]["id"]
        for which, kind in ("sdk", "personal"), ("client", "workspace"):
            steps = [*knowledge(base), *agents(base), *runs(), *automations(), *inbox(which), *outside()]
            call_all(tap, server, which, keys[kind], steps)
        reports = server.reports()
        tap.ok(not reports, "no sanitizer has anything to say", *reports)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
