#!/usr/bin/env python3
"""Tells stories to a server: plain text files whose grammar is in test/stories/README.md."""
import collections
import concurrent.futures
import contextlib
import json
import operator
import pathlib
import re
import sys
import threading
import time

from agentd import Failure, PATIENCE, ROOT, Server, build, form_data
from pages import Pages
from tap import Tap

REQUEST = re.compile(r"(?:(?P<how>repeat|together) (?P<times>\d+) )?"
                     r"(?P<method>GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (?P<path>/\S*)\s*")
JSON = json.JSONDecoder()


class Wrong(Exception):
    """An expectation that was not met."""


# -- values: JSON with "...", "~kind" and "{name}" -----------------------------------------------------

KINDS = {
    "any": lambda v: True,
    "uuid": lambda v: isinstance(v, str) and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", v),
    "time": lambda v: isinstance(v, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?Z", v),
    "text": lambda v: isinstance(v, str) and v != "",
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "object": lambda v: isinstance(v, dict),
    "list": lambda v: isinstance(v, list),
}


def read_json(text):
    """A JSON value at the begin of text, and what follows. "..." stands for whatever else is there."""
    out, open_brackets, at, quoted = [], [], 0, False
    while at < len(text):
        c = text[at]
        if quoted:
            if c == "\\":
                out.append(c)
                at += 1
                c = text[at]
            elif c == '"':
                quoted = False
        elif c == '"':
            quoted = True
        elif c in "{[":
            open_brackets.append(c)
        elif c in "}]":
            open_brackets.pop()
            if not open_brackets:
                out.append(c)
                at += 1
                break
        elif text.startswith("...", at) and open_brackets:
            out.append('"...": 0' if open_brackets[-1] == "{" else '"..."')
            at += 3
            continue
        out.append(c)
        at += 1
        if not open_brackets and not quoted and (at == len(text) or text[at] in ", \n"):
            break
    return JSON.decode("".join(out).strip()), text[at:]


def fill_in(value, names):
    """Puts kept values where "{name}" stands, and {x*9} nine times x."""
    if isinstance(value, dict):
        return {fill_in(k, names): fill_in(v, names) for k, v in value.items()}
    if isinstance(value, list):
        return [fill_in(v, names) for v in value]
    if not isinstance(value, str):
        return value
    whole = re.fullmatch(r"\{(\w+)\}", value)
    if whole and whole[1] in names:
        return names[whole[1]]
    value = re.sub(r"\{([^{}]+)\*(\d+)\}", lambda m: m[1] * int(m[2]), value)
    return re.sub(r"\{(\w+)\}", lambda m: str(names[m[1]]) if m[1] in names else m[0], value)


def differs(want, got, path=""):
    """What is not as it is wanted, or None."""
    here = path or "the body"
    if isinstance(want, str) and want.startswith("~"):
        fits = re.search(want[2:-1], got or "") if want.startswith("~/") else KINDS[want[1:]](got)
        return None if fits else f"{here} is {short(got)}, not {want}"
    if isinstance(want, dict) and isinstance(got, dict):
        extra = set(got) - set(want)
        if "..." not in want and extra:
            return f"{here} has {', '.join(sorted(extra))} besides"
        for key in want:
            if key == "...":
                continue
            if key not in got:
                return f"{here} has no {key}"
            if why := differs(want[key], got[key], f"{path}.{key}"):
                return why
        return None
    if isinstance(want, list) and isinstance(got, list):
        head = want[:-1] if want[-1:] == ["..."] else want
        if len(got) < len(head) or (head is want and len(got) != len(head)):
            return f"{here} has {len(got)} elements, not {len(head)}"
        return next(filter(None, (differs(w, g, f"{path}[{i}]") for i, (w, g) in enumerate(zip(head, got)))), None)
    same = type(want) is type(got) or {type(want), type(got)} == {int, float}
    return None if same and want == got else f"{here} is {short(got)}, not {short(want)}"


def short(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 300 else text[:300] + "..."


def look_up(value, path):
    for step in re.findall(r"[^.\[\]]+", path):
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, TypeError, ValueError):
            raise Wrong(f"there is no {path}") from None
    return value


# -- expectations: the words after "expect 200" ----------------------------------------------------------

def expect_code(story, reply, match):
    got = (reply.json or {}).get("code")
    if got != match[1]:
        raise Wrong(f"the code is {got}, not {match[1]}")


def expect_issue(story, reply, match):
    path, rest = read_json(match[1])
    code = re.match(r"\s+(\w+)", rest)
    issues = (reply.json or {}).get("details")
    if not any(i["path"] == path and (not code or i["code"] == code[1]) for i in issues or []):
        raise Wrong(f"no issue at {short(path)}{' ' + code[1] if code else ''}")
    return rest[code.end():] if code else rest


def expect_words(story, reply, match):
    want, rest = read_json(match[1])
    if why := differs(fill_in(want, story.names), (reply.json or {}).get("error"), "error"):
        raise Wrong(why)
    return rest


def expect_header(story, reply, match):
    got = reply.header(match[1])
    if got is None or (match[2] is not None and not re.fullmatch(match[2].strip(), got)):
        raise Wrong(f"the header {match[1]} is {got}")


def expect_no_header(story, reply, match):
    if reply.header(match[1]) is not None:
        raise Wrong(f"there is a header {match[1]}: {reply.header(match[1])}")


def expect_no_body(story, reply, match):
    if reply.body:
        raise Wrong("there is a body")


def expect_length(story, reply, match):
    n = len(look_up(reply.json, match[1]))
    if n != int(match[2]):
        raise Wrong(f"{match[1]} has {n}, not {match[2]}")


def expect_value(story, reply, match):
    want, rest = read_json(match[3])
    want, got = fill_in(want, story.names), look_up(reply.json, match[1])
    relation = match[2]
    if relation == "=":
        if why := differs(want, got, match[1]):
            raise Wrong(why)
        return rest
    holds = {"!=": operator.ne, ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt,
             "contains": lambda g, w: any(not differs(w, e) for e in g) if isinstance(g, list) else w in g,
             "lacks": lambda g, w: all(differs(w, e) for e in g) if isinstance(g, list) else w not in g}[relation]
    if not holds(got, want):
        raise Wrong(f"{match[1]} is {short(got)}, which is not {relation} {short(want)}")
    return rest


def expect_body(story, reply, match):
    want, rest = read_json(match[0])
    if why := differs(fill_in(want, story.names), reply.json):
        raise Wrong(why)
    return rest


def keep(story, reply, match):
    story.names[match[1]] = look_up(reply.json, match[2])


# A row per clause; what its function returns is what it left of the line.
CLAUSES = [
    (re.compile(r"([A-Z][A-Z_]+)(?=,|$)"), expect_code),
    (re.compile(r"at (\[.*)"), expect_issue),
    (re.compile(r"says (\".*)"), expect_words),
    (re.compile(r"no header ([\w-]+)"), expect_no_header),
    (re.compile(r"header ([\w-]+)(?:: ([^,]+(?:, [A-Z]+)*))?"), expect_header),
    (re.compile(r"no body"), expect_no_body),
    (re.compile(r"keep (\w+) = (\.\S*?)(?=,|$)"), keep),
    (re.compile(r"(\.\S*) has (\d+)"), expect_length),
    (re.compile(r"(\.\S*) (=|!=|>=|<=|>|<|contains|lacks) (.*)"), expect_value),
    (re.compile(r"[\[{].*"), expect_body),
]


def check_clauses(story, reply, text):
    while text:
        for pattern, check in CLAUSES:
            if match := pattern.match(text):
                rest = check(story, reply, match)
                text = (text[match.end():] if rest is None else rest).lstrip(" ,")
                break
        else:
            raise Failure(f"what does '{text}' mean?")


def read_part(part):
    """Of a form, one of "files" unless it says otherwise; a text alone is the name of a file of test/data."""
    if isinstance(part, str):
        path = ROOT / "test/data" / part
        return {"name": "files", "filename": path.name, "bytes": path.read_bytes()}
    return {"name": "files", **part, "bytes": part["text"].encode()}


# -- lines -----------------------------------------------------------------------------------------------

class Story:
    def __init__(self, server, keys, names):
        self.server, self.keys = server, keys
        self.names = {"never": "00000000-0000-7000-8000-000000000000", **names}
        self.headers = {}
        self.clients = {}
        self.allowed = []
        self.speak_as("nobody")

    def key_of(self, who):
        """ "admin", "viewer with personal key", "nobody". """
        person, _, kind = who.partition(" with ")
        if person == "nobody":
            return None
        return self.keys[person, kind.removesuffix(" key") or "workspace"]

    def speak_as(self, who):
        if who not in self.clients:
            self.clients[who] = self.server.client(self.key_of(who))
        self.who = who
        self.client = self.clients[who]

    def read_request(self, match, text):
        """(what to give Client.request, what is expected)"""
        path = fill_in(match["path"], self.names)
        headers = dict(self.headers)
        body, rest = None, text[match.end():]
        if rest.startswith("text "):
            body, rest = read_json(rest[5:])
            body = fill_in(body, self.names).encode()
        elif rest.startswith("form "):
            parts, rest = read_json(rest[5:])
            body, headers["Content-Type"] = form_data([read_part(part) for part in fill_in(parts, self.names)])
        elif rest[:1] in ("{", "[", '"'):
            body, rest = read_json(rest)
            body = fill_in(body, self.names)
        word, _, expected = rest.strip().partition(" ")
        if word != "expect":
            raise Failure(f"expected 'expect' at '{rest}'")
        return (match["method"], path, body, headers), expected

    def tell_once(self, match, text):
        request, expected = self.read_request(match, text)
        status, _, clauses = expected.partition(" ")
        reply = self.client.request(*request)
        try:
            if reply.status != int(status.rstrip(",")):
                raise Wrong(f"the status is {reply.status}, not {status}")
            check_clauses(self, reply, clauses.lstrip(" ,"))
        except Wrong as why:
            raise Wrong(f"{why}\nthe reply was {reply}") from None

    def tell_together(self, match, text):
        """The same request from many clients at one moment; "7 of 409" and so on, whatever the order."""
        request, expected = self.read_request(match, text)
        n = int(match["times"])
        begin = threading.Barrier(n)

        def one(client):
            begin.wait()
            return client.request(*request)

        clients = [self.server.client(self.key_of(self.who)) for _ in range(n)]
        with concurrent.futures.ThreadPoolExecutor(n) as pool:
            replies = list(pool.map(one, clients))
        for client in clients:
            client.close()
        got = collections.Counter(reply.status for reply in replies)
        want = {int(status): int(n) for n, status in re.findall(r"(\d+) of (\d+)", expected)}
        if got != want:
            raise Wrong(f"the statuses are {dict(got)}\none reply was {replies[0]}")

    def tell_request(self, match, text):
        if match["how"] == "together":
            self.tell_together(match, text)
        else:
            for n in range(1, int(match["times"] or 1) + 1):
                self.names["n"] = n
                self.tell_once(match, text)
        self.headers = {}

    def wait(self, text):
        """The same request again until what is expected comes true."""
        end = time.monotonic() + PATIENCE / 2
        while True:
            try:
                return self.tell_request(REQUEST.match(text), text)
            except Wrong:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)

    def run_command(self, text):
        words = re.findall(r'"[^"]*"|\S+', text)
        self.names["output"] = self.server.cli(*(fill_in(w.strip('"'), self.names) for w in words))

    def check(self, text):
        name, _, value = text.partition(" = ")
        if why := differs(fill_in(read_json(value)[0], self.names), self.names.get(name), name):
            raise Wrong(why)

    def look_for(self, secret):
        """No file of the data folder may hold it."""
        for path in pathlib.Path(self.server.data).rglob("*"):
            if path.is_file() and secret in path.read_bytes():
                raise Wrong(f"{path.name} holds it")

    def tell(self, line):
        word, _, rest = line.partition(" ")
        if word == "as":
            self.speak_as(rest)
        elif word == "with":
            name, _, value = rest.partition(":")
            self.headers[name] = fill_in(value.strip(), self.names)
        elif word == "wait":
            self.wait(rest)
        elif word == "agentd":
            self.run_command(rest)
        elif word == "let":
            name, _, value = rest.partition(" = ")
            self.names[name] = fill_in(read_json(value)[0], self.names)
        elif word == "sql":
            rows = self.server.sql(fill_in(rest, self.names))
            self.names["row"] = rows[0][0] if rows else None
        elif word == "check":
            self.check(rest)
        elif word == "stored":
            self.look_for(fill_in(rest.removeprefix("nowhere: "), self.names).encode())
        elif word == "allow":
            self.allowed.append(rest)
        elif match := REQUEST.match(line):
            self.tell_request(match, line)
        else:
            raise Failure(f"what does '{line}' mean?")


