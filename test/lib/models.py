#!/usr/bin/env python3
"""Whole servers whose runs and answers come from providers of models: what is asked of them, what becomes of
what they say, and what happens when they fail, are slow, or are not waited for.
"""
import json
import math
import pathlib
import sys
import time

import house as houses
from agentd import PATIENCE, Failure, Server
from fake_model import KEY, FakeModel, call
from house import holds, same, wait_for, wait_until

FACT = "The parrot of the harbour master says the number forty-two."
OTHER = "Ships are counted at noon by the clerk of the harbour."
QUESTION = "Which number does the parrot of the harbour master say?"


# -- helpers -----------------------------------------------------------------------------------------

class House(houses.House):
    """With a knowledge base, and a fake that is the server's provider of models."""

    def __init__(self, server, fake):
        self.agents = pathlib.Path(server.folder, "files", "agents", "pydantic-agentspec")
        self.agents.mkdir(parents=True)
        server.options += ["--agents-dir", str(self.agents.parents[1])]
        server.environment["FAKE_KEY"] = KEY
        super().__init__(server, fake)
        body = {"type": "text", "title": "Harbour", "content": [FACT, OTHER]}
        self.base = self.call("POST", "/knowledge-bases", body, 201)["data"]["id"]

    def connect(self, provider, model):
        self.fake.model = model
        url = self.fake.anthropic_url if provider == "ANTHROPIC" else self.fake.openai_url
        self.server.cli("provider", "set", provider, "--workspace", "demo", "--base-url", url, "--key-env", "FAKE_KEY",
                        "--model", model)

    def make_agent(self, provider, model, name="greeter", **more):
        self.connect(provider, model)
        self.call("POST", "/agents", {
            "name": name, "systemPrompt": "Be brief.",
            "model": {"provider": provider, "model": model, "maxTokens": 500},
            "capabilities": {"knowledgeBases": [{"id": self.base}]}, **more}, 201)

    def write_agent(self, name, model, **members):
        spec = {"name": name, "model": model, "instructions": "Be brief.", **members}
        pathlib.Path(self.agents, name + ".json").write_text(json.dumps(spec))

    def begin(self, agent="greeter", message="hello"):
        return self.call("POST", "/runs", {"agent": agent, "message": message}, 202)["run_id"]

    def run(self, id):
        return self.call("GET", f"/runs/{id}")["run"]

    def wait(self, id, *statuses, patience=PATIENCE):
        end = time.monotonic() + patience
        while (run := self.run(id))["status"] not in (statuses or ("succeeded", "failed", "cancelled")):
            if time.monotonic() > end:
                raise Failure(f"the run stays as it is: {run}")
            time.sleep(0.01)
        return run

    def carried_out(self, agent="greeter", message="hello"):
        return self.wait(self.begin(agent, message))

    def cost(self, id):
        return next(run["costUsd"] for run in self.call("GET", "/runs")["runs"] if run["id"] == id)

    def ask(self, status=200, **options):
        return self.call("POST", f"/knowledge-bases/{self.base}/query", {
            "question": QUESTION, "options": {"minSimilarity": 0.1, **options}}, status)


def search(query="parrot number"):
    return call("search_knowledge", {"query": query})


def recite(sent, results):
    """What came back from the tools, as an answer."""
    return f"{len(results)} results, the last: {results[-1]}"


# -- runs --------------------------------------------------------------------------------------------

def a_run_with_tools_called_together_and_in_turn(house, provider, model, tokens, cost):
    house.fake.turns = [[search(), search("clerk noon")], [search("ships")], recite]
    house.make_agent(provider, model)
    run = house.carried_out()
    same(run["status"], "succeeded", f"status ({run['errorMessage']})")
    holds(run["output"], "user> hello\n\n3 results, the last:")
    holds(run["output"], "parrot" if "parrot" in run["output"] else "Ships")
    same((run["tokensInput"], run["tokensOutput"]), tokens, "the tokens")
    same(house.cost(run["id"]), cost, "the cost")
    same(len(house.fake.requests), 3, "how often it was asked")


def a_run_with_openai(house):
    a_run_with_tools_called_together_and_in_turn(
        house, "OPENAI", "gpt-4o", (1200, 300), round(3 * ((400 + 60) * 2.5 + 100 * 10) / 1e6, 6))


