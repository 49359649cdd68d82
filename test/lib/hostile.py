#!/usr/bin/env python3
"""Files and clients that nobody wishes for, and days on which the machine or a provider gives out, each told to
a whole server. The answer is the documented one, the knowledge base is as it was before or has all of
what came, and the server is none the worse for it: no memory, descriptor, process or file is left over.

AGENTD_HOSTILE_SEED repeats the random moments of an earlier run.
"""
import json
import os
import pathlib
import random
import re
import resource
import shutil
import socket
import subprocess
import sys
import threading
import time
import traceback

import house as houses
import integrity
from agentd import PATIENCE, ROOT, Failure, Server, build, form_data, read_answer
from fake_embeddings import FakeEmbeddings
from house import same, wait_until
from pages import Pages
from tap import Tap

SEED = int(os.environ.get("AGENTD_HOSTILE_SEED", random.randrange(1 << 32)))
DOCUMENTS = ROOT / "test/data/documents"
NEEDLE = "The parrot of the harbour master says the number forty-two."
QUESTION = "Which number does the parrot of the harbour master say?"
MIB = 1 << 20

ENVIRONMENT = {
    # As many threads as there are documents that are read for ever.
    "AGENTD_THREADS": "2",
    # What freed memory is kept back to catch its use would hide what the server keeps.
    "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "detect_leaks=1") + ":quarantine_size_mb=1",
}


def filler(n, word="pier"):
    """n lines of about 90 characters, no two alike."""
    return "\n".join(f"Ships come and go in the hour {i}, and nobody counts the ropes of {word} {i * 7919 % 10007}."
                     for i in range(n))


# -- a server, looked at from outside ----------------------------------------------------------------

def children(pid):
    """The processes that it has started and that have not been waited for."""
    return [int(stat.parent.name) for stat in pathlib.Path("/proc").glob("[0-9]*/stat")
            if (text := read_or_nothing(stat)) and int(text.rpartition(")")[2].split()[1]) == pid]


def read_or_nothing(path):
    try:
        return path.read_text()
    except OSError:
        return ""               # it has just ended


class House(houses.House):
    """With a base that has one text in it."""

    def __init__(self, server, pages):
        super().__init__(server, pages)
        self.pages = pages
        self.base = self.make_base([NEEDLE])

    def call(self, method, path, body=None, status=200):
        return super().call(method, path, body, status)["data"]

    def make_base(self, texts):
        kind = {"type": "text", "content": texts} if texts else {"type": "files"}
        return self.call("POST", "/knowledge-bases", {"title": "Harbour", **kind}, 201)["id"]

    def form_request(self, files, base=None):
        """What Client.post wants of an upload of {name: bytes} or [(name, bytes)]."""
        files = files.items() if isinstance(files, dict) else files
        body, kind = form_data([{"name": "files", "filename": name, "bytes": data} for name, data in files])
        return f"/api/v1/knowledge-bases/{base or self.base}/files", body, {"Content-Type": kind}

    def upload(self, files, base=None, client=None):
        return (client or self.admin).post(*self.form_request(files, base))

    def append(self, texts):
        return self.admin.post(f"/api/v1/knowledge-bases/{self.base}/content", {"content": texts})

    def hits(self, query, base=None, **options):
        return self.call("POST", f"/knowledge-bases/{base or self.base}/search",
                         {"query": query, "options": {"topK": 3, **options}})["results"]

    def looks(self):
        """All that a user can see of the base."""
        path = f"/knowledge-bases/{self.base}"
        return {"base": self.call("GET", path), "status": self.call("GET", path + "/status"),
                "contents": self.call("GET", path + "/contents")["contents"],
                "near": self.hits(QUESTION), "words": self.hits(QUESTION, mode="keyword")}

    def refuses(self, files, why, place=0, client=None):
        """The upload is refused because of the file at this place, for a reason that is like this."""
        reply = self.upload(files, client=client)
        details = (reply.json or {}).get("details") or [{}]
        found = [d for d in details if d.get("path") == ["files", place] and d["code"] == "ingest_failed"]
        if reply.status != 400 or len(found) != 1 or not re.search(why, found[0]["message"]):
            raise Failure(f"an upload of {list(dict(files))} gave {reply}, not 400 because {why!r}")

    def uploads_done(self):
        """How many requests that bring content have been answered, or found nobody to answer."""
        return len(re.findall(r" http\.request .* path=\S+/(files|content) ", self.server.log()))

    # -- the process -----------------------------------------------------------------------------

    @property
    def pid(self):
        return self.server.process.pid

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def resident(self):
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.pid}/status").read_text())[1]) << 10

    def files(self):
        return sorted(str(path.relative_to(self.server.data)) for path in pathlib.Path(self.server.data).rglob("*"))


