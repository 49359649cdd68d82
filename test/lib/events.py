#!/usr/bin/env python3
"""Runs watched as they happen: what a client sees of them, and that it sees all of it once, whoever leaves, dies or
stands in between.
"""
import contextlib
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import traceback

from agentd import PATIENCE, Failure, Server, build
from fake_model import FakeModel
from models import House, hanging_run, holds, recite, same, search, wait_for, wait_until
from streams import Cut, Stream
from tap import Tap

NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
TALE = "Once upon a time an otter sat in the harbour – and the parrot said: forty-two. " * 3


# -- helpers -----------------------------------------------------------------------------------------

def watch(house, id, after=None, port=None, key=None, by_header=True, method="GET"):
    query = f"?lastEventId={after}" if after and not by_header else ""
    headers = {"Last-Event-ID": after} if after and by_header else {}
    return Stream(port or house.server.port, f"/api/v1/runs/{id}/events{query}", key or house.key, headers, method)


def text_of(events, step):
    """What a client has on its screen: an offset of 0 begins anew, others go on where the text ends."""
    text = b""
    for event in events:
        if event["event"] == "delta" and event["data"]["step"] == step:
            offset = event["data"]["offset"]
            if offset not in (0, len(text)):
                raise Failure(f"a delta at {offset} behind {len(text)} bytes")
            text = text[:offset] + event["data"]["text"].encode()
    return text.decode()


def kinds(events, *which):
    return [event for event in events if event["event"] in which]


def stored(events):
    """The events that do not depend on when somebody looked."""
    return [(e["event"], e["id"], e["data"]) for e in events if e["event"] not in ("status", "delta")]


def check_whole(events, text):
    """A stream from the beginning to the end of a run that answered at once."""
    same(text_of(events, 0), text, "the text of the deltas")
    same([e["data"]["text"] for e in kinds(events, "step")], [text], "the step")
    same([e["data"]["status"] for e in kinds(events, "end")], ["succeeded"], "the end")


@contextlib.contextmanager
def held_back(fake):
    """The provider says as much as is released, event by event, and all the rest in the end."""
    fake.gate = threading.Semaphore(0)
    try:
        yield fake.gate
    finally:
        gate, fake.gate = fake.gate, None
        gate.release(10000)


LEAD = {"OPENAI": 1, "ANTHROPIC": 3}        # what comes before the first piece of the text


def begun(house, gate, n=2, **where):
    """A run whose reply has come as far as its n-th piece; the stream that has shown them, and its events."""
    id = house.begin()
    stream = watch(house, id, **where)
    same(stream.status, 200, "the status")
    gate.release(LEAD["OPENAI"])
    events = []
    for _ in range(n):
        gate.release(1)
        events += stream.until("delta")
    return id, stream, events


# -- live -------------------------------------------------------------------------------------------------

def deltas_come_as_they_are_written(house):
    house.fake.turns = ["Hello there, otter."]
    for provider, lead in LEAD.items():
        house.make_agent(provider, "some-model", name=provider)
        with held_back(house.fake) as gate:
            stream = watch(house, house.begin(provider))
            gate.release(lead)
            for offset, text in (0, "Hello t"), (7, "here, o"), (14, "tter."):
                gate.release(1)
                events = stream.until("delta")
                same(events[-1]["data"], {"step": 0, "offset": offset, "text": text}, "a delta")
                if not offset:
                    same((events[-2]["data"], events[-2]["id"]), ({"status": "running"}, None), "what came before")
        events += stream.rest()
        same([e["event"] for e in events], ["delta", "step", "end"], "the rest")
        same(events[-1]["data"]["output"], "user> hello\n\nHello there, otter.", "the output")
        same((stream.headers["content-type"], stream.headers["x-accel-buffering"], stream.headers["cache-control"]),
             ("text/event-stream", "no", "no-cache, no-transform"), "the headers")
        same(int(stream.retry) > 0, True, "when to come back")


