#!/usr/bin/env python3
"""Whole servers that embed with a model behind an address: choosing it, changing over under traffic,
dying in the middle of that, and a provider that fails in every way we could think of.
"""
import pathlib
import sys
import threading
import time

import fake_embeddings
import house as houses
from agentd import PATIENCE, Failure
from fake_embeddings import FakeEmbeddings
from house import same

QUESTION = "Which number does the parrot of the harbour master say?"
NEEDLE = "The parrot of the harbour master says the number forty-two."
QUERY = {"query": QUESTION, "options": {"topK": 1, "minSimilarity": 0.1}}
FILLER = "Ships come and go in the {n}th hour, and nobody counts the ropes of pier {n}."


# -- helpers -----------------------------------------------------------------------------------------

class House(houses.House):
    """With a fake that may embed for the server."""

    def __init__(self, server, fake):
        server.environment["FAKE_KEY"] = fake.key
        super().__init__(server, fake)

    def make_base(self, texts, status=201):
        body = self.call("POST", "/knowledge-bases", {"type": "text", "title": "Harbour", "content": texts}, status)
        return body["data"]["id"] if status == 201 else body

    def large_base(self, n=12000):
        """About a chunk for every eleven of n."""
        return self.make_base([NEEDLE, " ".join(FILLER.format(n=i) for i in range(n))])

    def status(self, base):
        return self.call("GET", f"/knowledge-bases/{base}/status")["data"]

    def search(self, base, status=200):
        return self.call("POST", f"/knowledge-bases/{base}/search", QUERY, status)

    def use(self, model="fake-embed", **more):
        words = [] if model == "builtin/lexical" else ["--url", self.fake.url, "--key-env", "FAKE_KEY"]
        self.server.cli("embedding", "use", model, *words)

    def wait_for(self, what, value, base):
        end = time.monotonic() + PATIENCE
        while self.status(base)[what] != value:
            if time.monotonic() > end:
                raise Failure(f"{what} does not become {value}: {self.status(base)}")
            time.sleep(0.02)

    def wait_until_current(self, model):
        end = time.monotonic() + PATIENCE
        while self.call("GET", "/capabilities/embedding")["data"]["model"] != model:
            if time.monotonic() > end:
                raise Failure(f"{model} does not become current")
            time.sleep(0.02)


# -- changing over -----------------------------------------------------------------------------------

class Searcher(threading.Thread):
    """Asks without a pause, and keeps which model answered; every answer must be the right one."""

    def __init__(self, house, base):
        super().__init__()
        self.client = house.server.client(house.key)
        self.path = f"/api/v1/knowledge-bases/{base}/search"
        self.models, self.wrong, self.over = [], None, False

    def run(self):
        while not self.over and not self.wrong:
            reply = self.client.request("POST", self.path, QUERY)
            data = (reply.json or {}).get("data") or {}
            if reply.status != 200 or [hit["content"] for hit in data.get("results", [])] != [NEEDLE]:
                self.wrong = str(reply)
            else:
                self.models.append(data["usage"]["model"])
        self.client.close()


def the_former_vectors_answer_until_the_new_ones_do(house):
    base = house.large_base()
    chunks = house.status(base)["chunkCount"]
    searcher = Searcher(house, base)
    searcher.start()
    try:
        house.fake.delay = 0.05
        house.use()
        house.wait_for("status", "processing", base)
        same(house.search(base)["data"]["usage"]["model"], "builtin/lexical", "the model meanwhile")
        house.wait_until_current("fake-embed")
        house.wait_for("status", "ready", base)
        time.sleep(0.1)
    finally:
        searcher.over = True
        searcher.join()
    if searcher.wrong:
        raise Failure(f"a search went wrong: {searcher.wrong}")
    models = searcher.models
    same(models, sorted(models), "the order of models")
    same(sorted(set(models)), ["builtin/lexical", "fake-embed"], "the models that answered")
    same(house.status(base)["embeddedChunkCount"], chunks, "embeddedChunkCount")
    same(house.call("GET", "/capabilities/embedding")["data"],
         {"model": "fake-embed", "provider": "CUSTOM", "dimensions": 64}, "the capability")
    rows = house.server.sql("SELECT state, tokens FROM embedder ORDER BY id")
    same(rows[1], ("current", 10 * chunks), "what it cost")
    end = time.monotonic() + PATIENCE
    while house.server.sql("SELECT count(*) FROM kb_vector WHERE embedder_id = 1")[0][0]:
        if time.monotonic() > end:
            raise Failure("the former vectors are not deleted")
        time.sleep(0.02)


def a_kill_in_the_middle_loses_nothing(house):
    base = house.large_base()
    chunks = house.status(base)["chunkCount"]
    house.fake.delay = 0.2
    house.use()
    end = time.monotonic() + PATIENCE
    while not 0 < house.status(base)["embeddedChunkCount"] < chunks:
        if time.monotonic() > end:
            raise Failure("there is no middle")
        time.sleep(0.01)
    house.server.kill()
    house.fake.delay = 0.0
    house.start()
    done = house.status(base)["embeddedChunkCount"]
    asked = house.fake.n_texts
    house.wait_until_current("fake-embed")
    same(done > 0, True, "whether what was done is still there")
    same(house.fake.n_texts <= asked + chunks - done + 512, True, "whether it went on where it was")
    same(house.status(base)["status"], "ready", "the status")
    same(house.search(base)["data"]["usage"]["model"], "fake-embed", "the model in the end")
    same(house.server.sql("SELECT count(*) FROM kb_vector WHERE embedder_id = 2")[0][0], chunks, "the vectors")


