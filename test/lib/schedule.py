#!/usr/bin/env python3
"""Two servers on one data folder, killed at random while automations are due every second: each window is dealt with
once. A window that nobody was there for belongs to the run of the first one that was missed.

What was dealt with stands in the table of windows. From one row to the next nothing may be left out and nothing may
overlap: a row stands for its window and those that had passed when it was fired, and the next row is for the window
after them. Each row's run must be there, and no other run.

AGENTD_SCHEDULE_WINDOWS (1000) says how many windows, AGENTD_SCHEDULE_SEED repeats the choices of an earlier run.
"""
import os
import random
import shutil
import sys
import time

import agentd
from agentd import PATIENCE, Failure, Server
from tap import Tap

WINDOWS = int(os.environ.get("AGENTD_SCHEDULE_WINDOWS", 1000))
SEED = int(os.environ.get("AGENTD_SCHEDULE_SEED", random.randrange(1 << 32)))
AUTOMATIONS = 40
SECOND = 1_000_000
# The automations act, and nobody carries their runs out: a queued run is as good as any.
OPTIONS = ["--workers", "0", "--no-agents-dir"]


class Twin(Server):
    """Another server on the folder of the first."""

    def __init__(self, first):
        super().__init__(options=OPTIONS)
        shutil.rmtree(self.folder)
        self.folder, self.data, self.environment = first.folder, first.data, first.environment
        self.log_path = os.path.join(first.folder, "log-twin")


def make_automations(server, key):
    client = server.client(key)
    if client.post("/api/v1/agents", {"name": "tick", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}).status != 201:
        raise Failure("there is no agent")
    for n in range(AUTOMATIONS):
        made = client.post("/api/v1/automations", {"name": f"every second {n}", "agent": "tick", "cron": "* * * * * *"})
        if made.status != 201:
            raise Failure(f"an automation was refused: {made}")
    client.close()


def windows_passed(server):
    """How many windows have been dealt with, alone or together with others."""
    return server.sql("SELECT coalesce(sum(floor_at / ? - created_at / ?), 0) FROM automation", SECOND, SECOND)[0][0]


def wreak_havoc(servers, rng):
    """Kills one server, or both, and starts again what is dead, until enough windows have passed."""
    kills, end = 0, time.monotonic() + 10 * PATIENCE
    while windows_passed(servers[0]) < WINDOWS and time.monotonic() < end:
        time.sleep(rng.uniform(0.05, 1.2))
        for victim in rng.sample(servers, rng.choice([1, 1, 1, 2])):
            victim.kill()
            kills += 1
        time.sleep(rng.choice([0, 0, 0.1, 2.5]))
        for server in servers:
            if not server.process:
                server.spawn()
    return kills


def settle(servers):
    """Both serve again, and end well."""
    for server in servers:
        server.kill()
        server.start()
    return [server.stop() for server in servers]


def faults_of(automation, created_at, rows, runs):
    """What is wrong with the rows (window_at, fired_at, run_id) and the runs of one automation."""
    wrong, expected = [], created_at // SECOND * SECOND + SECOND
    for window_at, fired_at, _ in rows:
        if window_at != expected:
            wrong.append(f"{automation}: the window {window_at} was dealt with, not {expected}")
        expected = fired_at // SECOND * SECOND + SECOND
    named = [run for _, _, run in rows]
    if None in named:
        wrong.append(f"{automation}: a window was skipped")
    if sorted(filter(None, named)) != sorted(runs):
        wrong.append(f"{automation}: {len(rows)} windows and {len(runs)} runs, or not the same ones")
    return wrong


def faults(server):
    wrong = []
    for automation, created_at, error in server.sql("SELECT id, created_at, last_fire_error FROM automation"):
        rows = server.sql("SELECT window_at, fired_at, run_id FROM automation_window WHERE automation_id = ? ORDER BY 1", automation)
        runs = [run for run, in server.sql("SELECT id FROM run WHERE automation_id = ?", automation)]
        wrong += faults_of(automation, created_at, rows, runs)
        wrong += [f"{automation}: {error}"] if error else []
    return wrong


def main():
    agentd.build()
    tap = Tap()
    rng = random.Random(SEED)
    tap.say(f"AGENTD_SCHEDULE_SEED={SEED}")
    with Server(options=OPTIONS) as first, Twin(first) as twin:
        key = first.make_people()["admin", "workspace"]
        first.start()
        twin.start()
        make_automations(first, key)
        kills = wreak_havoc([first, twin], rng)
        statuses = settle([first, twin])
        passed, runs = windows_passed(first), first.sql("SELECT count(*) FROM run")[0][0]
        tap.say(f"{kills} kills, {passed} windows, {runs} runs")
        tap.ok(passed >= WINDOWS, "windows passed while servers were killed", passed)
        tap.ok(kills > 5 and runs > 10 * AUTOMATIONS, "there was something to lose, and something to do twice", kills, runs)
        wrong = faults(first)
        tap.ok(not wrong, "each window was dealt with once, and each has the run that is its own", *wrong[:8])
        tap.ok(statuses == [0, 0] and not first.reports() and not twin.reports(),
               "the last servers ended well, and none met a sanitizer", statuses, *(first.reports() + twin.reports())[:2])
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