def steps_and_tool_results_follow(house):
    house.fake.turns = [[search(), search("clerk noon")], [search("ships")], recite]
    house.make_agent("OPENAI", "gpt-4o")
    id = house.begin()
    events = watch(house, id).rest()
    told = kinds(events, "step", "tool_result", "end")
    same([(e["event"], e["id"]) for e in told], [
        ("step", "0"), ("tool_result", "1"), ("tool_result", "2"), ("step", "3"), ("tool_result", "4"), ("step", "5"),
        ("end", "end")], "the events")
    calls = told[0]["data"]["toolCalls"]
    same([c["name"] for c in calls], ["search_knowledge"] * 2, "the calls")
    same([e["data"]["callId"] for e in told[1:3]], [c["id"] for c in calls], "what the results answer")
    same((told[1]["data"]["name"], told[1]["data"]["failed"]), ("search_knowledge", False), "a result")
    holds(told[1]["data"]["text"], "parrot")
    same((told[5]["data"]["tokensInput"], told[5]["data"]["tokensCacheRead"]), (400, 600), "the tokens of a step")
    same(text_of(events, 5), told[5]["data"]["text"], "the text of the deltas")
    run = house.run(id)
    same({name: told[-1]["data"][name] for name in ("status", "output", "errorMessage", "tokensInput", "tokensOutput")},
         {name: run[name] for name in ("status", "output", "errorMessage", "tokensInput", "tokensOutput")}, "the end")
    same(told[-1]["data"]["costUsd"], house.cost(id), "the cost")


def a_run_that_waits_is_watched_from_the_beginning(house):
    house.make_agent("OPENAI", "gpt-4o")
    house.server.stop()
    house.server.options += ["--workers", "0"]
    house.start()
    id = house.begin()
    stream = watch(house, id)
    same(stream.next()["data"], {"status": "queued"}, "the status")
    same(house.call("POST", f"/runs/{id}/cancel"), {"cancelled": True}, "the answer")
    (end,) = stream.rest()
    same((end["event"], end["data"]["status"], end["data"]["errorMessage"]),
         ("end", "cancelled", "Cancelled by user"), "the end")


def a_run_that_ended_is_told_whole(house):
    house.fake.turns, house.fake.counts = [TALE], False
    house.make_agent("OPENAI", "gpt-4o")
    run = house.carried_out()
    events = watch(house, run["id"]).rest()
    check_whole(events, TALE)
    same(kinds(events, "step")[0]["data"]["tokensInput"], None, "what nobody counted")
    house.fake.faults = [401]
    run = house.carried_out()
    (end,) = watch(house, run["id"]).rest()
    same((end["data"]["status"], end["data"]["errorMessage"]), ("failed", run["errorMessage"]), "the end")


def a_hundred_streams_at_once(house):
    house.fake.turns = [TALE]
    house.make_agent("OPENAI", "gpt-4o")
    with held_back(house.fake):
        ids = [house.begin() for _ in range(10)]
        streams = [watch(house, ids[i % 10]) for i in range(100)]
        for stream in streams:
            same(stream.status, 200, "the status")
        # Plain requests are answered meanwhile.
        same(len(house.call("GET", "/runs")["runs"]), 10, "the runs")
    for stream in streams:
        check_whole(stream.rest(), TALE)


# -- resumed -----------------------------------------------------------------------------------------------

def resuming_anywhere_misses_and_repeats_nothing(house):
    house.fake.turns = [[search()], [search("ships"), search("noon")], TALE]
    house.make_agent("OPENAI", "gpt-4o")
    id = house.begin()
    events = watch(house, id).rest()
    for i, event in enumerate(events):
        if not event["id"]:
            continue
        rest = watch(house, id, event["id"], by_header=i % 2 == 0)
        if event["event"] == "end":
            same(rest.status, 204, "the answer to who has seen the end")
            continue
        rest = rest.rest()
        same(stored(rest), stored(events[i + 1:]), f"what comes behind {event['id']}")
        same(text_of(events[:i + 1] + rest, 5), TALE, f"the text, resumed behind {event['id']}")


def resuming_while_the_model_writes(house):
    house.fake.turns = [TALE]
    house.make_agent("OPENAI", "gpt-4o")
    with held_back(house.fake) as gate:
        id, stream, events = begun(house, gate)
        stream.close()
        gate.release(2)
        again = watch(house, id, events[-1]["id"])
        events += again.until("delta")
        same(events[-1]["data"]["offset"], 14, "where it goes on")
    check_whole(events + again.rest(), TALE)


