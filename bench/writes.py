"""A row of bench/run: how long others wait to write while much content goes into a knowledge base, and out of it."""
import json, random, threading, time

from lib import QUICK, Store, request, serve

MEGABYTES = 1 if QUICK else 10
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def random_words(n_bytes, rng):
    """Hardly one of them comes twice: the most there can be for an index of words."""
    return " ".join("".join(rng.choices(ALPHABET, k=8)) for _ in range(n_bytes // 9))


class Poster(threading.Thread):
    """A client that makes one agent after the other until it is told to stop; waits: how long each took, in ms."""

    def __init__(self, base, key, name):
        super().__init__()
        self.base, self.key, self.name_, self.over, self.waits = base, key, name, False, []
        self.start()

    def run(self):
        while not self.over:
            began = time.monotonic()
            request(self.base, self.key, "POST", "/api/v1/agents", {
                "name": f"{self.name_}{len(self.waits)}", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}})
            self.waits.append((time.monotonic() - began) * 1000)
            time.sleep(0.002)

    def worst(self):
        self.over = True
        self.join()
        return max(self.waits)


def come_and_go(base, key):
    """Contents of a megabyte each; one is deleted, then all of them, and then their rows leave."""
    rng = random.Random(1)
    kb = json.loads(request(base, key, "POST", "/api/v1/knowledge-bases", {
        "type": "text", "title": "words", "content": [random_words(1_000_000, rng) for _ in range(MEGABYTES)]}))["data"]["id"]
    path = f"/api/v1/knowledge-bases/{kb}"
    item = json.loads(request(base, key, "GET", path + "/contents"))["data"]["contents"][0]["id"]
    request(base, key, "DELETE", f"{path}/contents/{item}")
    request(base, key, "DELETE", path)
    time.sleep(0.5 * MEGABYTES)


def worst_post_row(folder):
    store = Store(folder / "writes")
    proc, port, _ = serve(store)
    where = f"http://127.0.0.1:{port}", store.key
    try:
        poster = Poster(*where, "quiet")
        time.sleep(3)
        quiet = poster.worst()
        poster = Poster(*where, "busy")
        come_and_go(*where)
        busy = poster.worst()
    finally:
        proc.terminate()
        proc.wait(30)
    return (f"slowest `POST /agents` while {MEGABYTES} MB of random words go into a knowledge base and out of it "
            f"({quiet:.0f} ms when it is quiet)", f"{busy:.0f} ms", "150 ms or less", busy <= 150)