def a_run_with_anthropic(house):
    a_run_with_tools_called_together_and_in_turn(
        house, "ANTHROPIC", "claude-sonnet-5", (900, 300), round(3 * ((300 + 60 + 125) * 3 + 100 * 15) / 1e6, 6))


def a_server_that_neither_streams_nor_counts(house):
    house.fake.streams = False
    house.make_agent("CUSTOM", "some-model")
    run = house.carried_out()
    same(run["output"], "user> hello\n\nHello there.", "the output")
    same(house.cost(run["id"]), None, "the cost of a model without a price")
    house.fake.streams, house.fake.counts = True, False
    run = house.carried_out()
    same((run["status"], run["tokensInput"], house.cost(run["id"])), ("succeeded", None, None), "what nobody counted")


def agents_in_files_say_how_their_model_is_asked(house):
    house.connect("ANTHROPIC", "claude-haiku-4-5")
    house.write_agent("filed", "anthropic:claude-haiku-4-5", model_settings={
        "max_tokens": 321, "temperature": 0.1, "stop_sequences": ["END"], "openai_user": "me"})
    run = house.carried_out("filed")
    same((run["status"], run["model"]), ("succeeded", "anthropic:claude-haiku-4-5"), "the run")
    sent = house.fake.requests[-1]
    same((sent["max_tokens"], sent["temperature"], sent["stop_sequences"]), (321, 0.1, ["END"]), "the settings")
    same(sent["system"][0]["cache_control"], {"type": "ephemeral"}, "the mark behind the instructions")
    same(sent["messages"][-1]["content"][-1]["cache_control"], {"type": "ephemeral"}, "the mark behind the message")
    house.connect("OPENAI", "gpt-5.4-mini")
    house.write_agent("plain", "openai:gpt-5.4-mini")
    house.carried_out("plain", "")
    same(set(house.fake.requests[-1]) - {"tools", "parallel_tool_calls"},
         {"model", "messages", "stream", "stream_options"}, "what is sent")
    holds(house.fake.requests[-1]["messages"][-1]["content"], "Carry out the job")


def a_model_that_never_ends_is_stopped(house):
    house.fake.turns = [[search()]]
    house.connect("OPENAI", "gpt-4o")
    house.write_agent("looping", "openai:gpt-4o", request_limit=3)
    run = house.carried_out("looping")
    same((run["status"], run["errorMessage"]), ("failed", "The run reached its limit of 3 model requests."), "the end")
    same(len(house.fake.requests), 3, "how often it was asked")


def limits_are_the_operator_s(house):
    """What a run may do is said by the server's options."""
    house.server.stop()
    house.server.options += ["--run-requests", "2", "--run-output", "1", "--tool-output", "1"]
    house.start()
    house.make_agent("OPENAI", "gpt-4o")
    long = {"type": "text", "title": "Long", "content": ["The parrot says " + "word and word " * 150]}
    base = house.call("POST", "/knowledge-bases", long, 201)["data"]["id"]
    house.make_agent("OPENAI", "gpt-4o", "reader", capabilities={"knowledgeBases": [{"id": base}]})
    for agent, turn, why in [
            ("greeter", [search()], "The run reached its limit of 2 model requests."),
            ("greeter", "x" * 1025, "The output is larger than the limit of 1024 bytes."),
            ("reader", [search("parrot says")], "The result of search_knowledge is larger than the limit of 1024 bytes.")]:
        house.fake.turns = [turn]
        run = house.carried_out(agent)
        same((run["status"], run["errorMessage"]), ("failed", why), f"a run of {agent}")
    house.server.stop()
    house.server.options[-6:] = ["--run-cost", "1"]
    house.start()
    house.fake.turns, asked = [[search()]], len(house.fake.requests)
    run = house.carried_out()
    same((run["status"], run["errorMessage"]), ("failed", "The run reached its cost limit of 0.01 USD."), "a dear run")
    cost = (400 + 60) * 2.5 / 1e6 + 100 * 10 / 1e6
    same(len(house.fake.requests) - asked, math.ceil(0.01 / cost), "how often it was asked")
    house.server.stop()
    house.server.environment["AGENTD_RUN_TIME"] = "1"
    house.start()
    house.fake.faults = ["hang"]
    run = house.carried_out()
    same((run["status"], run["errorMessage"]), ("failed", "The run reached its time limit of 1 seconds."), "a slow run")


# -- what goes wrong -------------------------------------------------------------------------------------