def resuming_after_a_kill(house):
    """The model is asked again: for the same text, for another, and for less."""
    house.make_agent("OPENAI", "gpt-4o")
    for text in TALE, "Once upon a sea. " + TALE, "Once":
        house.fake.turns = [TALE]
        with held_back(house.fake) as gate:
            id, stream, events = begun(house, gate, 3)
            house.server.kill()
            cut = False
            try:
                stream.rest()
            except (Cut, OSError):
                cut = True
            same(cut, True, "whether the stream was cut")
        house.fake.turns = [text]
        house.start()
        rest = watch(house, id, events[-1]["id"]).rest()
        check_whole(events + rest, text)
        same(kinds(rest, "delta")[0]["data"]["offset"], 21 if text == TALE else 0, "where it goes on")


def stopping_the_server_ends_streams_that_go_on_afterwards(house):
    house.fake.turns = [[search()], TALE]
    house.make_agent("OPENAI", "gpt-4o")
    house.fake.faults = [None, "hang"]
    stream = watch(house, house.begin())
    events = stream.until("tool_result")
    wait_for(house.fake.hanging, "the second reply")
    same(house.server.stop(), 0, "the exit status")
    # Not cut: the body has its last chunk.
    events += stream.rest()
    same(kinds(events, "end"), [], "what a server that stops makes up")
    house.start()
    id = house.call("GET", "/runs")["runs"][0]["id"]
    rest = watch(house, id, stream.last_id).rest()
    same([e["id"] for e in kinds(events + rest, "step", "tool_result", "end")], ["0", "1", "2", "end"], "the events")
    same(text_of(events + rest, 2), TALE, "the text")


# -- cancelled, and carried out elsewhere ---------------------------------------------------------------------

def cancelling_ends_the_stream_and_the_provider_s_connection(house):
    house.make_agent("OPENAI", "gpt-4o")
    id = hanging_run(house)
    stream = watch(house, id)
    stream.until("delta")
    same(house.call("POST", f"/runs/{id}/cancel"), {"cancelled": True}, "the answer")
    (end,) = kinds(stream.rest(), "end")
    same((end["data"]["status"], end["data"]["output"]), ("cancelled", ""), "the end")
    wait_until(lambda: house.fake.left_at, "leaving the provider")


def another_process_tells_the_same(house):
    house.fake.turns = [[search()], TALE]
    house.make_agent("OPENAI", "gpt-4o")
    with Server(options=["--workers", "0", *house.server.options]) as other:
        other.environment = house.server.environment
        other.start()
        id = house.begin()
        here, there = watch(house, id), watch(house, id, port=other.port)
        events = there.rest()
        same(stored(events), stored(here.rest()), "what is told")
        same(text_of(events, 2), TALE, "the text")
        house.fake.turns = ["Hello there."]
        id = hanging_run(house)
        here, there = watch(house, id), watch(house, id, port=other.port)
        here.until("delta")
        same(other.client(house.key).post(f"/api/v1/runs/{id}/cancel", {}).json, {"cancelled": True}, "the answer")
        for stream in here, there:
            same(stream.until("end")[-1]["data"]["status"], "cancelled", "the end")
        wait_until(lambda: house.fake.left_at, "leaving the provider")
        same(other.stop(), 0, "the other's exit status")


# -- on the wire -------------------------------------------------------------------------------------------------

def silence_is_broken_by_comments(house):
    house.make_agent("OPENAI", "gpt-4o")
    stream = watch(house, hanging_run(house))
    stream.await_comment()


