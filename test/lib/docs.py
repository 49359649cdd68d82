#!/usr/bin/env python3
"""The API's description as others see it: two linters, and a browser on /docs.

The browser may resolve no name but 127.0.0.1, and its own log of the network tells what the page
asked for; what Chromium asks for on its own account has another initiator. What the page's policy
blocks never reaches the network, so the console is read too.
"""
import json
import os
import shutil
import subprocess
import sys

import agentd
from agentd import ROOT, Server
from tap import Tap

NPM = ROOT / "test/npm"
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
         "--disable-extensions", "--no-first-run", "--disable-features=AutofillServerCommunication,OptimizationHints"]


def lint(tap, name, *command):
    environment = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=NPM, env=environment, text=True, timeout=180, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    tap.ok(done.returncode == 0, f"{name} finds no error in openapi.json",
           *(line[:300] for line in done.stdout.splitlines()[-60:]))


def open_in_browser(url, folder):
    """(the page as it is once it has settled, the events of the network, the console)"""
    network = os.path.join(folder, "network.json")
    done = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", *QUIET,
         f"--user-data-dir={folder}/profile", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
         f"--log-net-log={network}", "--enable-logging=stderr", "--virtual-time-budget=30000", "--timeout=60000",
         "--dump-dom", url],
        timeout=180, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with open(network, encoding="utf-8") as log:
        events = json.load(log)["events"]
    console = [line for line in done.stderr.decode(errors="replace").splitlines() if "CONSOLE" in line]
    return done.stdout.decode(), events, console


def asked_by_the_page(events, origin):
    """Every URL that the page, or a frame of its, asked for."""
    for event in events:
        params = event.get("params", {})
        url = params.get("url", "")
        mine = params.get("initiator") == origin or "127.0.0.1" in params.get("network_isolation_key", "")
        if mine and "://" in url:
            yield url


def check_page(tap, server, document):
    origin = f"http://127.0.0.1:{server.port}"
    page, events, console = open_in_browser(f"{origin}/api/v1/docs", server.folder)
    asked = sorted(set(asked_by_the_page(events, origin)))
    missing = [path for path in document["paths"] if path not in page]
    tap.ok(document["info"]["title"] in page and not missing, "the page shows every operation", *missing, page[:1000])
    tap.ok(f"{origin}/api/v1/openapi.json" in asked, "the page reads the description", *asked)
    foreign = [url for url in asked if not url.startswith(origin + "/")]
    tap.ok(not foreign, "the page asks no other host", *foreign)
    blocked = [line for line in console if "Content Security Policy" in line or "ERR_NAME_NOT_RESOLVED" in line]
    tap.ok(not blocked, "the page does not even try to", *blocked[:5])


def main():
    agentd.build()
    tap = Tap()
    with Server() as server:
        server.start()
        reply = server.client().get("/api/v1/openapi.json")
        description = os.path.join(server.folder, "openapi.json")
        with open(description, "wb") as file:
            file.write(reply.body)
        lint(tap, "redocly", "node_modules/.bin/redocly", "lint", "--config", "redocly.yaml", description)
        lint(tap, "spectral", "node_modules/.bin/spectral", "lint", "--ruleset", "spectral.yaml", description)
        if shutil.which("chromium"):
            check_page(tap, server, reply.json)
        else:
            tap.skip("the page in a browser", "chromium is not installed")
        server.stop()
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
