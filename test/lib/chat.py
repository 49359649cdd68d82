#!/usr/bin/env python3
"""Agents as models of OpenAI's chat completions API, talked to by its official client; and the fake provider that
other tests trust, judged by the official clients of both protocols.
"""
import http.client
import json
import pathlib
import subprocess
import sys

import clients
import house as houses
from agentd import PATIENCE, Failure
from fake_model import KEY, FakeModel
from house import holds, same, wait_until
from models import House, search
from tap import skip_all

LONG = "A long answer, told slowly and word by word, to whoever is still there. " * 50


def judge(script, test, **environment):
    """One test of a script in test/clients."""
    done = subprocess.run([*clients.script(script), test], env=clients.environment(**environment), text=True,
                          timeout=PATIENCE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode or f"ok - {test}\n" not in done.stdout:
        raise Failure(done.stdout)


def chat(house, test):
    judge("openai.mjs", test, BASE_URL=f"http://127.0.0.1:{house.server.port}/v1", MODEL="greeter", KEY=house.key,
          VIEWER_KEY=getattr(house, "viewer_key", ""))


def runs(house):
    return house.call("GET", "/runs")["runs"]


# -- agents as models ----------------------------------------------------------------------------------

def an_agent_is_a_model_to_the_official_client(house):
    house.fake.pause = 0.2
    house.make_agent("OPENAI", "gpt-4o")
    for test in ("agents are listed as models", "an agent answers as a model would", "an answer is streamed as it comes",
                 "what an agent cannot give is refused"):
        chat(house, test)
    same({run["status"] for run in runs(house)}, {"succeeded"}, "how the runs ended")


def models_are_what_can_be_run(house):
    """A stable version outlives its file; of agents that have one name, the one that runs is listed."""
    house.make_agent("OPENAI", "gpt-4o")
    house.write_agent("greeter", "openai:gpt-4o")
    house.server.cli("agent", "promote", "greeter", "--workspace", "demo", *house.server.options)
    pathlib.Path(house.agents, "greeter.json").unlink()
    pathlib.Path(house.agents, "broken.json").write_text("{")
    house.make_agent("OPENAI", "gpt-4o", name="desk")
    for test in ("agents are listed as models", "an agent answers as a model would"):
        chat(house, test)
    same([run["agentVersionLabel"] for run in runs(house)], ["v1"], "what was run")
    models = house.server.client(house.key).get("/v1/models").json["data"]
    same([(m["id"], m["created"] > 0) for m in models], [("greeter", False), ("desk", True)], "the models")


def a_conversation_is_frozen_with_its_run(house):
    house.make_agent("OPENAI", "gpt-4o", features={"memory": False})
    chat(house, "the conversation so far is heard")
    sent = house.fake.requests[-1]
    same([(m["role"], m["content"]) for m in sent["messages"]], [
        ("system", "Be brief.\n\nAnswer in verse."), ("user", "first\nquestion"),
        ("assistant", "first answer"), ("user", "second question")], "what the model was told")
    same((sent.get("temperature"), sent.get("max_tokens", sent.get("max_completion_tokens"))), (0.5, 500),
         "what the agent says about its model, not the client")
    same(runs(house)[0]["userMessagePreview"], "second question", "what the run was asked")


def an_answer_of_several_steps(house):
    """Streamed is all that the agent says; the plain answer is its last reply."""
    house.fake.turns, house.fake.pause = [[search()], "Hello there."], 0.2
    house.make_agent("OPENAI", "gpt-4o")
    chat(house, "an agent answers as a model would")
    chat(house, "an answer is streamed as it comes")


def tokens_are_counted_as_openai_does(house):
    """Of all replies, and those that a cache was read for among the others; paths mean what they are normally."""
    house.fake.turns = [[search()], "Hello there."] * 2
    house.make_agent("OPENAI", "gpt-4o")
    client = house.server.client(house.key)
    body = {"model": "greeter", "messages": [{"role": "user", "content": "hi"}]}
    usage = {"prompt_tokens": 2000, "completion_tokens": 200, "total_tokens": 2200,
             "prompt_tokens_details": {"cached_tokens": 1200}}
    same(client.post("/v1/chat/./completions", body).json["usage"], usage, "of a plain answer")
    streamed = client.post("/v1/chat/completions", {**body, "stream": True, "stream_options": {"include_usage": True}})
    holds(streamed.body.decode(), json.dumps(usage, separators=(",", ":")))


def keys_decide(house):
    house.make_agent("OPENAI", "gpt-4o")
    house.server.cli("user", "add", "viewer@example.com", "--workspace", "demo", "--role", "viewer")
    house.viewer_key = house.server.make_key("viewer@example.com", "demo", "personal")
    chat(house, "keys decide who may")
    same(runs(house), [], "what was run")


def a_failed_run(house):
    house.fake.faults = [401, 401]
    house.make_agent("OPENAI", "gpt-4o")
    chat(house, "a run that fails is an error that is not tried again")
    same([run["status"] for run in runs(house)], ["failed", "failed"], "the runs")


def a_client_that_hangs_up(house):
    house.fake.turns, house.fake.pause = [LONG], 0.02
    house.make_agent("OPENAI", "gpt-4o")
    chat(house, "who hangs up stops the run")
    wait_until(lambda: runs(house)[0]["status"] == "cancelled", "the end of the run")
    wait_until(lambda: house.fake.left_at, "the end of the provider's connection")


def ask_plainly(house):
    """A connection on which a plain answer is waited for, which will be long."""
    house.fake.turns, house.fake.pause = [LONG], 0.02
    house.make_agent("OPENAI", "gpt-4o")
    body = json.dumps({"model": "greeter", "messages": [{"role": "user", "content": "hi"}]})
    connection = http.client.HTTPConnection("127.0.0.1", house.server.port, timeout=PATIENCE)
    connection.request("POST", "/v1/chat/completions", body, {"Authorization": f"Bearer {house.key}"})
    wait_until(lambda: house.fake.requests, "the model to be asked")
    return connection


def a_client_that_does_not_wait_for_a_plain_answer(house):
    ask_plainly(house).close()
    wait_until(lambda: runs(house)[0]["status"] == "cancelled", "the end of the run")
    wait_until(lambda: house.fake.left_at, "the end of the provider's connection")


def a_server_that_stops_while_an_answer_is_waited_for(house):
    connection = ask_plainly(house)
    same(house.server.stop(), 0, "the exit status")
    answer = connection.getresponse()
    same((answer.status, answer.headers["Retry-After"]), (503, "1"), "the answer")
    holds(json.loads(answer.read())["error"]["message"], "stopping")
    same(house.server.sql("SELECT status FROM run"), [("cancelled",)], "the run")
    house.server.start()


def what_is_too_large_is_refused_as_openai_does(house):
    client = house.server.client(house.key)
    reply = client.post("/v1/chat/completions", b"x" * (5 << 20))
    same((reply.status, reply.json["error"]["type"]), (413, "invalid_request_error"), "too large a body")
    reply = house.server.client().post("/v1/chat/completions", b"x" * (1 << 20))
    same((reply.status, reply.json["error"]["type"]), (413, "invalid_request_error"), "a stranger's")


# -- the fake provider -----------------------------------------------------------------------------------

def the_fake_is_a_provider_to_the_official_clients(house):
    house.fake.model = "some-model"
    protocols = (("openai.mjs", house.fake.openai_url), ("anthropic.mjs", house.fake.anthropic_url))
    for script, url in protocols:
        house.fake.turns = ["Hello there."]
        judge(script, "a provider's stream is understood", BASE_URL=url, KEY=KEY, MODEL="some-model")
        house.fake.turns = [[search("x")]]
        judge(script, "a provider's calls of tools are understood", BASE_URL=url, KEY=KEY, MODEL="some-model")


TESTS = [
    an_agent_is_a_model_to_the_official_client, models_are_what_can_be_run, a_conversation_is_frozen_with_its_run,
    an_answer_of_several_steps, tokens_are_counted_as_openai_does, keys_decide, a_failed_run, a_client_that_hangs_up,
    a_client_that_does_not_wait_for_a_plain_answer,
    a_server_that_stops_while_an_answer_is_waited_for, what_is_too_large_is_refused_as_openai_does,
    the_fake_is_a_provider_to_the_official_clients,
]


def main(names):
    try:
        clients.install()
    except clients.CannotInstall as why:
        skip_all(f"the official clients cannot be installed: {why}")
    return houses.main(TESTS, names, FakeModel, House)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
