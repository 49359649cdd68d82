#!/usr/bin/env python3
"""Servers whose agents come from a repository on another host: over https with an access token, over ssh, and from a
host that refuses, fails or says nothing.

The host is git's own server behind Python's; ssh is a program that does what the one on the other side would.
"""
import base64
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile

import fakes
import house as houses
from agentd import COMMAND, PATIENCE
from house import holds, same, wait_until

TOKEN = "token-open-sesame"
AGENT = "name: {}\nmodel: builtin:extractive\ninstructions: Hi.\n"
COULD_NOT = "it is connected, but could not be fetched: "
NO_TOKEN = "the repository asks for an access token that it accepts"


def command(*words, **more):
    return subprocess.run(words, check=True, timeout=PATIENCE, capture_output=True, **more).stdout


# -- the host ----------------------------------------------------------------------------------------

class Handler(fakes.Handler):
    def do_GET(self):
        host = self.server.fake
        user, _, token = base64.b64decode(self.headers.get("Authorization", "")[len("Basic "):]).decode().partition(":")
        if token != TOKEN:
            return self.reply(401, WWW_Authenticate='Basic realm="git"')
        host.users.append(user)
        if host.fault:
            return self.reply(host.fault)
        return self.serve()

    do_POST = do_GET

    def serve(self):
        path, _, query = self.path.partition("?")
        body = self.body()
        environment = {
            "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": self.server.fake.folder, "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command, "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        head, _, answer = command("git", "http-backend", input=body, env=environment).partition(b"\r\n\r\n")
        self.reply(200, answer, **dict(line.split(": ", 1) for line in head.decode().split("\r\n")))


class GitHost(fakes.Fake):
    """A host with one repository, "team/agents.git", whose files are changed in `work`."""

    def __init__(self):
        super().__init__(Handler)
        self.offences, self.users = [], []
        self.fault = None                   # the status of every answer from now on
        self.folder = tempfile.mkdtemp(prefix="agentd-git-host-")
        self.work, self.bare = os.path.join(self.folder, "work"), os.path.join(self.folder, "team/agents.git")
        command("git", "init", "-q", "-b", "main", self.work)
        self.write("first")
        command("git", "clone", "-q", "--bare", self.work, self.bare)
        self.certificate, key = os.path.join(self.folder, "host.pem"), os.path.join(self.folder, "key.pem")
        command("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", self.certificate)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.certificate, key)
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)

    def __exit__(self, *_):
        super().__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, user=""):
        return f"https://{user}localhost:{self.server.server_port}/team/agents.git"

    def write(self, name, branch="main", more=None):
        """An agent, and files {name: bytes} beside it."""
        folder = pathlib.Path(self.work, "agents/pydantic-agentspec")
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in {f"{name}.yaml": AGENT.format(name).encode(), **(more or {})}.items():
            (folder / path).write_bytes(content)
        git = ["git", "-C", self.work, "-c", "user.name=t", "-c", "user.email=t@example.com"]
        command(*git, "checkout", "-q", "-B", branch)
        command(*git, "add", "-A")
        command(*git, "commit", "-q", "-m", name)

    def push(self, name, branch="main", more=None):
        self.write(name, branch, more)
        command("git", "-C", self.work, "push", "-q", self.bare, f"{branch}:{branch}")


