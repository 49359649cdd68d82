#!/usr/bin/env python3
"""Runs with tools while servers are killed, share a store, have no room, or find no provider: every run ends once and
as it would have without, no result that is stored is fetched again, no run is lost or stuck.

What a run does is counted outside of the server: its model's requests by the fake provider, its tools' calls by
the pages that they fetch. The first number of a run's message is its name there.

AGENTD_RUN_KILLS (200) says how often a server is killed, AGENTD_RUN_FAULTS_SEED repeats the choices of an earlier
run.
"""
import collections
import contextlib
import os
import random
import re
import resource
import sqlite3
import sys
import threading
import time

import fakes
import house as houses
import integrity
import models
from agentd import PATIENCE, Server, build
from fake_model import FakeModel, call
from house import same, wait_until
from tap import Tap

KILLS = int(os.environ.get("AGENTD_RUN_KILLS", 200))
SEED = int(os.environ.get("AGENTD_RUN_FAULTS_SEED", random.randrange(1 << 32)))
MOST = 24               # runs that are not over at a time
STEPS = ["reply", "result", "result", "reply", "result", "reply"]
GONE_S = 100            # how long a provider is hoped for: the pauses before eight attempts


# -- outside -----------------------------------------------------------------------------------------

class Page(fakes.Handler):
    def do_GET(self):
        pages = self.server.fake
        with pages.lock:
            pages.visits[self.path].append(time.time())
        time.sleep(pages.rng.uniform(0, 0.02))
        self.reply(200, f"The page {self.path} says hello.", Content_Type="text/plain")


class Pages(fakes.Fake):
    """Any page, and when each was visited."""

    def __init__(self):
        super().__init__(Page)
        self.rng, self.visits = random.Random(SEED), collections.defaultdict(list)

    def url(self, number, n):
        return f"http://{self.address}{self.path(number, n)}"

    @staticmethod
    def path(number, n):
        return f"/{number}/{n}"


def number_of(sent):
    """The name of the run that a request to the model is about."""
    return int(re.search(r"\d+", next(m["content"] for m in sent["messages"] if m["role"] == "user"))[0])


class House(models.House):
    """With an agent that fetches two pages at once, then a third, and then answers."""

    def __init__(self, server, fake, pages):
        self.pages, self.ids = pages, {}        # {number: the run's id, or None when that was not heard}
        server.options += ["--fetch-allow", self.pages.address, "--workers", str(MOST), "--run-attempts", "100"]
        super().__init__(server, fake)
        fake.turns = [lambda sent, _: self.fetch(sent, 0, 1), lambda sent, _: self.fetch(sent, 2),
                      lambda sent, results: f"{len(results)} pages for {number_of(sent)}."]
        self.make_agent("OPENAI", "gpt-4o", capabilities={"tools": [{"kind": "system", "id": "web_fetch"}]})

    def fetch(self, sent, *which):
        return [call("web_fetch", {"url": self.pages.url(number_of(sent), n)}) for n in which]

    def start_run(self, client=None):
        """False: nobody answered."""
        number = len(self.ids)
        self.ids[number] = None
        try:
            reply = (client or self.admin).post("/api/v1/runs", {"agent": "greeter", "message": f"Fetch {number}."})
        except (OSError, http.client.HTTPException):
            return False
        same(reply.status, 202, f"the answer ({reply})")
        self.ids[number] = reply.json["run_id"]
        return True

    def n_open(self):
        return self.server.sql("SELECT count(*) FROM run WHERE status IN ('queued', 'running')")[0][0]

    def wait_until_over(self):
        wait_until(lambda: self.n_open() == 0, "the end of all runs", 2 * PATIENCE)

    def asked(self, number):
        return sum(number_of(sent) == number for sent in list(self.fake.requests))


# -- what must hold of runs that were disturbed -----------------------------------------------------------

def check_visits(house, number, id):
    """A page that a result was stored of is not visited after that; its visits before are those of attempts."""
    stored = house.server.sql(
        "SELECT created_at FROM run_step WHERE run_id = ? AND kind = 'result' ORDER BY ordinal", id)
    for n, (at,) in enumerate(stored):
        visits = house.pages.visits[house.pages.path(number, n)]
        same(bool(visits), True, f"whether page {n} of run {number} was visited")
        same([v for v in visits if v > at / 1e6], [], f"the visits of page {n} of run {number} after it was stored")


