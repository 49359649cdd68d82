#!/usr/bin/env python3
"""SIGKILL under load, again and again: what was acknowledged is there, what was not is whole or not
there at all, and runs that were interrupted go on and end once.

Each thread owns what it makes and remembers what the server acknowledged. The one request that the
kill left without an answer may have happened or not; those that create carry an Idempotency-Key and
are sent again afterwards, which must make one thing, not two.

AGENTD_CRASH_ROUNDS (50) says how often, AGENTD_CRASH_SEED repeats the choices of an earlier run.
"""
import http.client
import os
import random
import sys
import threading
import time
import uuid

import agentd
import integrity
from agentd import PATIENCE, Server
from tap import Tap

ROUNDS = int(os.environ.get("AGENTD_CRASH_ROUNDS", 50))
SEED = int(os.environ.get("AGENTD_CRASH_SEED", random.randrange(1 << 32)))
THREADS = 4
MOST = 12                # of a kind that a thread keeps at a time
MODEL = {"provider": "CUSTOM", "model": "builtin/extractive"}
FACT = "Every bicycle frame we sell is covered by a warranty of five years from the date of purchase."
QUESTION = "How long is the warranty of a bicycle frame?"


class Pending:
    """A request on its way: what to do if it was carried out, and with whatever came of it."""

    def __init__(self, method, path, body, key, done):
        self.method, self.path, self.body, self.key, self.done = method, path, body, key, done

    def send(self, client):
        return client.request(self.method, self.path, self.body, {"Idempotency-Key": self.key} if self.key else None)


class Owner:
    """One thread's things. values[id] is the set of values that a thing may have: one, or two when
    the kill left an update without an answer; None among them: it may be gone."""

    def __init__(self, number, rng, shared_agent):
        self.number, self.rng, self.shared_agent = number, rng, shared_agent
        self.agents, self.bases, self.runs = {}, {}, {}
        self.gone = set()
        self.pending = None
        self.acknowledged = 0
        self.wrong = []

    def word(self):
        return f"w{self.number}x{self.rng.randrange(1 << 40):x}"

    # -- what a thread may do next ---------------------------------------------------------------

    def choose(self):
        agents, bases = len(self.agents), len(self.bases)
        return self.rng.choice([
            self.start_run,
            *[self.create_agent] * (agents < MOST),
            *[self.create_base] * (bases < MOST),
            *[self.update_agent] * 2 * (agents > 0),
            *[self.append_content] * (bases > 0),
            *[self.delete_agent] * (agents > MOST / 2),
            *[self.delete_base] * (bases > MOST / 2),
        ])()

    def create(self, path, body, done):
        return Pending("POST", path, body, str(uuid.UUID(int=self.rng.getrandbits(128))), done)

    def create_agent(self):
        name = self.word()
        return self.create("/api/v1/agents", {"name": name, "model": MODEL, "description": name},
                           lambda reply: self.agents.update({reply["data"]["id"]: {name}}))

    def update_agent(self):
        agent, text = self.rng.choice(sorted(self.agents)), self.word()
        return Pending("PATCH", f"/api/v1/agents/{agent}", {"description": text, "features": {"planning": True}}, None,
                       lambda reply: self.agents.update({agent: {text} if reply else self.agents[agent] | {text}}))

    def delete_agent(self):
        agent = self.rng.choice(sorted(self.agents))
        return Pending("DELETE", f"/api/v1/agents/{agent}", None, None,
                       lambda reply: self.forget(self.agents, agent, reply))

    def texts(self):
        """Some short ones; now and then one of so many words that it is stored, and erased, in several steps."""
        short = [f"{self.word()} is a word. {FACT}" for _ in range(self.rng.randrange(1, 4))]
        long = " ".join(f"{self.word()} is a word." for _ in range(4000))
        return short + [long] * (self.rng.random() < 0.25)

    def keep_base(self, reply):
        self.bases[reply["data"]["id"]] = {reply["data"]["contentSize"]["chunks"]}

    def create_base(self):
        return self.create("/api/v1/knowledge-bases", {"type": "text", "title": self.word(), "content": self.texts()},
                           self.keep_base)

    def append_content(self):
        base = self.rng.choice(sorted(self.bases))
        return self.create(f"/api/v1/knowledge-bases/{base}/content", {"content": self.texts()}, self.keep_base)

    def delete_base(self):
        base = self.rng.choice(sorted(self.bases))
        return Pending("DELETE", f"/api/v1/knowledge-bases/{base}", None, None,
                       lambda reply: self.forget(self.bases, base, reply))

    def start_run(self):
        return self.create("/api/v1/runs", {"agent": self.shared_agent, "message": QUESTION},
                           lambda reply: self.runs.update({reply["run_id"]: None}))

    def forget(self, things, thing, reply):
        if reply:
            self.gone.add(thing)
            del things[thing]
        else:
            things[thing] = things[thing] | {None}

    # -- load, and what the kill interrupted -----------------------------------------------------

    def work(self, client):
        """Until the server is gone."""
        try:
            while True:
                self.pending = self.choose()
                self.acknowledge(self.pending.send(client))
                self.pending = None
        except (OSError, http.client.HTTPException):
            client.close()

    def acknowledge(self, reply):
        if reply.status not in (200, 201, 202):
            self.wrong.append(f"{self.pending.method} {self.pending.path} {self.pending.body} answered {reply}")
            return
        self.pending.done(reply.json)
        self.acknowledged += 1

    def settle(self, client):
        """What creates is sent again; of the rest both outcomes are good."""
        if self.pending and self.pending.key:
            self.acknowledge(self.pending.send(client))
        elif self.pending:
            self.pending.done(None)
        self.pending = None