def content_on_its_way_during_the_change_is_embedded_again(house):
    """It was embedded with a model that is the former one when it arrives."""
    house.use()
    base = house.make_base([NEEDLE])
    house.fake.delay = 4.0
    added = {}
    client = house.server.client(house.key)

    def append():
        added["reply"] = client.post(f"/api/v1/knowledge-bases/{base}/content", {"content": ["A late word."]})

    late = threading.Thread(target=append)
    late.start()
    end = time.monotonic() + PATIENCE
    while house.fake.n_requests < 3 and time.monotonic() < end:    # measured, embedded, and now the late one
        time.sleep(0.01)
    house.use("builtin/lexical")
    house.wait_until_current("builtin/lexical")
    late.join()
    client.close()
    same(added["reply"].status, 201, "the answer to the late one")
    same(house.status(base)["chunkCount"], 2, "chunkCount")
    same(house.status(base)["status"], "ready", "the status")


def a_change_that_fails_says_why_and_goes_on_when_chosen_again(house):
    base = house.large_base(4000)
    house.use()
    house.fake.goes_wrong("short")
    house.wait_for("status", "failed", base)
    same("not 64 dimensions" in house.status(base)["error"], True, "whether the reason is told")
    same(house.search(base)["data"]["usage"]["model"], "builtin/lexical", "the model meanwhile")
    shown = house.server.cli("embedding", "show")
    same("next" in shown and "not 64 dimensions" in shown, True, "whether the operator sees it")
    house.fake.works()
    house.use()
    house.wait_until_current("fake-embed")
    same(house.status(base)["error"], None, "the error in the end")


def a_change_can_be_cancelled(house):
    base = house.large_base(4000)
    house.use()
    house.fake.goes_wrong(500)
    house.wait_for("status", "failed", base)
    house.server.cli("embedding", "cancel")
    same(house.status(base)["status"], "ready", "the status")
    same(house.search(base)["data"]["usage"]["model"], "builtin/lexical", "the model")


# -- a provider that fails ---------------------------------------------------------------------------

def nothing_half_done(house, base, fault):
    """An upload that cannot be embedded is refused and leaves nothing; so does a search."""
    before = house.call("GET", "/knowledge-bases")["pagination"]["total"]
    refused = house.make_base(["One text.", "Another text."], status=400)
    same({issue["code"] for issue in refused["details"]}, {"ingest_failed"}, f"{fault}: the issues")
    house.call("POST", f"/knowledge-bases/{base}/content", {"content": ["More.", "And more."]}, status=400)
    same(house.call("GET", "/knowledge-bases")["pagination"]["total"], before, f"{fault}: the bases")
    same(house.status(base)["chunkCount"], 2, f"{fault}: chunkCount")


def whatever_goes_wrong_an_upload_is_all_or_nothing(house):
    house.use()
    base = house.make_base([NEEDLE, "Something else."])
    for fault in [401, 500, *fake_embeddings.FAULTS]:
        house.fake.goes_wrong(fault)
        nothing_half_done(house, base, fault)
        house.fake.works()
        same(house.search(base)["data"]["results"][0]["content"], NEEDLE, f"{fault}: a search after it")


def a_search_that_cannot_be_embedded_is_the_provider_s_fault(house):
    described = house.call("GET", "/openapi.json")["paths"]["/knowledge-bases/{knowledgeBaseId}/search"]["post"]
    same("502" in described["responses"], True, "whether the API's description says so")
    house.use()
    base = house.make_base([NEEDLE])
    for fault in 401, "garbage", "zeros":
        house.fake.goes_wrong(fault)
        refused = house.search(base, status=502)
        same("127.0.0.1" in str(refused) or house.fake.key in str(refused), False, "whether it tells too much")
    house.fake.works()
    same(house.search(base)["data"]["results"][0]["content"], NEEDLE, "a search after it")


def a_provider_that_is_busy_is_waited_for(house):
    house.use()
    house.fake.goes_wrong(429, times=2)
    house.fake.retry_after = "1"
    began = time.monotonic()
    base = house.make_base([NEEDLE])
    same(time.monotonic() - began >= 2, True, "whether it waited as it was told")
    house.fake.retry_after = None
    house.fake.goes_wrong(503, times=1)
    same(house.search(base)["data"]["results"][0]["content"], NEEDLE, "the search")


def a_provider_that_is_down_costs_nothing_but_the_request(house):
    house.use()
    base = house.make_base([NEEDLE, "Something else."])
    house.fake.go_down()
    nothing_half_done(house, base, "down")
    house.search(base, status=502)
    same(house.status(base)["status"], "ready", "the status")


def a_key_is_kept_nowhere_in_the_clear(house):
    house.use()
    base = house.make_base([NEEDLE])
    house.fake.goes_wrong(401)
    house.search(base, status=502)
    shown = house.server.cli("embedding", "show") + house.server.cli("embedding", "show", "--json")
    same(house.fake.key in shown + house.server.log(), False, "whether it is shown")
    house.server.stop()
    for path in pathlib.Path(house.server.data).rglob("*"):
        if path.is_file() and house.fake.key.encode() in path.read_bytes():
            raise Failure(f"{path.name} holds it")
    house.start()


TESTS = [
    the_former_vectors_answer_until_the_new_ones_do, a_kill_in_the_middle_loses_nothing,
    content_on_its_way_during_the_change_is_embedded_again,
    a_change_that_fails_says_why_and_goes_on_when_chosen_again, a_change_can_be_cancelled,
    whatever_goes_wrong_an_upload_is_all_or_nothing, a_search_that_cannot_be_embedded_is_the_provider_s_fault,
    a_provider_that_is_busy_is_waited_for, a_provider_that_is_down_costs_nothing_but_the_request,
    a_key_is_kept_nowhere_in_the_clear,
]


if __name__ == "__main__":
    sys.exit(houses.main(TESTS, sys.argv[1:], FakeEmbeddings, House))