class Thread(threading.Thread):
    """A thread whose failure is not lost."""

    def __init__(self, work, *arguments):
        super().__init__()
        self.work, self.arguments, self.result, self.failure = work, arguments, None, None
        self.start()

    def run(self):
        try:
            self.result = self.work(*self.arguments)
        except Exception as failure:            # join() raises it where somebody sees it
            self.failure = failure

    def outcome(self):
        self.join()
        if self.failure:
            raise self.failure
        return self.result


# -- documents ---------------------------------------------------------------------------------------------

WORLD = ("The pump hums at 50 Hz", "Der Mindestmüll: Café, Straße, Ærø")
# What of each is asked for, and what must be in the best hit. Pages are for test/stories/websites.story.
WHOLE = {
    "guide.md": ("unpack the pump, then read the manual", "read the manual"),
    "handbook.pdf": ("damage by frost is not covered, drain the pump before winter", "three years from the day of purchase"),
    "letter.doc": ("the pump was bought in Århus", "It stopped after “three” days."),
    "notes-latin1.txt": WORLD, "notes-utf16be-bom.txt": WORLD, "notes-utf16be.txt": WORLD,
    "notes-utf16le-bom.txt": WORLD, "notes-utf16le.txt": WORLD, "notes-utf8-bom.txt": WORLD,
    "notes-utf8.txt": WORLD, "notes-windows1252.txt": WORLD,
    "prices.csv": ("Motor with cable and plug", "Größe L"),
    "prices-semicolon.csv": ("Motor with cable and plug", "Größe L"),
    "report.docx": ("the pump is covered for three years", "Frost, that is, below 0 °C."),
}

NOT_SO = "not what its extension says"
DAMAGED_DOC, DAMAGED_PDF = "the DOC is damaged", "the PDF is damaged"
# Why each is refused; None: there is enough of it to be read.
BROKEN = {
    "copying-forbidden.pdf": None, "lying-size.docx": None, "open-quote.csv": None, "path-names.docx": None,
    "cut-xml.docx": "XML is damaged", "deep-tables.docx": "nested more than", "encrypted.doc": "encrypted",
    "encrypted.pdf": "encrypted", "external-entity.docx": "document type", "fat-loop.doc": "no text",
    "fat-outside.doc": DAMAGED_DOC, "fat-sectors.doc": DAMAGED_DOC, "header-only.doc": DAMAGED_DOC,
    "header-only.pdf": DAMAGED_PDF, "nested-zip.docx": "XML is damaged", "no-document.docx": NOT_SO,
    "no-text.doc": "no text", "no-text.docx": "no text", "no-text.pdf": "no text", "no-word.doc": DAMAGED_DOC,
    "nuls-only.txt": NOT_SO, "nuls.csv": NOT_SO, "nuls.md": NOT_SO, "nuls.txt": NOT_SO,
    "overlapping.docx": "no text", "page-loop.pdf": "no text", "truncated.doc": DAMAGED_DOC,
    "truncated.docx": "archive .* is damaged", "truncated.pdf": DAMAGED_PDF, "two-billion-pages.pdf": DAMAGED_PDF,
    "wrong-directory.docx": "archive .* is damaged", "xml-bomb-styles.docx": "document type",
    "xml-bomb.docx": "document type",
}
# These are ended by a limit of time, of the processor's or of the clock's: half a minute each.
ENDLESS = {"bomb.pdf": "takes too long", "directory-loop.doc": "takes too long"}
LARGE = {
    "spaces.docx": "unpacks to far more than it is worth", "many-entries.docx": "more than 10000 files",
    "table.md": "far more columns",
}


