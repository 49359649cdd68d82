#!/usr/bin/env python3
"""The MCP tool wait_for_run: an answer that comes when the run is over, with progress on the way, and a wait that can
be given up.
"""
import http.client
import json
import socket
import sys

import house as houses
from agentd import PATIENCE, Failure
from fake_model import FakeModel
from house import same, wait_until
from models import House, search

VERSION = "2026-07-28"
META = {"io.modelcontextprotocol/protocolVersion": VERSION, "io.modelcontextprotocol/clientCapabilities": {},
        "progressToken": "here"}
LONG = "A long answer, told slowly and word by word, to whoever is still there. " * 50


class Waiting:
    """A call of wait_for_run that is under way."""

    def __init__(self, house, run, **meta):
        call = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {
            "name": "wait_for_run", "arguments": {"id": run}, "_meta": {**META, **meta}}}
        self.connection = http.client.HTTPConnection("127.0.0.1", house.server.port, timeout=PATIENCE)
        self.connection.request("POST", "/mcp", json.dumps(call), {
            "Authorization": f"Bearer {house.key}", "Content-Type": "application/json", "MCP-Protocol-Version": VERSION,
            "Accept": "application/json, text/event-stream", "Mcp-Method": "tools/call", "Mcp-Name": "wait_for_run"})
        self.response = self.connection.getresponse()

    def messages(self):
        """Of a stream its messages, else the answer."""
        if self.response.getheader("Content-Type") == "application/json":
            yield json.loads(self.response.read())
            return
        for line in self.response:
            if line.startswith(b"data: "):
                yield json.loads(line[6:])

    def leave(self):
        self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.connection.close()


def the_answer_comes_when_the_run_is_over(house):
    house.fake.turns, house.fake.pause = [[search()], "Found."], 0.05
    house.make_agent("OPENAI", "gpt-4o")
    *progress, answer = Waiting(house, house.begin()).messages()
    run = answer["result"]["structuredContent"]["run"]
    same((answer["id"], run["status"], run["output"]), (7, "succeeded", "user> hello\n\nFound."), "the answer")
    told = [message["params"] for message in progress]
    same({t["progressToken"] for t in told}, {"here"}, "whose progress it is")
    counts = [t["progress"] for t in told]
    same(counts, sorted(set(counts)), "how progress goes")
    same([t["message"] for t in told][-3:], ["calls search_knowledge", "a tool has answered", "answers"], "what is told")


def a_run_that_is_over_is_answered_at_once(house):
    house.make_agent("OPENAI", "gpt-4o")
    run = house.carried_out()
    *_, answer = Waiting(house, run["id"]).messages()
    same(answer["result"]["structuredContent"]["run"]["status"], "succeeded", "the run")
    *_, answer = Waiting(house, "no-such-run").messages()
    same((answer["result"]["isError"], answer["result"]["content"][0]["text"]),
         (True, 'No run with id "no-such-run" in this workspace.'), "the refusal")


def giving_up_stops_the_waiting_alone(house):
    house.fake.turns, house.fake.pause = [LONG], 0.002
    house.make_agent("OPENAI", "gpt-4o")
    id = house.begin()
    waiting = Waiting(house, id)
    next(waiting.messages())
    waiting.leave()
    wait_until(lambda: "path=/mcp" in house.server.log(), "the end of the request")
    if house.run(id)["status"] == "cancelled":
        raise Failure("the run was cancelled")
    same(house.wait(id)["status"], "succeeded", "the run")


TESTS = [the_answer_comes_when_the_run_is_over, a_run_that_is_over_is_answered_at_once, giving_up_stops_the_waiting_alone]

if __name__ == "__main__":
    sys.exit(houses.main(TESTS, sys.argv[1:], FakeModel, House))
