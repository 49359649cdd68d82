"""What the tables of bench/run share: stores, servers, load, and figures out of a program's words."""
import json, os, pathlib, re, signal, socket, statistics, subprocess, sys, time, urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
RELEASE = ROOT / "build" / "release"
AGENTD = ROOT / "build" / "agentd"
QUICK = "--quick" in sys.argv
ROUNDS, SECONDS = (3, 1) if QUICK else (7, 3)
THREADS = os.environ.get("BENCH_THREADS", "4")


def run(*args, **kw):
    return subprocess.run([str(a) for a in args], check=True, text=True, capture_output=True, **kw).stdout


def request(base, key, method, path, body=None):
    r = urllib.request.Request(base + path, method=method, data=json.dumps(body).encode() if body is not None else None,
                               headers={"Authorization": "Bearer " + key})
    with urllib.request.urlopen(r, timeout=30) as answer:
        return answer.read()


class Store:
    """A data folder with a workspace, a key and one agent."""

    def __init__(self, folder):
        self.env = {**os.environ, "AGENTD_DATA": str(folder)}
        self.folder = folder
        run(AGENTD, "init", "--workspace", "bench", "--admin", "admin@example.com", env=self.env)
        self.key = run(AGENTD, "key", "create", "--user", "admin@example.com", "--workspace", "bench", "--kind", "workspace",
                       "--name", "bench", "--expires", "15d", env=self.env).strip()


class Server:
    def __init__(self, store, constant_bytes=1000):
        self.proc = subprocess.Popen([RELEASE / "bench" / "bench-serve", store.folder, str(constant_bytes), THREADS],
                                     stdout=subprocess.PIPE, text=True)
        self.base = "http://" + self.proc.stdout.readline().strip()

    def stop(self):
        self.proc.send_signal(signal.SIGTERM)
        out = self.proc.communicate(timeout=60)[0]
        return [int(n) for n in re.findall(r"\d+", out)]


def wrk(url, *args, env=None, seconds=SECONDS, connections=64):
    out = run("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *args, url, env={**os.environ, **(env or {})})
    if "Non-2xx" in out:
        sys.exit("bench/run: the server answered errors:\n" + out)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def first_200(port, deadline=10):
    began = time.monotonic()
    while time.monotonic() - began < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port)) as s:
                s.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                if s.recv(64).startswith(b"HTTP/1.1 200"):
                    return
        except OSError:
            pass
        time.sleep(0.0002)
    sys.exit("bench/run: the server did not answer")


def serve(store, *options):
    """(the process, its port, how many milliseconds it took to the first answer)"""
    port = free_port()
    began = time.monotonic()
    proc = subprocess.Popen([AGENTD, "serve", "--listen", f"127.0.0.1:{port}", "--log-level", "warn", *options], env=store.env)
    first_200(port)
    return proc, port, (time.monotonic() - began) * 1000


def resident_mb(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def figure(text, pattern):
    return float(re.search(pattern, text)[1])


def posts_against_raw_inserts(store, folder, script, table, text_bytes, connections):
    """(rows/s of a script of POSTs, against raw inserts of such rows with as many a commit; how many that were)"""
    ratios, batches = [], []
    for i in range(ROUNDS):
        server = Server(store)
        posts = wrk(server.base, "-s", ROOT / "bench" / script, env={"BENCH_KEY": store.key, "BENCH_TAG": str(i)},
                    connections=connections)
        writes, commits = server.stop()[-2:]
        batch = max(1, round(writes / commits))
        raw = folder / f"raw{i}.db"
        inserts = float(run(RELEASE / "bench" / "bench-raw-inserts", raw, table, 8000 if QUICK else 60000, batch, text_bytes))
        ratios.append(posts / inserts)
        batches.append(writes / commits)
        raw.unlink()
    return statistics.median(ratios), statistics.median(batches)
