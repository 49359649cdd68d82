"""The rows of `bench/run agents`: what a list of ten thousand agent files costs, from a repository and from a folder."""
import os, pathlib, re, socket, statistics, subprocess, time

from lib import AGENTD, QUICK, Store, first_200, free_port, run

N = 10_000
LISTS = 11 if QUICK else 41
SETTLE = 4                           # seconds, after which files of a folder count as written some time ago
AGENT = """\
name: agent-{i:05}
model: openai:gpt-x
title: Agent number {i}
description: Answers questions about product line {i}.
labels: [support, team-{team}]
skills: [triage]
connections:
  - type: github
    name: default
instructions: |
  You answer warranty questions of product line {i}.
  Be brief, cite your source, and say so when you do not know.
  Never promise anything that is not in the source.
"""


def write_agents(folder):
    files = folder / "agents" / "pydantic-agentspec"
    files.mkdir(parents=True)
    for i in range(N):
        (files / f"agent-{i:05}.yaml").write_text(AGENT.format(i=i, team=i % 50))


def git(folder, *words):
    run("git", "-C", folder, "-c", "user.name=bench", "-c", "user.email=bench@example.com", *words)


def commit(folder):
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "change")


class House:
    """A server of its own store, for as long as the `with` block lasts."""

    def __init__(self, folder, name, *options):
        self.store, self.log, self.options = Store(folder / name), folder / f"{name}.log", options
        self.key = run(AGENTD, "key", "create", "--user", "admin@example.com", "--workspace", "bench", "--kind", "personal",
                       "--name", "bench", env=self.store.env).strip()
        self.room = bytearray(64 << 20)

    def __enter__(self):
        self.port = free_port()
        with self.log.open("wb") as log:
            self.proc = subprocess.Popen([AGENTD, "serve", "--listen", f"127.0.0.1:{self.port}", "--repo-interval", "0",
                                          *self.options], env=self.store.env, stderr=log)
        first_200(self.port)
        return self

    def __exit__(self, *_):
        self.proc.terminate()
        self.proc.wait(30)

    def repo(self, *words):
        run(AGENTD, "repo", *words, "--workspace", "bench", env=self.store.env)

    def list(self):
        """(milliseconds until the whole answer is read, its megabytes). The reading is plain, to measure the server."""
        question = f"GET /api/v1/agents HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self.key}\r\nConnection: close\r\n\r\n"
        began, n = time.perf_counter(), 0
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(question.encode())
            while got := connection.recv_into(memoryview(self.room)[n:]):
                n += got
        ms = (time.perf_counter() - began) * 1000
        assert self.room.startswith(b"HTTP/1.1 200") and self.room[:n].endswith(b"]}"), bytes(self.room[:200])
        return ms, n / 1e6

    def lists(self):
        times, sizes = zip(*(self.list() for _ in range(LISTS)))
        return statistics.median(times), sizes[0]

    def parsed(self):
        """How many files were parsed, each time that some were."""
        return [int(n) for n in re.findall(r"agents\.read .*parsed=(\d+)", self.log.read_text())]


def list_row(source, ms, megabytes):
    return (f"`GET /agents` of {source} with {N:,} agents, once parsed, until the whole answer ({megabytes:.1f} MB) is read",
            f"{ms:.0f} ms", "50 ms or less", ms <= 50)


def repository_rows(folder):
    work = folder / "work"
    write_agents(work)
    run("git", "init", "-q", "-b", "main", work)
    commit(work)
    with House(folder, "repository") as house:
        house.repo("connect", f"file://{work}")
        first, _ = house.list()
        yield list_row("a repository", *house.lists())
        changed = work / "agents" / "pydantic-agentspec" / f"agent-{N // 2:05}.yaml"
        changed.write_text(changed.read_text() + "  Say please.\n")
        commit(work)
        house.repo("sync")
        again, _ = house.list()
        parsed = house.parsed()
        assert parsed[0] == N, parsed
        yield ("files parsed again after a commit that changes one of them and `agentd repo sync`", f"{sum(parsed[1:])}", "1",
               sum(parsed[1:]) == 1)
        yield "the first list after that, against the first list ever", f"{again:.0f} ms, {first:.0f} ms", "", None


def folder_row(folder):
    files = folder / "files"
    write_agents(files)
    time.sleep(SETTLE)
    with House(folder, "folder", "--agents-dir", str(files)) as house:
        house.list()
        return list_row("a folder, looked through each time,", *house.lists())


def agents_rows(folder):
    """(what, measured, reach, whether it is reached) of each promise."""
    yield from repository_rows(folder)
    yield folder_row(folder)
