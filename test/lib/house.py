"""Tests of whole servers beside something that they ask: each test gets a house of its own, with a server, its
administrator and a fake of the other side, and ends with a look at whether both are well.
"""
import time
import traceback

from agentd import PATIENCE, Failure, Server, build
from tap import Tap


class House:
    """A server with a workspace and its administrator, and the fake that the server may ask."""

    def __init__(self, server, fake):
        self.server, self.fake = server, fake
        server.cli("init", "--workspace", "demo", "--admin", "admin@example.com")
        self.key = server.make_key("admin@example.com", "demo")
        self.start()

    def start(self):
        self.server.start()
        self.admin = self.server.client(self.key)

    def call(self, method, path, body=None, status=200):
        reply = self.admin.request(method, "/api/v1" + path, body)
        if reply.status != status:
            raise Failure(f"{method} {path} gave {reply}, not {status}")
        return reply.json


# -- what must be so -----------------------------------------------------------------------------------

def same(got, want, what):
    if got != want:
        raise Failure(f"{what} is {got!r}, not {want!r}")


def holds(text, part):
    if part not in (text or ""):
        raise Failure(f"{text!r} does not say {part!r}")


def wait_for(event, what):
    if not event.wait(PATIENCE):
        raise Failure(f"{what} does not happen")


def wait_until(condition, what, patience=PATIENCE):
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise Failure(f"{what} does not happen")
        time.sleep(0.005)


# -- one test after another ------------------------------------------------------------------------------

def run(tap, test, make_fake, make_house):
    title = test.__name__.replace("_", " ")
    with make_fake() as fake, Server() as server:
        try:
            note = test(make_house(server, fake))
            status, reports = server.stop(), server.reports()
            wrong = [f"exit status {status}"] * (status != 0) + reports[:3] + fake.offences[:3]
            tap.ok(not wrong, title, *wrong)
            tap.say(*[note] * bool(note))
        except (Failure, OSError, KeyError, TypeError, IndexError):
            tap.ok(False, title, traceback.format_exc(), *server.reports()[:3], server.log()[-2000:],
                   *fake.offences[:3])


def main(tests, names, make_fake, make_house):
    """Those that are named, or all. The value is for sys.exit."""
    build()
    tap = Tap()
    for test in tests:
        if not names or test.__name__ in names:
            run(tap, test, make_fake, make_house)
    return tap.end()
