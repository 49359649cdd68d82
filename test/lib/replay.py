#!/usr/bin/env python3
"""Replays what the reference server was recorded to answer. The recordings and the program that replays them lie
beside the repository, in ../shared/conformance.

An answer that must differ is listed here by its id, with the reason. One that differs without being listed is a
failure, and so is one that is listed and agrees: then the list is wrong.
"""
import re
import subprocess
import sys

import agentd
from agentd import BINARY, ROOT
from tap import Tap, skip_all

CONFORMANCE = ROOT.parent / "shared/conformance"

OTHER_HOST = "`details` tells what the host of repositories said that the recording stood in for"
NO_TOKEN = "the reference fails with an empty 500 without an access token; ours tells that it cannot read the repository"
CONNECTIONS = "whether a run's connections are there is not looked at yet"
OUR_LIMIT = "JSON may be 64 levels deep here"
NUL = "the recorded text is that of the database behind the stand-in; ours is the client's mistake, a 400"
NO_ENDPOINT = "the endpoint is not built yet"

# File: {id: why it differs}.
RECORDINGS = {
    "agents": {"agents-066": OTHER_HOST, "agents-069": NO_TOKEN},
    "agents_validate": {"agents_validate-131": OUR_LIMIT},
    "runs": {"runs-061": CONNECTIONS, "runs-062": CONNECTIONS, "runs-084": CONNECTIONS, "runs-082": NUL},
    "runs_list": {},
    "no_agent_source": {f"no_agent_source-{n:03}": NO_ENDPOINT for n in (8, 9, 10, 11, 12, 13)},
    "empty_agent_source": {f"empty_agent_source-{n:03}": NO_ENDPOINT for n in (4, 5)},
}

DIFFERS = re.compile(r"^(\w+-\d+) [A-Z]+ /")
COUNTS = re.compile(r"^\w+: (\d+) same, (\d+) tolerated, (\d+) differ, of (\d+)$", re.M)


def replay(name):
    """(its output, {id: its lines} of what differs, how many answers were compared)"""
    done = subprocess.run([sys.executable, CONFORMANCE / "replay.py", "--bin", BINARY, "--show", "100000", name],
                          text=True, timeout=280, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    differing, here = {}, None
    for line in done.stdout.splitlines():
        if begin := DIFFERS.match(line):
            here = differing.setdefault(begin[1], [])
        elif COUNTS.match(line):
            here = None
        if here is not None:
            here.append(line)
    counts = COUNTS.search(done.stdout)
    return done.stdout, differing, int(counts[4]) if counts else 0


def check(tap, name, expected):
    output, differing, n = replay(name)
    news = [line for key in differing.keys() - expected.keys() for line in differing[key]]
    mended = sorted(f"{key} is listed as different, and agrees: {why}" for key, why in expected.items()
                    if key not in differing)
    tap.ok(n > 0 and not news and not mended, f"{name}: {n - len(differing)} of {n} answers agree, {len(expected)} cannot",
           *news, *mended, *(output.splitlines()[-20:] if n == 0 else []))


def main():
    if not (CONFORMANCE / "replay.py").exists():
        skip_all("the recordings are not there")
    agentd.build()
    tap = Tap()
    for name, expected in RECORDINGS.items():
        check(tap, name, expected)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