class House(houses.House):
    def __init__(self, server, host):
        self.host = host
        server.environment.update(GIT_TOKEN=TOKEN, WRONG_TOKEN="wrong", SSL_CERT_FILE=host.certificate)
        server.options += ["--repo-interval", "0"]
        super().__init__(server, host)
        self.studio = server.client(server.make_key("admin@example.com", "demo", "personal"))

    def repo(self, *words, workspace="demo"):
        """What it told, if it failed."""
        done = subprocess.run([*COMMAND, "repo", *words, "--workspace", workspace], env=self.server.environment, text=True,
                              timeout=PATIENCE, stdin=subprocess.DEVNULL, capture_output=True)
        same(done.returncode, int(done.stderr != ""), f"the exit status of repo {words[0]}")
        return done.stderr.removeprefix("agentd: ").strip()

    def connect(self, token="GIT_TOKEN", url=None, *more):
        return self.repo("connect", url or self.host.url(), *(["--token-env", token] if token else []), *more)

    def agents(self):
        reply = self.studio.get("/api/v1/agents")
        return [agent["name"] for agent in reply.json["agents"]] if reply.status == 200 else (reply.status, reply.json)


# -- the tests ---------------------------------------------------------------------------------------

def an_access_token_opens_a_repository(house):
    host, server = house.host, house.server
    same(house.connect(None), COULD_NOT + NO_TOKEN, "what is told without a token")
    same(house.agents(), (502, {"error": "could not read agents from the repository"}), "what is answered then")
    same(house.connect("WRONG_TOKEN"), COULD_NOT + NO_TOKEN, "what is told of a wrong token")
    same(house.connect(), "", "what is told of the right one")
    same(house.agents(), ["first"], "the agents")
    same(house.connect(url=host.url("deployer@")), "", "what is told of a user")
    same((host.users[0], host.users[-1]), ("agentd", "deployer"), "the users")
    holds(house.connect(url=host.url("deployer:word@")), "without a password")
    host.push("second")
    same((house.repo("sync"), house.agents()), ("", ["first", "second"]), "a change")
    same(TOKEN in server.log(), False, "whether the token is in the log")
    for path in pathlib.Path(server.data).rglob("*"):
        same(path.is_file() and TOKEN.encode() in path.read_bytes(), False, f"whether the token is in {path.name}")


def a_branch_is_the_one_that_was_named(house):
    house.host.push("other", "trial")
    same((house.connect("GIT_TOKEN", None, "--branch", "trial"), house.agents()), ("", ["first", "other"]), "a branch")
    same((house.connect(), house.agents()), ("", ["first"]), "the host's own")
    same(house.connect("GIT_TOKEN", None, "--branch", "none"), COULD_NOT + "the repository has no such branch", "another")


def a_certificate_must_be_trusted(house):
    del house.server.environment["SSL_CERT_FILE"]
    why = "the repository's host has no certificate that can be trusted"
    same(house.connect(), COULD_NOT + why, "what is told")
    same(house.agents(), (502, {"error": "could not read agents from the repository", "details": why}), "what is answered")


def while_the_host_fails_the_last_good_state_serves(house):
    host, server = house.host, house.server
    same(house.connect(), "", "connecting")
    host.push("second")
    for fault, why in [(500, "the repository could not be reached"), (403, "the repository refused the access token"),
                       (404, "there is no such repository")]:
        host.fault = fault
        same(house.repo("sync"), why, f"what is told of {fault}")
        same(json.loads(server.cli("repo", "show", "--workspace", "demo", "--json"))[0]["error"], why, "what is shown")
        same(house.connect(), COULD_NOT + why, "connecting it again")
        same(house.agents(), ["first"], f"the agents with {fault}")
    server.stop()
    server.options[-1] = "1"
    house.start()
    house.studio.close()
    same(house.agents(), ["first"], "the agents after a new start")
    host.fault = None
    wait_until(lambda: house.agents() == ["first", "second"], "coming back by itself")


def announce_push(house, workspace):
    secret = house.server.cli("repo", "hook", "--workspace", workspace)
    reply = house.server.client().post(f"/api/hooks/repo/{workspace}", {}, {"X-Gitlab-Token": secret})
    same(reply.status, 202, "the status of an announced push")


