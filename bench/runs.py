"""The rows of `bench/run runs`: what carrying out runs costs beside the model that is waited for.

The model is bench/provider.c: what it does is in its name (`bench-MS-TURNS`), a message begins with a number by
which the provider's record knows it, and its moments are microseconds of the clock that moment() reads.
"""
import http.client, json, os, pathlib, socket, sqlite3, statistics, subprocess, threading, time

from lib import (AGENTD, QUICK, RELEASE, ROUNDS, Store, figure, posts_against_raw_inserts, resident_mb, run, serve, wrk)

AT_ONCE = 1000
PATIENCE = 120                       # seconds, for what takes a few
NOW, NOW_3, SLOW_3, NEVER = "bench-0-1", "bench-0-3", "bench-1000-3", "bench-600000-1"
# Beginning late enough for all streams to be open.
STREAMED = "bench-2000-1-40-50" if QUICK else "bench-2000-1-200-50"
TOGETHER = STREAMED + "-together"
MODELS = [NOW, NOW_3, SLOW_3, NEVER, STREAMED, TOGETHER]


def moment():
    return time.monotonic_ns() // 1000


def percentile(values, percent):
    return sorted(values)[(len(values) - 1) * percent // 100]


class Provider:
    def __init__(self):
        self.proc = subprocess.Popen([RELEASE / "bench" / "bench-provider"], stdout=subprocess.PIPE, text=True)
        self.address = self.proc.stdout.readline().strip()

    def record(self, what):
        """{number: when that happened first} since it was asked last."""
        connection = http.client.HTTPConnection(self.address)
        connection.request("GET", "/record")
        found = {}
        for line in connection.getresponse().read().decode().splitlines():
            word, number, at = line.split()
            if word == what:
                found.setdefault(int(number), int(at))
        connection.close()
        return found

    def stop(self):
        self.proc.terminate()
        self.proc.wait(30)


class RunStore(Store):
    """A store whose provider is the fake, with an agent for each of its models."""

    def __init__(self, folder, provider):
        super().__init__(folder)
        run(AGENTD, "provider", "set", "CUSTOM", "--workspace", "bench", "--base-url", f"http://{provider.address}/v1",
            *(word for model in MODELS for word in ("--model", model)), env=self.env)
        with House(self, "--workers", "0") as house:
            for model in MODELS:
                house.call("POST", "/agents", {
                    "name": model, "systemPrompt": "Answer warranty questions from the attached source.",
                    "model": {"provider": "CUSTOM", "model": model, "maxTokens": 800},
                    "capabilities": {"tools": [{"kind": "system", "id": "get_run_datetime"}]}})

    def sql(self, statement, *values):
        with sqlite3.connect(pathlib.Path(self.folder, "agentd.db"), timeout=PATIENCE) as store:
            return store.execute(statement, values).fetchall()

    def count(self, *statuses):
        return self.sql(f"SELECT count(*) FROM run WHERE status IN ({','.join('?' * len(statuses))})", *statuses)[0][0]

    def wait_until_over(self):
        """Every run, and well."""
        wait_for(lambda: self.count("queued", "running") == 0, "the end of all runs")
        assert self.count("failed") == 0, self.sql("SELECT error_message FROM run WHERE status = 'failed' LIMIT 3")

    def forget_runs(self):
        self.sql("DELETE FROM run_step")
        self.sql("DELETE FROM run")

    def seconds(self):
        """From the first start of a run to the last end."""
        began, ended = self.sql("SELECT min(started_at), max(completed_at) FROM run")[0]
        return (ended - began) / 1e6


class House:
    """A server on a store, for as long as the `with` block lasts."""

    def __init__(self, store, *options):
        self.store, self.options = store, options

    def __enter__(self):
        self.proc, self.port, _ = serve(self.store, *self.options)
        self.own = threading.local()
        return self

    def __exit__(self, *_):
        """Runs that are still at work have been measured; nobody waits for them to be handed back."""
        if self.store.count("running"):
            self.proc.kill()
        else:
            self.proc.terminate()
        self.proc.wait(PATIENCE)

    def call(self, method, path, body=None):
        if not hasattr(self.own, "connection"):
            self.own.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        text = None if body is None else json.dumps(body)
        self.own.connection.request(method, "/api/v1" + path, text, {
            "Authorization": "Bearer " + self.store.key, "Content-Type": "application/json"})
        reply = self.own.connection.getresponse()
        said = reply.read()
        assert reply.status < 300, said
        return json.loads(said)

    def begin(self, model, number):
        return self.call("POST", "/runs", {"agent": model, "message": f"@{number} How long is the warranty?"})["run_id"]

    def begin_many(self, model, n, n_threads=4):
        """{number: the run's id}"""
        ids = {}
        threads = [threading.Thread(target=lambda first=first: ids.update(
            {i: self.begin(model, i) for i in range(first, n, n_threads)})) for first in range(n_threads)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(ids) == n
        return ids


def wait_for(condition, what):
    """Looks seldom, for looking takes time from what is measured; the figures come from recorded moments."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"bench/run: {what} does not come")
        time.sleep(0.1)


def queue(store, model, n):
    """They wait for the next server that has workers."""
    store.forget_runs()
    with House(store, "--workers", "0") as house:
        house.begin_many(model, n)


# -- the figures --------------------------------------------------------------------------------------------

def post_in_one_piece(connection, key, number):
    """The moment at which a run was asked for; http.client would send it in two packets."""
    body = json.dumps({"agent": NOW, "message": f"@{number} How long is the warranty?"})
    request = (f"POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
               f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode()
    sent = moment()
    connection.sendall(request)
    assert connection.recv(4096).startswith(b"HTTP/1.1 202")
    return sent


def to_first_request(store, provider):
    """Median milliseconds from sending POST /runs to the request's arrival at the provider."""
    provider.record("came")
    with House(store) as house, socket.create_connection(("127.0.0.1", house.port)) as connection:
        sent = {}
        for number in range(100 if QUICK else 500):
            sent[number] = post_in_one_piece(connection, store.key, number)
            time.sleep(0.01)
        store.wait_until_over()
        came = provider.record("came")
    return statistics.median(came[number] - sent[number] for number in sent) / 1000


def runs_per_second(store):
    n, rates = 3000 if QUICK else 5000, []
    for _ in range(ROUNDS):
        queue(store, NOW, n)
        with House(store, "--workers", "64"):
            store.wait_until_over()
        rates.append(n / store.seconds())
    return statistics.median(rates)


def idle_mb(store):
    """With what the first run loads, and keeps."""
    store.forget_runs()
    with House(store, "--workers", str(AT_ONCE)) as house:
        house.begin(NOW, 0)
        store.wait_until_over()
        return resident_mb(house.proc.pid)


def many_at_once(store):
    """(wall time against the ideal, KB of resident memory for each run)"""
    idle = idle_mb(store)
    walls, memory = [], []
    for _ in range(1 if QUICK else 3):
        queue(store, SLOW_3, AT_ONCE)
        with House(store, "--workers", str(AT_ONCE)) as house:
            wait_for(lambda: store.count("queued") == 0, "the start of all runs")
            time.sleep(1.5)
            memory.append((resident_mb(house.proc.pid) - idle) * 1024 / AT_ONCE)
            store.wait_until_over()
        walls.append(store.seconds() / 3)
    return statistics.median(walls), statistics.median(memory)


def streams(store, model, n=100):
    """(p50, p99) in milliseconds"""
    store.forget_runs()
    with House(store, "--workers", str(n)) as house:
        ids = house.begin_many(model, n)
        out = run(RELEASE / "bench" / "bench-streams", house.port, *ids.values(),
                  env={**os.environ, "BENCH_KEY": store.key})
        store.wait_until_over()
    assert figure(out, r"deltas (\d+)") >= n * int(model.split("-")[3]) * 0.99, out
    return figure(out, r"p50 us (-?\d+)") / 1000, figure(out, r"p99 us (-?\d+)") / 1000


def cancels(store, provider, n=200):
    """p99 of the milliseconds from sending the cancel to the provider seeing its connection closed."""
    store.forget_runs()
    sent = {}
    with House(store, "--workers", str(n)) as house:
        ids = house.begin_many(NEVER, n)
        wait_for(lambda: store.count("queued") == 0, "the start of all runs")
        time.sleep(0.5)
        provider.record("left")
        for number, id in ids.items():
            sent[number] = moment()
            house.call("POST", f"/runs/{id}/cancel")
            time.sleep(0.01)
        time.sleep(1)
        left = provider.record("left")
    return percentile([left[number] - sent[number] for number in sent], 99) / 1000


def crash(store, provider):
    """Seconds from the kill, with a restart at once, until each of the runs has asked its model again."""
    seconds = []
    for _ in range(1 if QUICK else 3):
        store.forget_runs()
        with House(store, "--workers", str(AT_ONCE)) as house:
            house.begin_many(NEVER, AT_ONCE)
            came = {}
            wait_for(lambda: came.update(provider.record("came")) or len(came) == AT_ONCE, "every first request")
            killed = moment()
            house.proc.kill()
            house.proc.wait()
        with House(store, "--workers", str(AT_ONCE)):
            came = {}
            wait_for(lambda: came.update(provider.record("came")) or len(came) == AT_ONCE, "every second request")
        seconds.append((max(came.values()) - killed) / 1e6)
    return statistics.median(seconds)


# Copies of a run that has ended, a second apart, each with an answer of some length.
COPIES = """
    INSERT INTO run ({columns})
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
    SELECT {values} FROM run, n WHERE run.id = ?"""
CHANGED = {"id": "printf('%08x-0000-7000-8000-%012x', i, i)", "created_at": "created_at - i * 1000000",
           "output": "replace(hex(zeroblob(100)), '00', 'some words ')"}


def with_runs(folder, provider, n):
    store = RunStore(folder, provider)
    with House(store) as house:
        id = house.begin(NOW, 0)
        store.wait_until_over()
    columns = [row[1] for row in store.sql("PRAGMA table_info(run)")]
    statement = COPIES.format(columns=", ".join(columns), values=", ".join(CHANGED.get(c, c) for c in columns))
    store.sql(statement, n - 1, id)
    return store


def pages_per_second(house):
    return wrk(f"http://127.0.0.1:{house.port}/api/v1/runs?limit=50", "-H", "Authorization: Bearer " + house.store.key,
               connections=1, seconds=1)


def list_against_short(folder, provider):
    """Time of a page of 100,000 runs against the time of a page of 100."""
    stores = with_runs(folder / "many", provider, 100_000), with_runs(folder / "few", provider, 100)
    with House(stores[0]) as many, House(stores[1]) as few:
        pairs = [(pages_per_second(few), pages_per_second(many)) for _ in range(ROUNDS)]
    return statistics.median(short / long for short, long in pairs)


def row_bytes(store):
    return store.sql("SELECT avg(length(spec)) + avg(length(user_message)) FROM run")[0][0]


def rows_of(folder, provider):
    store = RunStore(folder / "runs", provider)
    queue(store, NOW, 1)
    ratio, batch = posts_against_raw_inserts(RunStore(folder / "posts", provider), folder, "post_runs.lua", "run",
                                             int(row_bytes(store)), 16)
    yield (f"`POST /runs` accepted, durable before the 202, runs/s against raw SQLite inserts with one commit per batch "
           f"of equal size ({batch:.0f} on average), 16 connections", f"{ratio:.2f}", "0.5 or better", ratio >= 0.5)
    ms = to_first_request(store, provider)
    yield "`POST /runs` to the provider receiving the first request, p50", f"{ms:.1f} ms", "2 ms or less", ms <= 2
    rate = runs_per_second(store)
    yield ("runs of a single turn per second, every step durable, 64 workers, the provider answering at once",
           f"{rate:,.0f}", "1,000 or better", rate >= 1000)
    wall, kb = many_at_once(store)
    yield (f"{AT_ONCE:,} runs at once, the provider waiting 1 s before each of 3 replies: time against the ideal 3 s",
           f"{wall:.2f}", "1.1 or less", wall <= 1.1)
    yield "resident memory for each run that waits then", f"{kb:.0f} KB", "100 KB or less", kb <= 100
    p50, p99 = streams(store, STREAMED)
    yield ("delta at the provider to delta at the client, 100 streams, 20 deltas/s each, p50 and p99",
           f"{p50:.1f} ms, {p99:.1f} ms", "1 ms, 10 ms or less", p50 <= 1 and p99 <= 10)
    p50, p99 = streams(store, TOGETHER)
    yield ("the same with all 100 deltas due in the same millisecond, since the first was sent",
           f"{p50:.1f} ms, {p99:.1f} ms", "", None)
    ms = cancels(store, provider)
    yield "cancel to the provider's connection closed, p99", f"{ms:.0f} ms", "100 ms or less", ms <= 100
    s = crash(store, provider)
    yield (f"`kill -9`, restarted at once, to each of {AT_ONCE:,} interrupted runs asking its model again",
           f"{s:.2f} s", "1 s or less", s <= 1)
    ratio = list_against_short(folder, provider)
    yield ("`GET /runs?limit=50` with 100,000 runs stored, time against the same with 100",
           f"{ratio:.2f}", "1.5 or less", ratio <= 1.5)


def runs_rows(folder):
    """(what, measured, reach, whether it is reached) of each promise."""
    provider = Provider()
    try:
        yield from rows_of(folder, provider)
    finally:
        provider.stop()
