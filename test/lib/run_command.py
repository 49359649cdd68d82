#!/usr/bin/env python3
"""`agentd run`: what it prints, how it ends, and that the run is one like any other, beside a server or without one."""
import json
import signal
import subprocess
import sys

import house as houses
from agentd import COMMAND, PATIENCE, Failure
from fake_model import FakeModel
from house import holds, same, wait_until
from models import House, search

LONG = "A long answer, told slowly and word by word, to whoever is still there. " * 50


def start(house, *arguments):
    return subprocess.Popen([*COMMAND, "run", *arguments, "--workspace", "demo", "--agents-dir", str(house.agents.parents[1])],
                            env=house.server.environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


def run(house, *arguments, said=None, status=0):
    """(what it printed, what it told besides)"""
    process = start(house, *arguments)
    try:
        out, told = process.communicate(said, timeout=PATIENCE)
    except subprocess.TimeoutExpired as late:
        process.kill()
        process.wait()
        raise Failure("it does not end") from late
    if process.returncode != status:
        raise Failure(f"it exited {process.returncode}: {out}{told}")
    return out, told


def newest(house):
    return house.run(house.call("GET", "/runs")["runs"][0]["id"])


# -- the tests ---------------------------------------------------------------------------------------------

def an_agent_answers_on_standard_output(house):
    house.make_agent("OPENAI", "gpt-4o")
    out, told = run(house, "greeter", "hello")
    same((out, told), ("Hello there.\n", ""), "what is printed")
    stored = newest(house)
    same((stored["status"], stored["output"], stored["trigger"]),
         ("succeeded", "user> hello\n\nHello there.", "manual"), "the run")
    run(house, "greeter", "-", said="  from elsewhere\n")
    same(newest(house)["userMessage"], "from elsewhere", "what standard input said")


def no_server_need_be_there(house):
    house.make_agent("OPENAI", "gpt-4o")
    house.server.stop()
    same(run(house, "greeter")[0], "Hello there.\n", "what is printed")
    house.start()
    same((newest(house)["status"], newest(house)["userMessage"]), ("succeeded", ""), "the run")


def what_it_does_is_told_beside_what_it_says(house):
    house.fake.turns = [[search(), {"id": None, "name": "nothing\x1b[2J", "arguments": "{}"}], "Found."]
    house.make_agent("OPENAI", "gpt-4o")
    out, told = run(house, "greeter", "look")
    same(out, "Found.\n", "what is printed")
    same(told.splitlines()[0], "calls search_knowledge", "what it calls first")
    holds(told, "failed: ")
    same("\x1b" in told, False, "whether a tool's name steers the terminal")


def events_are_printed_as_json_lines(house):
    house.fake.turns = [[search()], "Found."]
    house.make_agent("OPENAI", "gpt-4o")
    events = [json.loads(line) for line in run(house, "greeter", "look", "--json")[0].splitlines()]
    kinds = [event["event"] for event in events if event["event"] not in ("status", "delta")]
    same(kinds, ["step", "tool_result", "step", "end"], "the events")
    same("".join(e["data"]["text"] for e in events if e["event"] == "delta"), "Found.", "the text")
    same(events[-1]["data"]["status"], "succeeded", "the end")


def a_run_that_fails_is_an_error(house):
    house.fake.faults = [401]
    house.make_agent("OPENAI", "gpt-4o")
    out, told = run(house, "greeter", "hello", status=1)
    same(out, "", "what is printed")
    holds(told, f"agentd: the run failed: {newest(house)['errorMessage']}")
    _, told = run(house, "nobody", status=1)
    holds(told, 'Agent "nobody" is no longer')


def an_interrupt_cancels_the_run(house):
    house.fake.turns, house.fake.pause = [LONG], 0.02
    house.make_agent("OPENAI", "gpt-4o")
    process = start(house, "greeter", "hello")
    try:
        process.stdout.read(10)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.wait()
    same(process.returncode, 1, "how it exits")
    holds(told, "the run was cancelled: Cancelled by user")
    same(newest(house)["status"], "cancelled", "the run")
    wait_until(lambda: house.fake.left_at, "the end of the provider's connection")


def for_whom_it_is_run(house):
    house.make_agent("OPENAI", "gpt-4o")
    house.server.cli("user", "add", "viewer@example.com", "--workspace", "demo", "--role", "viewer")
    _, told = run(house, "greeter", status=1)
    holds(told, "has 2 members: --user says for whom it is run")
    _, told = run(house, "greeter", "--user", "viewer@example.com", status=1)
    holds(told, "is a viewer")
    run(house, "greeter", "--user", "admin@example.com")
    same(len(house.call("GET", "/runs")["runs"]), 1, "how many runs there are")


TESTS = [
    an_agent_answers_on_standard_output, no_server_need_be_there, what_it_does_is_told_beside_what_it_says,
    events_are_printed_as_json_lines, a_run_that_fails_is_an_error, an_interrupt_cancels_the_run, for_whom_it_is_run,
]

if __name__ == "__main__":
    sys.exit(houses.main(TESTS, sys.argv[1:], FakeModel, House))