def a_host_that_says_nothing_holds_up_nobody_else(house):
    host, server = house.host, house.server
    server.cli("init", "--workspace", "other", "--admin", "admin@example.com")
    same(house.connect(), "", "connecting one")
    same(house.repo("connect", host.url(), "--token-env", "GIT_TOKEN", workspace="other"), "", "connecting another")
    others = server.client(server.make_key("admin@example.com", "other", "personal"))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(PATIENCE)
        server.sql("UPDATE repository SET url = ? WHERE workspace_id = (SELECT id FROM workspace WHERE slug = 'demo')",
                   f"https://127.0.0.1:{silent.getsockname()[1]}/team/agents.git")
        announce_push(house, "demo")
        connection, _ = silent.accept()
        with connection:
            host.push("second")
            announce_push(house, "other")
            wait_until(lambda: len(others.get("/api/v1/agents").json["agents"]) == 2, "a fetch of the other")
            same(house.agents(), ["first"], "the agents of the one")
            same(server.stop(), 0, "the exit status of a server that is stopped meanwhile")
            connection.settimeout(PATIENCE)
            while connection.recv(4096):
                pass                    # until nobody is left at the other end
    house.start()


def ssh_asks_nobody(house):
    """With the user's own program and keys; it must not wait for an answer that nobody gives."""
    folder = pathlib.Path(house.server.folder, "bin")
    folder.mkdir()
    (folder / "ssh").write_text(f'#!/bin/sh\necho "$@" >> {folder}/asked\nfor last; do :; done\nexec sh -c "$last"\n')
    (folder / "ssh").chmod(0o755)
    house.server.environment["PATH"] = f"{folder}:{house.server.environment['PATH']}"
    for url in (f"git@git.example.com:{house.host.bare}", f"ssh://git@git.example.com:2222{house.host.bare}"):
        same((house.connect(None, url), house.agents()), ("", ["first"]), url)
    asked = (folder / "asked").read_text().splitlines()
    holds(asked[0], "BatchMode=yes")
    holds(asked[1], "-p 2222 git@git.example.com")
    (folder / "ssh").write_text('#!/bin/sh\necho "Permission denied (publickey)." >&2\nexit 255\n')
    same(house.repo("sync"), "the repository refused the key", "what is told of a key that is refused")
    same(house.agents(), ["first"], "the agents then")


def a_repository_on_this_machine_may_be_another_user_s(house):
    folder = pathlib.Path(house.server.folder, "bin")
    folder.mkdir()
    (folder / "git").write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {shutil.which("git")} "$@"\n')
    (folder / "git").chmod(0o755)
    house.server.environment["PATH"] = f"{folder}:{house.server.environment['PATH']}"
    same((house.connect(None, f"file://{house.host.bare}"), house.agents()), ("", ["first"]), "one that is another user's")


def what_is_no_utf8_is_shown_as_text(house):
    latin = AGENT.format("latin").replace("Hi.", "Caf\xe9.") + "tools_module: tools.py\n"
    house.host.push("second", "main", {"latin.yaml": latin.encode("latin-1"), "tools.py": b"tools = []  # \xe9\n",
                                       os.fsdecode(b"\xff.yaml"): AGENT.format("nameless").encode()})
    same((house.connect(), house.agents()), ("", ["first", "latin", "second"]), "the agents")
    shown = house.studio.get("/api/v1/agents/latin").json
    holds(shown["raw"], "Caf\N{REPLACEMENT CHARACTER}.")
    same(shown["toolsModuleContent"], "tools = []  # \N{REPLACEMENT CHARACTER}\n", "the module")


TESTS = [
    an_access_token_opens_a_repository, a_branch_is_the_one_that_was_named, a_certificate_must_be_trusted,
    while_the_host_fails_the_last_good_state_serves, a_host_that_says_nothing_holds_up_nobody_else, ssh_asks_nobody,
    a_repository_on_this_machine_may_be_another_user_s, what_is_no_utf8_is_shown_as_text,
]

if __name__ == "__main__":
    sys.exit(houses.main(TESTS, sys.argv[1:], GitHost, House))