def read_story(path):
    """(options of the server, whether it needs web pages, [(title, [(line number, line)])]): a line that
    is indented goes on where the last one ended."""
    options, with_pages, tests = [], False, []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if raw.startswith("= "):
            tests.append((raw[2:], []))
        elif raw[0].isspace() and tests and tests[-1][1]:
            begin, so_far = tests[-1][1][-1]
            tests[-1][1][-1] = (begin, so_far + " " + line)
        elif not tests and line.startswith("serve "):
            options = line.split()[1:]
        elif not tests and line == "pages":
            with_pages = True
        elif not tests:
            raise Failure(f"{path}:{number}: a test begins with '= title'")
        else:
            tests[-1][1].append((number, line))
    return options, with_pages, tests


def tell_test(tap, story, name, title, lines):
    for number, line in lines:
        try:
            story.tell(line)
        except (Wrong, Failure, OSError, ValueError, KeyError) as why:
            story.headers = {}
            return tap.ok(False, f"{name}: {title}", f"{name}.story:{number}: {line}", f"{type(why).__name__}: {why}")
    return tap.ok(True, f"{name}: {title}")


def open_site(stack, options):
    """A web site that a server with these options may read, until the stack ends: {name: address}."""
    pages = stack.enter_context(Pages())
    options += ["--fetch-allow", f"127.0.0.1:{pages.port}"]
    return {"pages": pages.url, "vault": pages.vault}


def tell_story(tap, path):
    """A server of its own for each file."""
    options, with_pages, tests = read_story(path)
    with contextlib.ExitStack() as stack:
        names = open_site(stack, options) if with_pages else {}
        server = stack.enter_context(Server(options=options))
        keys = server.make_people()
        story = Story(server.start(), keys, names)
        for title, lines in tests:
            tell_test(tap, story, path.stem, title, lines)
        status = server.stop()
        failed = [line for line in server.log().splitlines()
                  if re.search(r" error ", line) and not any(event in line for event in story.allowed)]
        reports = server.reports()
        tap.ok(status == 0 and not reports and not failed, f"{path.stem}: the server ended well and logged no error",
               f"exit status {status}", *failed[:10], *reports[:3])


def main(stories):
    build()
    tap = Tap()
    for path in stories:
        try:
            tell_story(tap, path)
        except (Failure, OSError) as why:
            tap.ok(False, f"{path.stem}: could not be told", str(why))
    return tap.end()


def all_stories(names=()):
    folder = pathlib.Path(__file__).resolve().parents[1] / "stories"
    return [folder / f"{n}.story" for n in names] or sorted(folder.glob("*.story"))


if __name__ == "__main__":
    sys.exit(main(all_stories(sys.argv[1:])))