def documents(folder):
    return {path.name: path.read_bytes() for path in sorted((DOCUMENTS / folder).iterdir()) if path.suffix != ".html"}


def make_large(house, names):
    """Those that are too large to be kept, made anew: {name: bytes}."""
    folder = pathlib.Path(house.server.folder) / "large"
    subprocess.run([sys.executable, DOCUMENTS / "make", "--large", folder, *names], check=True)
    found = {name: (folder / name).read_bytes() for name in names}
    shutil.rmtree(folder)
    return found


def every_whole_document_is_found_as_soon_as_it_is_uploaded(house):
    files = documents("whole")
    same(sorted(files), sorted(WHOLE), "the documents that are tried")
    for name, data in files.items():
        base, (query, text) = house.make_base([]), WHOLE[name]
        reply = house.upload({name: data}, base)
        same(reply.status, 201, f"the status of {name}: {reply}")
        best = house.hits(query, base)[0]
        same((text in best["content"], best["metadata"]["fileName"]), (True, name), f"the hit {best}")
        words = house.hits(query, base, mode="keyword")
        same(words[0]["chunkId"], best["chunkId"], f"the hit of {name} by its words")


def a_broken_document_costs_its_upload_and_nothing_else(house):
    files = documents("broken")
    same(sorted(files), sorted([*BROKEN, *ENDLESS]), "the documents that are tried")
    before, folder = house.looks(), house.files()
    for name, why in BROKEN.items():
        if why:
            house.refuses({name: files[name]}, why)
    for name, data in make_large(house, LARGE).items():
        house.refuses({name: data}, LARGE[name])
    same(house.looks(), before, "the base")
    same(house.files(), folder, "the data folder")
    damaged = house.make_base([])
    for name, why in BROKEN.items():
        if not why:
            same(house.upload({name: files[name]}, damaged).status, 201, f"the status of {name}")


def what_takes_for_ever_is_ended_and_others_are_served_meanwhile(house):
    files, before = documents("broken"), house.looks()
    clients = [house.server.client(house.key) for _ in ENDLESS]
    endless = [Thread(lambda name, why, client: house.refuses({name: files[name]}, why, client=client), *row, client)
               for row, client in zip(ENDLESS.items(), clients)]
    wait_until(lambda: children(house.pid), "that one is being read")
    for _ in range(5):
        same(house.hits(QUESTION)[0]["content"], NEEDLE, "a search meanwhile")
        house.make_base(["Others are served meanwhile."])
    same([thread.is_alive() for thread in endless], [True] * len(ENDLESS), "whether they are still being read")
    for thread, client in zip(endless, clients):
        thread.outcome()
        client.close()
    same(house.looks(), before, "the base")


def a_table_of_a_million_columns_is_taken_in(house):
    """It is odd, but it is a table."""
    base = house.make_base([])
    reply = house.upload(make_large(house, ["wide.csv"]), base)
    same(reply.status, 201, f"the answer {str(reply)[:300]}")
    same(house.hits("c0 c1 c2 c3", base, minSimilarity=0)[0]["knowledgeBaseId"], base, "a hit")


def an_upload_is_all_or_nothing(house):
    """Whichever of twenty files it is that cannot be read."""
    broken, before = documents("broken")["truncated.pdf"], house.looks()
    for place in 0, 9, 19:
        files = [(f"{n}.txt", f"Mooring {n} is let to the zephyr company.".encode()) for n in range(20)]
        files[place] = ("broken.pdf", broken)
        house.refuses(files, DAMAGED_PDF, place)
        same(house.hits("zephyr company", mode="keyword"), [], "what is found of the others")
        same(house.looks(), before, "the base")
    reply = house.upload([(f"{n}.pdf", broken) for n in range(3)])
    same([d["path"] for d in reply.json["details"]], [["files", n] for n in range(3)], "all that are named")
    same(house.looks(), before, "the base")