def check_run(house, row):
    id, message, status, output, error = row
    number = int(re.search(r"\d+", message)[0])
    same((status, error), ("succeeded", None), f"the end of run {number}")
    same(output, f"user> {message}\n\n3 pages for {number}.", f"the output of run {number}")
    kinds = [kind for kind, in house.server.sql("SELECT kind FROM run_step WHERE run_id = ? ORDER BY ordinal", id)]
    same(kinds, STEPS, f"the steps of run {number}")
    check_visits(house, number, id)
    return number


def check_ends(logs):
    """A worker says so when it has ended a run; the kill may have come before it could."""
    ended = collections.Counter(re.findall(r" run\.end run=(\S+)", "".join(logs)))
    same([run for run, n in ended.items() if n > 1], [], "the runs that ended twice")


def check_all(house, *logs):
    rows = house.server.sql("SELECT id, user_message, status, output, error_message FROM run")
    numbers = [check_run(house, row) for row in rows]
    same(len(numbers), len(set(numbers)), "how many runs there are of different names")
    same({id for id in house.ids.values() if id} - {row[0] for row in rows}, set(), "the runs that were lost")
    same(set(numbers) - set(house.ids), set(), "the runs that nobody asked for")
    check_ends(logs)
    same(integrity.faults_of(house.server), [], "the store")


# -- kills -----------------------------------------------------------------------------------------------

def begin_until_killed(house, client, until):
    while time.monotonic() < until:
        if len(house.ids) - house.over > MOST or not house.start_run(client):
            time.sleep(0.005)


def one_kill(house, rng):
    """Half of them come early, while those that the last one interrupted are taken up."""
    client = house.server.client(house.key)
    until = time.monotonic() + (rng.uniform(0, 0.1) if rng.random() < 0.5 else rng.uniform(0.1, 0.6))
    house.over = len(house.ids) - house.n_open()
    begin_until_killed(house, client, until)
    house.server.kill()
    client.close()
    house.start()


def kills_at_random_cost_no_run_and_repeat_no_result(house):
    rng = random.Random(SEED)
    for _ in range(KILLS):
        one_kill(house, rng)
    house.wait_until_over()
    check_all(house, house.server.log())
    interrupted = house.server.sql("SELECT count(*) FROM run WHERE attempts > 1")[0][0]
    same(interrupted > KILLS / 4, True, f"whether enough was interrupted ({interrupted} of {len(house.ids)} runs)")
    return f"{KILLS} kills interrupted {interrupted} of {len(house.ids)} runs"


# -- two servers on one store -----------------------------------------------------------------------------

@contextlib.contextmanager
def another_server(house):
    with Server(house.server.environment, house.server.options) as other:
        other.environment = house.server.environment
        other.data = house.server.data
        yield other.start()


def ended_by(server):
    return len(re.findall(r" run\.end ", server.log()))


def two_servers_share_the_work_and_no_run(house):
    with another_server(house) as other:
        clients = [house.admin, other.client(house.key)]
        for n in range(60):
            house.start_run(clients[n % 2])
        house.wait_until_over()
        check_all(house, house.server.log(), other.log())
        same([house.asked(number) for number in house.ids], [3] * 60, "how often the model was asked for each run")
        same([len(v) for v in house.pages.visits.values()], [1] * 180, "how often each page was visited")
        same(bool(ended_by(house.server) and ended_by(other)), True, "whether both did something")
        same(other.stop(), 0, "the other's exit status")


def a_server_that_is_killed_leaves_its_runs_to_the_other(house):
    rng = random.Random(SEED)
    for _ in range(5):
        with another_server(house) as other:
            for _ in range(MOST):
                house.start_run(other.client(house.key))
            time.sleep(rng.uniform(0, 0.1))
            other.kill()
            house.wait_until_over()
            check_ends([other.log()])
    check_all(house, house.server.log())
    rows = house.server.sql("SELECT user_message, attempts FROM run")
    # Killed five times, each time it can have been at a run at most once.
    same([row for row in rows if row[1] > 2], [], "the runs that were begun more than twice")
    for message, attempts in rows:
        number = int(re.search(r"\d+", message)[0])
        same(3 <= house.asked(number) < 3 + attempts, True, f"whether run {number} asked {house.asked(number)} times")


# -- a store that cannot be written -------------------------------------------------------------------------

def hold_back(fake):
    """The event that the model waits for before each of its turns."""
    gate = threading.Event()

    def behind(turn):
        return lambda sent, results: gate.wait(2 * PATIENCE) and turn(sent, results)

    fake.turns = [behind(turn) for turn in fake.turns]
    return gate