# -- verification --------------------------------------------------------------------------------------------

class Check:
    def __init__(self, server, client, owners, reference):
        self.server, self.client, self.owners, self.reference = server, client, owners, reference
        self.wrong = []

    def all_pages(self, path, key):
        things, page = {}, 1
        while True:
            reply = self.client.get(f"{path}?limit=100&sort=createdAt:asc&page={page}")
            if reply.status != 200:
                self.wrong.append(f"{path} answered {reply}")
                return things
            things.update({t["id"]: t for t in reply.json["data"][key]})
            if not reply.json["pagination"]["hasNextPage"]:
                return things
            page += 1

    def compare(self, kind, listed, expected, gone, value_of):
        """expected: {id: the values it may have}; settled here to what it turned out to have."""
        for thing, values in list(expected.items()):
            found = value_of(listed[thing]) if thing in listed else None
            if found not in values:
                self.wrong.append(f"{kind} {thing} has {found}, not one of {values}")
            if found is None:
                del expected[thing]
                gone.add(thing)
            else:
                expected[thing] = {found}
        for thing in gone & set(listed):
            self.wrong.append(f"{kind} {thing} is there although it was deleted")

    def resources(self):
        agents = self.all_pages("/api/v1/agents", "agents")
        bases = self.all_pages("/api/v1/knowledge-bases", "knowledgeBases")
        for owner in self.owners:
            self.compare("agent", agents, owner.agents, owner.gone, lambda a: a["description"])
            self.compare("knowledge base", bases, owner.bases, owner.gone, lambda b: b["contentSize"]["chunks"])
        for kind, listed, field in (("agents", agents, "agents"), ("knowledge bases", bases, "bases")):
            known = {thing for owner in self.owners for thing in getattr(owner, field)} | self.reference["ids"]
            for thing in set(listed) - known:
                self.wrong.append(f"{kind}: {listed[thing]} was made twice, or by nobody")

    def searches(self):
        reply = self.client.post("/api/v1/knowledge-bases/search", {"query": QUESTION, "options": {"topK": 50}})
        if reply.status != 200 or not reply.json["data"]["results"]:
            self.wrong.append(f"a search answered {reply}")

    def runs(self):
        """Every acknowledged run ends, as one that was never interrupted, and is there once."""
        waiting = {run: owner for owner in self.owners for run, state in owner.runs.items() if state is None}
        end = time.monotonic() + PATIENCE
        while waiting and time.monotonic() < end:
            for run, owner in list(waiting.items()):
                reply = self.client.get(f"/api/v1/runs/{run}")
                if reply.status != 200:
                    self.wrong.append(f"run {run} answered {reply}")
                elif reply.json["run"]["status"] in ("queued", "running"):
                    continue
                else:
                    self.judge(run, reply.json["run"])
                owner.runs[run] = "judged"
                del waiting[run]
            time.sleep(0.01)
        for run in waiting:
            row = self.server.sql("SELECT status, attempts, lease_owner, lease_expires_at FROM run WHERE id = ?", run)
            self.wrong.append(f"run {run} does not end: {row}")

    def judge(self, run, found):
        steps = self.server.sql("SELECT kind FROM run_step WHERE run_id = ? ORDER BY ordinal", run)
        if found["status"] != "succeeded" or found["output"] != self.reference["output"]:
            self.wrong.append(f"run {run} ended as {found}")
        elif steps != self.reference["steps"]:
            self.wrong.append(f"run {run} has the steps {steps}, not {self.reference['steps']}")

    def no_more_runs_than_asked_for(self):
        asked = {run for owner in self.owners for run in owner.runs} | self.reference["ids"]
        for (run,) in self.server.sql("SELECT id FROM run"):
            if run not in asked:
                self.wrong.append(f"run {run} was begun twice, or by nobody")


