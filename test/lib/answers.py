#!/usr/bin/env python3
"""What agents are beyond a prompt: answers that must fit a schema, files in the shape of Cargo AI, notes on users,
plans; and the models that providers say they have.
"""
import json
import pathlib
import sys

import house as houses
from agentd import Failure
from fake_model import KEY, FakeModel, call
from house import holds, same
from models import House as ModelHouse

COUNT = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}, "required": ["n"],
         "additionalProperties": False}


class House(ModelHouse):
    def write_cargo(self, name, **members):
        folder = self.agents.parent / "cargo-ai"
        folder.mkdir(exist_ok=True)
        pathlib.Path(folder, name + ".json").write_text(json.dumps({"name": name, **members}))

    def cli(self, *words):
        return self.server.cli(*words)

    def refused(self, *words):
        try:
            self.cli(*words)
        except Failure as failure:
            return str(failure)
        raise Failure(f"{words} is accepted")

    def offered(self, provider):
        models = json.loads(self.cli("provider", "models", provider, "--workspace", "demo", "--json"))
        return {m["id"]: m["name"] for m in models}


# -- answers that must fit -----------------------------------------------------------------------------

def an_answer_fits_its_schema_or_is_asked_for_once_more(house):
    for provider, model, studio in ("OPENAI", "gpt-4o", "openai"), ("ANTHROPIC", "claude-sonnet-5", "anthropic"):
        house.connect(provider, model)
        house.write_agent("counter", f"{studio}:{model}", output_schema=COUNT)
        house.fake.turns = ['```json\n{"n": 7}\n```']
        run = house.carried_out("counter")
        same((run["status"], run["output"]), ("succeeded", 'user> hello\n\n{"n": 7}'), "an answer that fits")
        sent = house.fake.requests[-1]
        form = sent["response_format"]["json_schema"] if provider == "OPENAI" else sent["output_config"]["format"]
        same(form["schema"], COUNT, "the schema that goes along")
        house.fake.turns = ["Seven.", '{"n": 7}']
        run = house.carried_out("counter")
        same((run["status"], run["output"]), ("succeeded", 'user> hello\n\n{"n": 7}'), "an answer that was mended")
        holds(json.dumps(house.fake.requests[-1]["messages"][-1]), "does not fit its JSON Schema: it is not JSON")
        house.fake.turns = ['{"n": 0}']
        asked = len(house.fake.requests)
        run = house.carried_out("counter")
        same((run["status"], run["errorMessage"]), ("failed", "The answer does not fit the agent's output_schema, even "
             "when asked for again: n: must be 1 or more"), "an answer that never fits")
        same(len(house.fake.requests) - asked, 2, "how often it was asked")


def a_schema_that_is_none_is_refused_before_a_run_begins(house):
    house.connect("OPENAI", "gpt-4o")
    house.write_agent("counter", "openai:gpt-4o", output_schema={"type": "number", "minimum": "one"})
    refused = house.call("POST", "/runs", {"agent": "counter"}, 422)
    same(refused["error"], "Agent \"counter\" has an output_schema that couldn't be used: minimum must be a number",
         "the text")
    text = pathlib.Path(house.agents, "counter.json").read_text()
    same(house.call("POST", "/agents/validate", {"content": text, "format": "json"})["valid"], True, "its shape")


# -- Cargo AI --------------------------------------------------------------------------------------------

def a_cargo_agent_is_asked_once_and_shows_its_fields(house):
    house.connect("OPENAI", "gpt-4o")
    house.fake.turns = ['{"box": "billing", "sure": 0.5}']
    schema = {"type": "object", "properties": {"sure": {"type": "number"}, "box": {"type": "string"}}}
    house.write_cargo("sorter", agent_schema=schema, inputs=[{"type": "text", "text": "Sort the ticket."}],
                      runtime_vars={"model": "openai:gpt-4o"})
    run = house.carried_out("sorter", "My invoice is wrong.")
    same((run["status"], run["output"]), ("succeeded", "user> My invoice is wrong.\n\nsure: 0.5\nbox: billing"), "the run")
    sent = house.fake.requests[-1]
    same(sent["messages"], [{"role": "user", "content": "Sort the ticket.\n\nUser input: My invoice is wrong."}], "the prompt")
    same("tools" in sent, False, "whether it has tools")
    same(sent["response_format"]["json_schema"]["strict"], True, "whether the schema is complete")


def what_a_cargo_agent_cannot_have_here_is_named(house):
    schema = {"type": "object", "properties": {"box": {"type": "string"}}}
    for members, why in [
            ({"model": "gpt-4o", "agent_schema": schema}, "agent's model field must be `provider:model` (got `gpt-4o`)"),
            ({"model": "openai:gpt-4o", "agent_schema": schema,
              "actions": [{"name": "a", "logic": True, "run": [{"kind": "exec", "program": "rm", "args": []}]}]},
             "actions[0] has a step of kind `exec`, which this server does not carry out"),
            ({"model": "openai:gpt-4o", "agent_schema": schema, "inputs": [{"type": "file", "path": "a.pdf"}]},
             "inputs[0] is of type `file`; this server reads `text` and `url` alone")]:
        house.write_cargo("sorter", **members)
        run = house.carried_out("sorter")
        same((run["status"], run["errorMessage"]), ("failed", why), "the run")
    same(house.fake.requests, [], "what was asked")