# What it is shown as; None: it is refused.
NAMES = {
    b"../../../../etc/passwd.txt": "passwd.txt", b"..\\..\\windows\\win.txt": "win.txt", b"/etc/shadow.txt": "shadow.txt",
    b"d/" * 500 + b"deep.txt": "deep.txt", b"tab\there.txt": "tabhere.txt", b" spaces .txt ": "spaces .txt",
    "\u202etxt.exe.txt".encode(): "txt.exe.txt", "a\u2028b.txt".encode(): "ab.txt", b".txt": ".txt",
    b"%2e%2e%2fpasswd.txt": "%2e%2e%2fpasswd.txt", b"$(reboot);'--.txt": "$(reboot);'--.txt",
    b"x" * 251 + b".txt": "x" * 251 + ".txt", b"x" * 1000 + b".txt": None,
    b"": None, b".": None, b"..": None, b"folder.txt/": None, b"bell\x07.txt": None, b"escape\x1b[31m.txt": None,
    b"nul\x00.txt": None, b"two\r\nX-Evil: lines.txt": None, b"two\nlines.txt": None, b"latin-\xe9.txt": None,
}


def a_name_is_only_ever_shown(house):
    folder, before = house.files(), house.looks()
    for name, shown in NAMES.items():
        base = house.make_base([])
        path, body, headers = house.form_request({"NAME": b"Some text."}, base)
        reply = house.admin.post(path, body.replace(b"NAME", name), headers)
        same(reply.status, 201 if shown else 400, f"the status of {name[:50]}: {reply}")
        listed = house.call("GET", f"/knowledge-bases/{base}/contents")["contents"]
        same([content["fileName"] for content in listed], [shown] if shown else [], f"what {name[:50]} is shown as")
    same(house.files(), folder, "the data folder")
    same(house.looks(), before, "the base")


# -- what is left over ---------------------------------------------------------------------------------------

ROUNDS = 10
# Between the first round and the last one, in which 200 uploads and 300 MB have come and gone.
DESCRIPTORS_MAX, RESIDENT_MAX = 16, 64 * MIB


def nothing_is_left_of_what_was_refused(house):
    """Nor of what was taken in and deleted."""
    broken = {name: data for name, data in documents("broken").items() if BROKEN.get(name)}
    broken["garbage.pdf"] = b"%PDF-1.7\n" + random.Random(SEED).randbytes(15 * MIB)
    broken["spaces.txt"] = b" " * 15 * MIB
    folder = house.files()

    def one_round():
        for name, data in broken.items():
            house.refuses({name: data}, BROKEN.get(name, "damaged|no text"))
        base = house.make_base([filler(500)])
        house.hits("ropes of a pier", base)
        house.call("DELETE", f"/knowledge-bases/{base}")

    one_round()
    descriptors, resident = house.descriptors(), house.resident()
    for _ in range(ROUNDS - 1):
        one_round()
    same(children(house.pid), [], "the processes that are left")
    same(house.files(), folder, "the data folder")
    more, grown = house.descriptors() - descriptors, house.resident() - resident
    same(more <= DESCRIPTORS_MAX, True, f"whether {more} more descriptors are few")
    same(grown <= RESIDENT_MAX, True, f"whether {grown / MIB:.1f} MiB more memory are little")


# -- clients ---------------------------------------------------------------------------------------------------

def open_upload(house, announced, sent):
    """A connection on which so much of an upload was sent, and then no more."""
    path = f"/api/v1/knowledge-bases/{house.base}/files"
    connection = socket.create_connection(("127.0.0.1", house.server.port), timeout=2 * PATIENCE)
    connection.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {house.key}\r\n"
                       f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {announced}\r\n\r\n".encode())
    connection.sendall(b'--x\r\nContent-Disposition: form-data; name=files; filename=a.txt\r\n\r\n' + b"a" * sent)
    return connection


def an_upload_that_stops_on_its_way_holds_up_nobody(house):
    """It costs the memory of what has come, not of what was announced, and is given up in the end."""
    before, descriptors, resident = house.looks(), house.descriptors(), house.resident()
    stalled = [open_upload(house, 50 * MIB, MIB) for _ in range(8)]
    same(house.upload({"a.txt": b"Others are served meanwhile."}, house.make_base([])).status, 201, "an upload meanwhile")
    same(house.looks(), before, "the base")
    grown = house.resident() - resident
    same(grown < RESIDENT_MAX, True, f"whether {grown / MIB:.1f} MiB for 8 MiB are little")
    for connection in stalled[1:]:
        connection.close()
    reply = read_answer(stalled[0])
    same(reply and reply.status, 408, f"the answer to the one that stayed: {reply}")
    stalled[0].close()
    wait_until(lambda: house.descriptors() <= descriptors + DESCRIPTORS_MAX / 2, "that the connections are closed")
    same(house.looks(), before, "the base")


