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
NO_PAGES = "the reference pages for authors of agents are not built yet"
CUT_SHORT = "the recording has only the beginning of the reply"
OUR_NAME = "the server is called agentd, and from 2025-06-18 on it offers more and gives instructions"
ORIGIN = "a page of a foreign origin is refused"
OUR_BODY_LIMIT = "a body has a limit"
OUTSIDE = "it needs an outside service that the recording stood in for"
PARENT = "a parent run that is none of this workspace is passed over"
NAME_TAKEN = "a name that is taken is told in words, not in the database's"
PRIVATE = "the reference gives one user's item to another who pushes the same reference"
NUL = "the recorded text is that of the database behind the stand-in; ours is the client's mistake, a 400"

# File: {id: why it differs}.
RECORDINGS = {
    "agents": {"agents-066": OTHER_HOST, "agents-069": NO_TOKEN},
    "agents_validate": {},
    "runs": {"runs-082": NUL},
    "runs_list": {},
    "no_agent_source": {},
    "empty_agent_source": {},
    "auth": {},
    "http_edges": {"http_edges-045": NO_PAGES, "http_edges-453": CUT_SHORT},
    "automations": {},
    "automations_patch": {},
    "automations_cron": {},
    "slack_apps": {},
    "tools_connections": {},
    "inbox": {"inbox-105": PRIVATE},
    "mcp_protocol": {
        **{f"mcp_protocol-{n:03}": OUR_NAME for n in (3, 4, 6, 8, 9, 11, 12, 13, 14, 22, 23, 26, 88, 138)},
        "mcp_protocol-141": ORIGIN, "mcp_protocol-159": OUR_BODY_LIMIT,
    },
    "mcp_tools": {
        **{f"mcp_tools-{n:03}": OUTSIDE for n in (47, 49, 53, 175, *range(195, 205), 271, 272, 273, 274, 279)},
        **{f"mcp_tools-{n:03}": PARENT for n in (172, 173, 242, 243, 244, 331)}, "mcp_tools-303": NAME_TAKEN,
    },
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