def limit_files(house, limit):
    """No file of the server may become larger; None: they may again."""
    pid = house.server.process.pid
    hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard if limit is None else limit, hard))


def a_full_disk_costs_time_and_no_run(house):
    gate = hold_back(house.fake)
    for _ in range(5):
        house.start_run()
    wait_until(lambda: len(house.fake.requests) == 5, "the first request of each run")
    limit_files(house, os.path.getsize(os.path.join(house.server.data, "agentd.db-wal")))
    gate.set()
    wait_until(lambda: house.server.log().count(" run.dropped ") == 5, "that all runs notice")
    same(house.n_open(), 5, "the runs that wait")
    refused = house.admin.post("/api/v1/runs", {"agent": "greeter", "message": "Fetch 99."})
    same(refused.status >= 500, True, f"whether another run is refused ({refused})")
    same(len(house.call("GET", "/runs")["runs"]), 5, "the runs that are shown")
    same(house.run(house.ids[0])["status"], "running", "the status of one")
    same(len(house.call("GET", "/agents")["data"]["agents"]), 1, "the agents that are shown")
    limit_files(house, None)
    house.start_run()
    house.wait_until_over()
    check_all(house, house.server.log())


def lock_store(house, seconds):
    path = os.path.join(house.server.data, "agentd.db")
    with contextlib.closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as store:
        store.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        store.execute("ROLLBACK")


def a_store_that_is_locked_for_long_loses_and_doubles_no_run(house):
    """For longer, all in all, than a lease lasts that nobody renews."""
    gate = hold_back(house.fake)
    for _ in range(5):
        house.start_run()
    wait_until(lambda: len(house.fake.requests) == 5, "the first request of each run")
    for _ in range(3):
        lock_store(house, 7)
        time.sleep(1)
    gate.set()
    house.wait_until_over()
    check_all(house, house.server.log())
    same(house.server.sql("SELECT DISTINCT attempts FROM run"), [(1,)], "the attempts")
    same([house.asked(number) for number in house.ids], [3] * 5, "how often the model was asked for each run")


# -- a provider that is not there ---------------------------------------------------------------------------

def a_provider_that_refuses_connections_is_hoped_for_and_then_given_up(house):
    house.fake.go_down()
    house.start_run()
    wait_until(lambda: house.server.log().count(" model.retry ") >= 3, "that it is tried again")
    house.start_run()
    same(house.call("POST", f"/runs/{house.ids[1]}/cancel"), {"cancelled": True}, "the answer")
    same(house.run(house.ids[1])["status"], "cancelled", "the one that is not waited for")
    wait_until(lambda: house.n_open() == 0, "the end of hope", GONE_S)
    run = house.run(house.ids[0])
    same((run["status"], run["errorMessage"]), ("failed", "OPENAI cannot be reached, or broke off."), "the end")


def a_storm_of_429_passes_or_is_given_up(house):
    house.fake.faults = [(429, "1")] * 10
    for _ in range(5):
        house.start_run()
    house.wait_until_over()
    check_all(house, house.server.log())
    house.fake.faults = [(429, "1")] * 100
    run = house.wait(house.begin(message="Fetch 99."), patience=GONE_S)
    same((run["status"], run["errorMessage"]), ("failed", "OPENAI is asked too often (HTTP 429): no."), "the end")
    same(100 - len(house.fake.faults), 8, "how often it was asked")


# -- all of it -------------------------------------------------------------------------------------------------

TESTS = [two_servers_share_the_work_and_no_run, a_server_that_is_killed_leaves_its_runs_to_the_other,
         kills_at_random_cost_no_run_and_repeat_no_result]
# These wait for leases and pauses, which they may do together and beside the others.
PATIENT = [a_full_disk_costs_time_and_no_run, a_store_that_is_locked_for_long_loses_and_doubles_no_run,
           a_provider_that_refuses_connections_is_hoped_for_and_then_given_up, a_storm_of_429_passes_or_is_given_up]


def run(tap, test):
    with Pages() as pages:
        houses.run(tap, test, FakeModel, lambda server, fake: House(server, fake, pages))


def main(names):
    build()
    tap = Tap()
    tap.say(f"AGENTD_RUN_FAULTS_SEED={SEED}")
    chosen = [test for test in PATIENT + TESTS if not names or test.__name__ in names]
    waiting = [threading.Thread(target=run, args=(tap, test)) for test in chosen if test in PATIENT]
    for thread in waiting:
        thread.start()
    for test in chosen:
        if test in TESTS:
            run(tap, test)
    for thread in waiting:
        thread.join()
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