def what_does_not_leave(server):
    """Contents of which a kill left a part, once their time has passed, and contents that were deleted."""
    server.sql("UPDATE kb_content SET staged_until = 1 WHERE staged_until IS NOT NULL")
    end = time.monotonic() + PATIENCE
    while (left := server.sql("SELECT id FROM kb_content WHERE knowledge_base_id IS NULL")) and time.monotonic() < end:
        time.sleep(0.1)
    return left


def make_reference(server, client):
    """An agent that all runs use, and a run that nothing interrupts."""
    base = client.post("/api/v1/knowledge-bases", {
        "type": "text", "title": "Bicycles", "content": FACT}).json["data"]["id"]
    agent = client.post("/api/v1/agents", {"name": "shared", "model": {**MODEL, "maxTokens": 300}, "capabilities": {
        "knowledgeBases": [{"id": base}]}}).json["data"]["id"]
    run = client.post("/api/v1/runs", {"agent": "shared", "message": QUESTION}).json["run_id"]
    end = time.monotonic() + PATIENCE
    while (found := client.get(f"/api/v1/runs/{run}").json["run"])["status"] != "succeeded" and time.monotonic() < end:
        time.sleep(0.01)
    return {"ids": {base, agent, run}, "output": found["output"],
            "steps": server.sql("SELECT kind FROM run_step WHERE run_id = ? ORDER BY ordinal", run)}


def load_and_kill(server, key, owners, rng):
    clients = [server.client(key) for _ in owners]
    threads = [threading.Thread(target=owner.work, args=(client,)) for owner, client in zip(owners, clients)]
    for thread in threads:
        thread.start()
    # Half of the kills come early, among the first writes after a recovery.
    time.sleep(rng.uniform(0, 0.05) if rng.random() < 0.5 else rng.uniform(0.05, 0.5))
    server.kill()
    for thread in threads:
        thread.join()


def start_again(server, rng):
    if rng.random() < 0.2:
        # Killed once more while it recovers.
        server.spawn()
        time.sleep(rng.uniform(0, 0.1))
        server.kill()
    server.start()


def main():
    agentd.build()
    tap = Tap()
    rng = random.Random(SEED)
    tap.say(f"AGENTD_CRASH_SEED={SEED}")
    with Server(options=["--run-attempts", "100"]) as server:
        key = server.make_people()["admin", "workspace"]
        server.start()
        reference = make_reference(server, server.client(key))
        owners = [Owner(n, random.Random(SEED + n + 1), "shared") for n in range(THREADS)]
        for number in range(1, ROUNDS + 1):
            load_and_kill(server, key, owners, rng)
            start_again(server, rng)
            client = server.client(key)
            for owner in owners:
                owner.settle(client)
            check = Check(server, client, owners, reference)
            check.resources()
            check.searches()
            check.runs()
            check.no_more_runs_than_asked_for()
            check.wrong += integrity.faults_of(server)
            client.close()
            wrong = check.wrong + [w for o in owners for w in o.wrong]
            if not tap.ok(not wrong, f"round {number}", *wrong[:8]):
                break
        acknowledged, runs = sum(o.acknowledged for o in owners), sum(len(o.runs) for o in owners)
        tap.say(f"{acknowledged} writes were acknowledged, {runs} of them runs; "
                f"{server.sql('SELECT count(*) FROM run WHERE attempts > 1')[0][0]} runs were interrupted")
        tap.ok(acknowledged > 5 * ROUNDS, "there was something to lose", acknowledged)
        interrupted = server.sql("SELECT count(*) FROM kb_content WHERE staged_until IS NOT NULL")[0][0]
        left = what_does_not_leave(server) or integrity.faults_of(server)
        tap.ok(not left, f"nothing is left of {interrupted} contents that were on their way, nor of what was deleted", left)
        status = server.stop()
        tap.ok(status == 0 and not server.reports(), "the last server ended well, and none met a sanitizer",
               status, *server.reports()[:2])
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