def begin_stream(house, path, body, headers):
    """Sends a request that asks for progress; the connection, and its first bytes up to an event."""
    connection = socket.create_connection(("127.0.0.1", house.server.port), timeout=PATIENCE)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    connection.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {house.key}\r\n"
                       f"Accept: text/event-stream\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body)
    return connection


def read_until(connection, words):
    seen = b""
    while words not in seen:
        more = connection.recv(65536)
        if not more:
            raise Failure(f"the stream ended before {words}: {seen[-2000:]}")
        seen += more
    return seen


def leave(house, connection, requests):
    """Closes it, and waits until the server has done with its request; {requests}: how many were before."""
    connection.close()
    wait_until(lambda: house.uploads_done() > requests, "that nobody works for who has left")


def who_leaves_while_texts_are_embedded_ends_it(house):
    with FakeEmbeddings(key=None) as fake:
        house.server.cli("embedding", "use", fake.model, "--url", fake.url)
        wait_until(lambda: house.call("GET", "/capabilities/embedding")["model"] == fake.model, "the change of model")
        before, done = house.looks(), house.uploads_done()
        fake.delay = 0.5
        asked = fake.n_requests
        files = {f"{n}.txt": filler(300, f"pier{n}x").encode() for n in range(20)}      # 20 requests and more
        connection = begin_stream(house, *house.form_request(files))
        read_until(connection, b'"stage":"chunked"')
        wait_until(lambda: fake.n_requests > asked, "that the provider is asked")
        leave(house, connection, done)
        fake.works()
        same(fake.n_requests - asked <= 16, True, f"whether {fake.n_requests - asked} requests were few")
        same(house.looks(), before, "the base")
        same(fake.offences, [], "the offences")


def who_leaves_while_pages_are_fetched_ends_it(house):
    before, done = house.looks(), house.uploads_done()
    urls = [f"{house.pages.url}/ferry", *(f"{house.pages.url}/slow/{n}" for n in range(12))]    # 90 s, were they waited for
    body = json.dumps({"urls": urls}).encode()
    connection = begin_stream(house, f"/api/v1/knowledge-bases/{house.base}/content", body,
                              {"Content-Type": "application/json"})
    read_until(connection, b'"stage":"fetched"')
    leave(house, connection, done)
    fetched = sum(path.startswith("/slow") for path in house.pages.paths)
    same(fetched <= 8, True, f"whether {fetched} pages were few")
    same(house.looks(), before, "the base")


def who_leaves_while_a_document_is_read_ends_it(house):
    before, done = house.looks(), house.uploads_done()
    connection = begin_stream(house, *house.form_request(
        {"a.txt": b"This one is read at once.", "bomb.pdf": documents("broken")["bomb.pdf"]}))
    read_until(connection, b'"stage":"extracted"')
    wait_until(lambda: children(house.pid), "that the second is being read")
    leave(house, connection, done)
    same(children(house.pid), [], "the processes that are left")
    same("extract.refused" in house.server.log(), False, "whether it was read to its end")
    same(house.looks(), before, "the base")


def a_page_that_comes_too_slowly_is_given_up(house):
    before = house.looks()
    urls = [f"{house.pages.url}/{path}" for path in ("slow", "silent", "ferry")]
    reply = house.admin.post(f"/api/v1/knowledge-bases/{house.base}/content", {"urls": urls})
    details = (reply.json or {}).get("details", [])
    same((reply.status, [d["path"] for d in details]), (400, [["urls", 0], ["urls", 1]]), f"the answer {reply}")
    same([bool(re.search("in time|stopped", d["message"])) for d in details], [True, True], f"the reasons {details}")
    same(house.looks(), before, "the base")