# -- memory and plans ------------------------------------------------------------------------------------

def what_is_remembered_is_known_to_the_next_run_of_the_same_user(house):
    house.fake.turns = [[call("remember", {"text": "Likes pears."})], "Noted."]
    house.make_agent("OPENAI", "gpt-4o")
    same(house.carried_out()["status"], "succeeded", "the first run")
    house.fake.turns = ["Pears, then."]
    house.carried_out()
    holds(house.fake.requests[-1]["messages"][0]["content"], "Your notes:\n1. Likes pears.")
    house.cli("user", "add", "other@example.com", "--workspace", "demo", "--role", "operator")
    house.admin = house.server.client(house.server.make_key("other@example.com", "demo"))
    house.carried_out()
    same("pears" in json.dumps(house.fake.requests[-1]), False, "whether it is told to somebody else")


def a_plan_stands_in_the_record_of_its_run(house):
    steps = [{"title": "Look", "status": "done"}, {"title": "Tell"}]
    house.fake.turns = [[call("update_plan", {"steps": steps})], lambda sent, results: results[-1]]
    house.make_agent("OPENAI", "gpt-4o", features={"planning": True, "memory": False})
    run = house.carried_out()
    same(run["output"], 'user> hello\n\n{"done":1,"left":1}', "how far it has come")
    holds(house.fake.requests[0]["messages"][0]["content"], "plan before you act")
    same({t["function"]["name"] for t in house.fake.requests[0]["tools"]}, {"search_knowledge", "update_plan"}, "its tools")


# -- models that providers list ----------------------------------------------------------------------------

def a_provider_s_own_list_takes_the_place_of_ours(house):
    house.connect("OPENAI", "gpt-4o")
    house.fake.listed = [("gpt-4o", {}), ("gpt-99", {}), ("text-embedding-3-small", {}), ("gpt-99", {})]
    house.cli("provider", "models", "OPENAI", "--workspace", "demo", "--refresh")
    same(house.offered("OPENAI"), {"openai/gpt-4o": "GPT-4o", "openai/gpt-99": "openai/gpt-99"}, "what is offered")
    house.connect("ANTHROPIC", "claude-sonnet-5")
    house.fake.listed = [("claude-haiku-4-5", {"display_name": "Claude Haiku 4.5"}), ("b", {}), ("c", {}), ("d", {}), ("e", {})]
    house.cli("provider", "models", "ANTHROPIC", "--workspace", "demo", "--refresh")
    same(list(house.offered("ANTHROPIC")), ["anthropic/b", "anthropic/c", "anthropic/claude-haiku-4.5", "anthropic/d",
                                            "anthropic/e"], "all pages")
    house.fake.listed = [("qwen3:8b", {"name": "Qwen", "supported_parameters": ["reasoning"]})]
    house.cli("provider", "set", "OPEN_ROUTER", "--workspace", "demo", "--base-url", house.fake.openai_url, "--key-env",
              "FAKE_KEY", "--list-models")
    same(house.offered("OPEN_ROUTER"), {"qwen3:8b": "Qwen"}, "what was asked for when it was connected")


def a_list_that_cannot_be_had_leaves_the_one_before(house):
    house.connect("OPENAI", "gpt-4o")
    house.fake.listed = [("gpt-99", {})]
    for fault, why in [(401, "OPENAI does not accept the key (HTTP 401)"), (500, "OPENAI lists no models (HTTP 500)"),
                       ("garbage", "OPENAI answers with what is no list of models")]:
        house.fake.faults = [fault]
        done = house.refused("provider", "models", "OPENAI", "--workspace", "demo", "--refresh")
        holds(done, why)
        same(KEY in done, False, "whether it tells the key")
    house.fake.listed = [("whisper-1", {})]
    holds(house.refused("provider", "models", "OPENAI", "--workspace", "demo", "--refresh"), "OPENAI lists no models")
    same(list(house.offered("OPENAI")), ["gpt-4o"], "what is offered")


TESTS = [
    an_answer_fits_its_schema_or_is_asked_for_once_more, a_schema_that_is_none_is_refused_before_a_run_begins,
    a_cargo_agent_is_asked_once_and_shows_its_fields, what_a_cargo_agent_cannot_have_here_is_named,
    what_is_remembered_is_known_to_the_next_run_of_the_same_user, a_plan_stands_in_the_record_of_its_run,
    a_provider_s_own_list_takes_the_place_of_ours, a_list_that_cannot_be_had_leaves_the_one_before,
]

if __name__ == "__main__":
    sys.exit(houses.main(TESTS, sys.argv[1:], FakeModel, House))