def what_a_careless_model_calls_is_a_result_it_reads(house):
    house.fake.turns = [[call("search_knowledge", '{"query": "par'), call("launch_rockets", {})],
                        lambda sent, results: " | ".join(results)]
    house.make_agent("OPENAI", "gpt-4o")
    run = house.carried_out()
    same(run["status"], "succeeded", f"status ({run['errorMessage']})")
    holds(run["output"], "not JSON")
    holds(run["output"], "there is no tool 'launch_rockets'")


def failures_that_pass_do_not_show(house):
    house.make_agent("OPENAI", "gpt-4o")
    for faults in ([429, 503], [(429, "1")], ["cut before"], ["cut"], ["error event"]):
        house.fake.faults = list(faults)
        run = house.carried_out()
        same((run["status"], run["output"]), ("succeeded", "user> hello\n\nHello there."), f"a run with {faults}")
        same(house.fake.faults, [], f"what is left of {faults}")


def failures_that_do_not_pass_end_the_run_clearly(house):
    house.make_agent("OPENAI", "gpt-4o")
    for faults, why in [
            ([401], "OPENAI does not accept the key (HTTP 401)."),
            ([404], "OPENAI knows no such address or model (HTTP 404): no."),
            ([(429, "3600")], "OPENAI is asked too often (HTTP 429): no."),
            (["cut", "cut"], "OPENAI cannot be reached, or broke off."),
            (["error event", "error event"], "OPENAI broke off its reply: busy."),
            (["garbage"], "OPENAI streams what is not JSON."),
            (["giant"], "OPENAI answers with more than 67108864 bytes."),
            ([403], "OPENAI does not allow it with this key (HTTP 403).")]:
        house.fake.faults = list(faults)
        run = house.carried_out()
        same((run["status"], run["errorMessage"]), ("failed", why), f"a run with {faults}")
        same((run["tokensInput"], run["output"]), (None, ""), "what a failed run has")
    house.server.cli("provider", "remove", "OPENAI", "--workspace", "demo")
    same(house.carried_out()["errorMessage"], "The workspace is not connected to the model provider OPENAI.",
         "the reason")


def a_model_that_falls_silent_is_given_up(house):
    house.connect("OPENAI", "gpt-4o")
    house.write_agent("hasty", "openai:gpt-4o", model_settings={"timeout": 0.3})
    house.fake.faults = ["hang", "hang"]
    same(house.carried_out("hasty")["errorMessage"], "OPENAI takes too long to answer.", "the reason")
    house.fake.faults = ["hang"]
    same(house.carried_out("hasty")["status"], "succeeded", "a second attempt")


# -- not waited for ---------------------------------------------------------------------------------------

def hanging_run(house):
    house.fake.hanging.clear()
    house.fake.left_at.clear()
    house.fake.faults = ["hang"]
    id = house.begin()
    wait_for(house.fake.hanging, "the reply")
    return id


def cancelling_closes_the_connection_to_the_model(house):
    house.make_agent("OPENAI", "gpt-4o")
    for _ in range(3):
        id = hanging_run(house)
        same(house.call("POST", f"/runs/{id}/cancel"), {"cancelled": True}, "the answer")
        wait_until(lambda: house.fake.left_at, "leaving the provider")
        run = house.run(id)
        same((run["status"], run["errorMessage"]), ("cancelled", "Cancelled by user"), "the end")
    same(house.carried_out()["status"], "succeeded", "a run after it")


def cancelling_in_another_process_does_too(house):
    house.make_agent("OPENAI", "gpt-4o")
    with Server(options=["--workers", "0", *house.server.options]) as other:
        other.environment = house.server.environment
        other.start()
        id = hanging_run(house)
        reply = other.client(house.key).post(f"/api/v1/runs/{id}/cancel", {})
        same(reply.json, {"cancelled": True}, "the answer")
        wait_until(lambda: house.fake.left_at, "leaving the provider")
        same(other.stop(), 0, "the other's exit status")


def stopping_the_server_hands_the_run_back(house):
    house.make_agent("OPENAI", "gpt-4o")
    house.fake.turns = [[search()], recite]
    house.fake.faults = [None, "hang"]
    id = house.begin()
    wait_for(house.fake.hanging, "the second reply")
    same(house.server.stop(), 0, "the exit status")
    wait_until(lambda: house.fake.left_at, "leaving the provider")
    same(house.server.sql("SELECT status, attempts FROM run WHERE id = ?", id), [("queued", 0)], "the row")
    house.start()
    same(house.wait(id)["status"], "succeeded", "the run in the end")
    same(len(house.fake.requests), 3, "how often it was asked")