def a_provider_that_is_slow_holds_up_only_who_needs_it(house):
    """And what it works on is seen by nobody before it is whole."""
    with FakeEmbeddings(key=None) as fake:
        house.server.cli("embedding", "use", fake.model, "--url", fake.url)
        wait_until(lambda: house.call("GET", "/capabilities/embedding")["model"] == fake.model, "the change of model")
        before = house.looks()
        words = house.hits("kraken", mode="keyword")
        fake.delay = 3.0
        asked, client = fake.n_requests, house.server.client(house.key)
        upload = Thread(house.upload, {"kraken.txt": b"The kraken sleeps below the pier."}, None, client)
        wait_until(lambda: fake.n_requests > asked, "that the provider is asked")
        same(house.hits("kraken", mode="keyword"), words, "what is found meanwhile")
        same(house.call("GET", f"/knowledge-bases/{house.base}"), before["base"], "the base meanwhile")
        same(house.call("GET", f"/knowledge-bases/{house.base}/status"), before["status"], "the status meanwhile")
        same(upload.is_alive(), True, "whether it is still at it")
        same(upload.outcome().status, 201, "the status in the end")
        client.close()
        fake.works()
        same(house.hits("kraken", mode="keyword")[0]["content"], "The kraken sleeps below the pier.", "the hit")


# -- days on which the machine gives out ------------------------------------------------------------------------

