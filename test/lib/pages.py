"""A web site on loopback to make knowledge bases of, and what else a reader of the web meets.

One listener is the site; a server is let in with `--fetch-allow 127.0.0.1:PORT`. The other is the house
that nobody may be led into: it counts who comes, and /visits of the site tells.
"""
import gzip
import pathlib
import threading
import time
import urllib.parse

import fakes

DOCUMENTS = pathlib.Path(__file__).resolve().parents[1] / "data/documents"

TEXT, HTML, MARKDOWN = "text/plain; charset=utf-8", "text/html; charset=utf-8", "text/markdown"

LIGHTHOUSE = """<!DOCTYPE html>
<html><head><title>The lighthouse of Skagen</title>
<style>p { color: crimson }</style><script>var tracking = "vermilion";</script></head>
<body><nav><a href="/">Home page</a> <a href="/shop">Buy souvenirs</a></nav>
<main><h1>The lighthouse</h1><p>The lamp of the lighthouse turns once in four seconds.</p>
<h2>Visiting hours</h2><p>Visitors may climb the tower on Saturdays.</p>
<ul><li>Children climb for free</li><li>Dogs wait outside</li></ul>
<table><tr><th>Month</th><th>Closing time</th></tr><tr><td>January</td><td>four o'clock</td></tr></table>
<script>document.write("vermilion")</script></main>
<footer>Imprint and cookie settings</footer></body></html>"""


def page(title, text):
    return f"<html><head><title>{title}</title></head><body><p>{text}</p></body></html>"


# -- what is there ------------------------------------------------------------------------------------

# path: (media type or None, body)
PLAIN = {
    "/lighthouse": (HTML, LIGHTHOUSE),
    "/ferry": (HTML, page("The ferry", "The ferry to the island leaves at noon.")),
    "/island": (HTML, page("The island", "Nobody but sheep lives on the island.")),
    "/arrived": (HTML, page("Arrived", "The traveller who followed every signpost has arrived.")),
    "/tides.txt": (TEXT, "Spring tides come with the full moon."),
    "/knots.md": (MARKDOWN, "# Knots\n\nA bowline holds and can still be untied."),
    "/latin1": ("text/html; charset=iso-8859-1", page("Möwen", "Möwen stehlen süße Brötchen.").encode("latin-1")),
    "/unsaid": ("text/html", '<meta charset="windows-1252">'.encode() + page("Euro", "Die Überfahrt kostet 9 €.").encode("cp1252")),
    "/unlabelled": (None, LIGHTHOUSE),
    "/picture": ("image/png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "/menu": (HTML, "<html><body><script>go()</script></body></html>"),
    "/empty": (HTML, ""),
    "/large": (TEXT, b"All hands on deck. " * 600_000),
    **{f"/p{n}": (HTML, page(f"Pier {n}", f"Pier number {n} belongs to captain number {n}.")) for n in range(50)},
}

DOCUMENT_TYPES = {".pdf": "application/pdf", ".csv": "text/csv", ".html": "text/html", ".doc": "application/msword",
                  ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}


class Handler(fakes.Handler):
    def answer(self, status=200, media_type=None, body=b"", **headers):
        self.reply(status, body, **({"Content_Type": media_type} if media_type else {}), **headers)

    def drip(self, pieces, pause):
        """A body without an announced end, piece by piece, for as long as somebody listens."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", TEXT)
        self.end_headers()
        for piece in pieces:
            self.wfile.write(piece)
            if self.server.pages.over.wait(pause):
                return

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        self.server.pages.visited(self)
        try:
            if url.path in PLAIN:
                self.answer(200, *PLAIN[url.path])
            else:
                self.find(url.path, url.query)
        except OSError:
            self.close_connection = True        # whoever asked has left


# -- the site -------------------------------------------------------------------------------------------

class Site(Handler):
    def find(self, path, query):
        first, _, rest = path.lstrip("/").partition("/")
        special = getattr(self, "get_" + first, None)
        return special(rest, query) if special else self.answer(404, HTML, page("Lost", "There is no such page."))

    def get_to(self, rest, query):
        """/to?URL"""
        self.answer(302, HTML, page("Elsewhere", "It is elsewhere."), Location=query)

    def get_steps(self, rest, query):
        """/steps/3: three redirects, the status of each another one, and then a page."""
        left = int(rest)
        status = [301, 302, 303, 307, 308][left % 5]
        self.answer(status, Location=f"/steps/{left - 1}" if left > 1 else "../arrived")

    def get_loop(self, rest, query):
        self.answer(302, Location="/loop")

    def get_status(self, rest, query):
        self.answer(int(rest), HTML, page(rest, "Something went wrong."))

    def get_gzip(self, rest, query):
        self.answer(200, HTML, gzip.compress(page("Packed", "Sails are folded before they are packed.").encode()),
                    Content_Encoding="gzip")

    def get_bomb(self, rest, query):
        self.answer(200, TEXT, self.server.pages.bomb, Content_Encoding="gzip")

    def get_endless(self, rest, query):
        self.drip(iter(lambda: b"The sea goes on and on. " * 4000, None), 0)

    def get_slow(self, rest, query):
        self.drip(iter(lambda: b"drip ", None), 0.5)

    def get_silent(self, rest, query):
        self.server.pages.over.wait(120)

    def get_cut(self, rest, query):
        self.close_connection = True
        self.answer(200, TEXT, "The rest of this ...", Content_Length=1000)

    def get_documents(self, rest, query):
        """/documents/whole/handbook.pdf, and /documents/broken/cut.html?text/html;charset=utf-8"""
        file = DOCUMENTS / rest
        self.answer(200, query or DOCUMENT_TYPES[file.suffix], file.read_bytes())

    def get_visits(self, rest, query):
        self.answer(200, TEXT, f"The vault was entered {self.server.pages.intruders} times.")


class Vault(Handler):
    def find(self, path, query):
        self.answer(200, TEXT, "The password of the vault is swordfish.")


class Pages:
    """`with Pages() as pages`: pages.url and pages.vault are up until the block ends."""

    def __init__(self):
        self.intruders = 0
        self.paths = []                         # of the site, as they were asked for
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.bomb = gzip.compress(bytes(20 << 20))
        self.site, self.house = (fakes.Listener(("127.0.0.1", 0), kind) for kind in (Site, Vault))
        self.port = self.site.server_port
        self.url, self.vault = (f"http://127.0.0.1:{listener.server_port}" for listener in (self.site, self.house))
        self.threads = []

    def visited(self, handler):
        with self.lock:
            if handler.server is self.house:
                self.intruders += 1
            else:
                self.paths.append(handler.path)

    def asked_for(self, path, within=60):
        """Waits until somebody asks for it; whether somebody did."""
        end = time.monotonic() + within
        while path not in self.paths and time.monotonic() < end:
            time.sleep(0.01)
        return path in self.paths

    def __enter__(self):
        for listener in self.site, self.house:
            listener.pages = self
            self.threads.append(threading.Thread(target=listener.serve_forever, args=(0.05,)))
            self.threads[-1].start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for listener in self.site, self.house:
            listener.shutdown()
            listener.server_close()
        for thread in self.threads:
            thread.join()