def who_may_not_watch_is_told_before_the_stream_begins(house):
    house.make_agent("OPENAI", "gpt-4o")
    id = house.carried_out()["id"]
    house.server.cli("init", "--workspace", "other", "--admin", "stranger@example.com")
    house.server.cli("user", "add", "viewer@example.com", "--workspace", "demo", "--role", "viewer")
    stranger = house.server.make_key("stranger@example.com", "other")
    viewer = house.server.make_key("viewer@example.com", "demo", kind="personal")
    for stream, status, why in (
            (watch(house, id, key="tas_" + "x" * 43), 401, None),
            (watch(house, id, key=stranger), 404, "run not found"),
            (watch(house, "no-run"), 404, "run not found"),
            (watch(house, id, "7.x"), 400, "'7.x' is not the id of an event"),
            (watch(house, id, "1.2.3.4", by_header=False), 400, "'1.2.3.4' is not the id of an event"),
            (watch(house, id, method="POST"), 405, None)):
        same(stream.status, status, "the status")
        error = stream.body()["error"]
        same(why in (None, error), True, f"the reason {error!r}")
    same(watch(house, id, key=viewer).rest()[-1]["event"], "end", "what a viewer sees")
    same(watch(house, id.upper().replace("-", ""), key=viewer).rest()[-1]["event"], "end", "a run by its digits")
    head = watch(house, id, method="HEAD")
    same((head.status, head.headers["content-type"]), (200, "text/event-stream"), "the answer to HEAD")


@contextlib.contextmanager
def nginx(port):
    """A reverse proxy as nginx comes, on a port of its own; in a folder that goes away with it."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        own = found.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="agentd-nginx-") as folder:
        pathlib.Path(folder, "nginx.conf").write_text(f"""
            daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
            events {{ }}
            http {{
                access_log off;
                gzip on; gzip_types text/event-stream;
                client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
                uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
                server {{ listen 127.0.0.1:{own}; location / {{ proxy_pass http://127.0.0.1:{port}; }} }}
            }}""")
        proxy = subprocess.Popen([NGINX, "-p", folder, "-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log"],
                                 stdin=subprocess.DEVNULL, stdout=2, stderr=2)
        try:
            wait_until(lambda: proxy.poll() is not None or answers(own), "nginx answering")
            same(proxy.poll(), None, "nginx's exit status")
            yield own
        finally:
            proxy.terminate()
            proxy.wait(PATIENCE)


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def behind_nginx_deltas_come_one_by_one(house):
    house.fake.turns = [TALE]
    house.make_agent("OPENAI", "gpt-4o")
    with nginx(house.server.port) as port:
        with held_back(house.fake) as gate:
            # Each is awaited before the provider says more: what a proxy kept back would never come.
            id, stream, events = begun(house, gate, 5, port=port)
            stream.close()
            again = watch(house, id, events[-1]["id"], port=port)
            gate.release(1)
            events += again.until("delta")
        check_whole(events + again.rest(), TALE)
        same(watch(house, id, "end", port=port).status, 204, "the answer to who has seen the end")


TESTS = [
    deltas_come_as_they_are_written, steps_and_tool_results_follow, a_run_that_waits_is_watched_from_the_beginning,
    a_run_that_ended_is_told_whole, a_hundred_streams_at_once, resuming_anywhere_misses_and_repeats_nothing,
    resuming_while_the_model_writes, resuming_after_a_kill, stopping_the_server_ends_streams_that_go_on_afterwards,
    cancelling_ends_the_stream_and_the_provider_s_connection, another_process_tells_the_same,
    silence_is_broken_by_comments, who_may_not_watch_is_told_before_the_stream_begins,
    behind_nginx_deltas_come_one_by_one,
]


def run(tap, test):
    title = test.__name__.replace("_", " ")
    if test is behind_nginx_deltas_come_one_by_one and not NGINX:
        tap.skip(title, "there is no nginx")
        return
    with FakeModel() as fake, Server() as server:
        try:
            test(House(server, fake))
            status, reports = server.stop(), server.reports()
            wrong = [f"exit status {status}"] * (status != 0) + reports[:3] + fake.offences[:3]
            tap.ok(not wrong, title, *wrong)
        except (Failure, OSError, KeyError, TypeError, IndexError, ValueError):
            tap.ok(False, title, traceback.format_exc(), *server.reports()[:3], server.log()[-2000:],
                   *fake.offences[:3])


def main(names):
    build()
    tap = Tap()
    for test in TESTS:
        if not names or test.__name__ in names:
            run(tap, test)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