def disk_full(house, spare):
    """No file of the server may become larger than the largest one is, and a little; None: they may again."""
    largest = max(path.stat().st_size for path in pathlib.Path(house.server.data).rglob("*") if path.is_file())
    hard = resource.prlimit(house.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(house.pid, resource.RLIMIT_FSIZE, (hard if spare is None else largest + spare, hard))


def a_full_disk_costs_the_upload_and_nothing_else(house):
    same(house.append([filler(3000)]).status, 201, "the status before")
    before, folder = house.looks(), house.files()
    disk_full(house, 64 << 10)
    # No room to store the first, none to work on the second, and none to hand the third to its parser.
    for attempt in (lambda: house.append([filler(6000)]), lambda: house.append([filler(9000)] * 6),
                    lambda: house.upload({"a.csv": filler(60000).encode()}), lambda: house.append([filler(6000)])):
        reply = attempt()
        same((reply.status, reply.json), (500, {"error": "Internal server error"}), "the answer")
        same(house.looks(), before, "the base")
    disk_full(house, None)
    same(house.files(), folder, "the data folder")
    same(house.append(["There is room again for the kraken."]).status, 201, "the status afterwards")
    same(house.hits("kraken", mode="keyword")[0]["content"], "There is room again for the kraken.", "the hit")
    same(integrity.faults_of(house.server), [], "the store")


KILLS = 10


def files_to_kill(n):
    """Of several kinds, with a word that is nowhere else."""
    return {f"{n}.txt": filler(6000).encode(), "handbook.pdf": documents("whole")["handbook.pdf"],
            f"{n}.csv": b"beast,size\n" + f"kraken{n}x,large\n".encode(), f"{n}.md": f"# Piers\n{filler(500)}".encode()}


def kill_in_the_middle(house, n, moment):
    """Whether the upload had been acknowledged when the server was killed."""
    connection = begin_stream(house, *house.form_request(files_to_kill(n)))
    seen = moment(connection) or b""
    left = children(house.pid)
    house.server.kill()
    wait_until(lambda: not any(is_running(pid) for pid in left), "that its children have ended")
    try:
        seen += b"".join(iter(lambda: connection.recv(65536), b""))
    except OSError:
        pass                    # reset: what was not read by then is lost
    connection.close()
    return b"event: result" in seen


def is_running(pid):
    stat = read_or_nothing(pathlib.Path(f"/proc/{pid}/stat"))
    return bool(stat) and stat.rpartition(")")[2].split()[0] not in ("Z", "X")


def a_kill_in_the_middle_of_an_upload_leaves_all_of_it_or_nothing(house):
    rng, base = random.Random(SEED), house.base
    begun = time.monotonic()
    same(house.upload(files_to_kill(0)).status, 201, "the status of the first")
    lasts, folder, kept = time.monotonic() - begun, house.files(), [0]

    def anywhere(connection):
        time.sleep(rng.uniform(0, lasts))

    def while_it_is_stored(connection):
        """All of it is embedded but the last file, which is done in a moment."""
        read_until(connection, b'"stage":"embedded","item":{"list":"files","index":2')
        time.sleep(rng.uniform(0, lasts))

    def when_it_is_answered(connection):
        return read_until(connection, b"event: result")

    moments = [anywhere, while_it_is_stored, while_it_is_stored, when_it_is_answered]
    for n in range(1, KILLS + 1):
        acknowledged = kill_in_the_middle(house, n, moments[n % len(moments)])
        house.start()
        size = house.call("GET", f"/knowledge-bases/{base}")["contentSize"]
        stored = size["fileCount"] == 4 * (len(kept) + 1)
        if stored:
            kept.append(n)
        same(stored or not acknowledged, True, f"whether what was acknowledged in round {n} is there")
        same(size["fileCount"], 4 * len(kept), f"the files after round {n}")
        found = [m for m in range(n + 1) if house.hits(f"kraken{m}x", mode="keyword")]
        same(found, kept, f"what is found by its word after round {n}")
        near = house.hits(f"beast: kraken{n}x, size: large", minSimilarity=0)
        same(any(f"kraken{n}x" in hit["content"] for hit in near), stored, f"what is near after round {n}")
        same(house.hits(QUESTION)[0]["content"], NEEDLE, f"a search after round {n}")
        same(integrity.faults_of(house.server), [], f"the store after round {n}")
        same(house.files(), folder, f"the data folder after round {n}")
    return f"{len(kept) - 1} of {KILLS} uploads were stored"


# -- all of it -------------------------------------------------------------------------------------------------

TESTS = [
    every_whole_document_is_found_as_soon_as_it_is_uploaded, a_broken_document_costs_its_upload_and_nothing_else,
    an_upload_is_all_or_nothing, a_name_is_only_ever_shown, nothing_is_left_of_what_was_refused,
    who_leaves_while_texts_are_embedded_ends_it, who_leaves_while_pages_are_fetched_ends_it,
    who_leaves_while_a_document_is_read_ends_it, a_provider_that_is_slow_holds_up_only_who_needs_it,
    a_full_disk_costs_the_upload_and_nothing_else, a_kill_in_the_middle_of_an_upload_leaves_all_of_it_or_nothing,
]
# These wait for limits of half a minute and a minute to pass, which they may do together and beside the others.
PATIENT = [
    what_takes_for_ever_is_ended_and_others_are_served_meanwhile, an_upload_that_stops_on_its_way_holds_up_nobody,
    a_page_that_comes_too_slowly_is_given_up, a_table_of_a_million_columns_is_taken_in,
]
# What a full disk is logged as; otherwise no error is.
ERRORS_MEANT = {a_full_disk_costs_the_upload_and_nothing_else: r"reason=|why="}


def verdict(test, server):
    """What is wrong with a server that has been tested."""
    status, reports = server.stop(), server.reports()
    meant = ERRORS_MEANT.get(test)
    errors = [line for line in server.log().splitlines() if " error " in line and not (meant and re.search(meant, line))]
    return [f"exit status {status}"] * (status != 0) + reports[:3] + errors[:3]


def run(tap, test):
    title = test.__name__.replace("_", " ")
    with Pages() as pages, Server(ENVIRONMENT, ["--fetch-allow", f"127.0.0.1:{pages.port}"]) as server:
        try:
            note = test(House(server, pages))
            wrong = verdict(test, server)
            tap.ok(not wrong, title, *wrong)
            tap.say(*[note] * bool(note))
        except (Failure, OSError, KeyError, TypeError, IndexError):
            tap.ok(False, title, traceback.format_exc(), *server.reports()[:3], server.log()[-2000:])


def main(names):
    build()
    tap = Tap()
    tap.say(f"AGENTD_HOSTILE_SEED={SEED}")
    chosen = [test for test in PATIENT + TESTS if not names or test.__name__ in names]
    waiting = [Thread(run, tap, test) for test in chosen if test in PATIENT]
    for test in chosen:
        if test in TESTS:
            run(tap, test)
    for thread in waiting:
        thread.outcome()
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