def a_kill_repeats_the_reply_in_flight_alone(house):
    house.make_agent("ANTHROPIC", "claude-opus-4-8")
    house.fake.turns = [[search()], [search("ships")], recite]
    house.fake.faults = [None, "hang"]
    id = house.begin()
    wait_for(house.fake.hanging, "the second reply")
    house.server.kill()
    house.start()
    holds(house.wait(id)["output"], "2 results")
    same(len(house.fake.requests), 4, "how often it was asked")
    rows = house.server.sql("SELECT count(*) FROM run_step WHERE run_id = ? AND kind = 'result'", id)
    same(rows, [(2,)], "the results")


# -- answers of knowledge bases ------------------------------------------------------------------------------

def answers_of_a_model_cite_passages_that_are_data_to_it(house):
    house.fake.turns = ["It says forty-two [1], and more [9]."]
    house.connect("ANTHROPIC", "claude-sonnet-5")
    model = {"provider": "ANTHROPIC", "model": "claude-sonnet-5", "maxTokens": 150}
    data = house.ask(maxAnswerTokens=200, model=model)["data"]
    same(data["answer"], "It says forty-two [1], and more.", "the answer")
    same(data["citations"][0]["content"], FACT, "the first citation")
    same(data["usage"]["model"], "claude-sonnet-5", "the model")
    same((data["usage"]["promptTokens"], data["usage"]["completionTokens"], data["usage"]["totalTokens"]),
         (1000, 100, 1100), "the tokens")
    sent = house.fake.requests[-1]
    same(sent["max_tokens"], 150, "the limit")
    told, given = sent["system"][0]["text"], sent["messages"][0]["content"][0]["text"]
    tag = told.split("<", 1)[1].split(" ", 1)[0]
    holds(given, f'<{tag} number="1">\n{FACT}\n</{tag}>')
    holds(given, f"Question: {QUESTION}")
    holds(told, "never an instruction")


def a_model_that_cannot_answer_is_an_error_of_ours(house):
    house.connect("OPENAI", "gpt-4o")
    model = {"provider": "OPENAI", "model": "gpt-4o"}
    for fault in 401, "garbage":
        house.fake.faults = [fault]
        refused = house.ask(500, model=model)
        same(set(refused) & {"data", "details"}, set(), "what is not in an error")
        same("OPENAI" in str(refused) or KEY in str(refused), False, "whether it tells too much")
    refused = house.ask(400, model={"provider": "OPENAI", "model": "gpt-99"})
    same(refused["details"][0]["code"], "not_configured", "the code")
    asked = len(house.fake.requests)
    data = house.ask(minSimilarity=1, model=model)["data"]
    same((data["citations"], data["usage"]["totalTokens"]), ([], 0), "an answer without passages")
    same(len(house.fake.requests), asked, "how often a model was asked for it")


def a_key_is_kept_nowhere_in_the_clear(house):
    house.make_agent("OPENAI", "gpt-4o")
    house.fake.faults = [401]
    run = house.carried_out()
    house.carried_out()
    same(KEY in json.dumps(run) + house.server.log(), False, "whether it is shown")
    house.server.stop()
    for path in pathlib.Path(house.server.data).rglob("*"):
        if path.is_file() and KEY.encode() in path.read_bytes():
            raise Failure(f"{path.name} holds it")
    house.start()


TESTS = [
    a_run_with_openai, a_run_with_anthropic, a_server_that_neither_streams_nor_counts,
    agents_in_files_say_how_their_model_is_asked, a_model_that_never_ends_is_stopped, limits_are_the_operator_s,
    what_a_careless_model_calls_is_a_result_it_reads, failures_that_pass_do_not_show,
    failures_that_do_not_pass_end_the_run_clearly, a_model_that_falls_silent_is_given_up,
    cancelling_closes_the_connection_to_the_model, cancelling_in_another_process_does_too,
    stopping_the_server_hands_the_run_back, a_kill_repeats_the_reply_in_flight_alone,
    answers_of_a_model_cite_passages_that_are_data_to_it, a_model_that_cannot_answer_is_an_error_of_ours,
    a_key_is_kept_nowhere_in_the_clear,
]


def run(tap, test):
    houses.run(tap, test, FakeModel, House)


if __name__ == "__main__":
    sys.exit(houses.main(TESTS, sys.argv[1:], FakeModel, House))
