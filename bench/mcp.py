"""The rows of `bench/run mcp`: what a tool costs against the REST call that it stands for."""
import statistics

from lib import QUICK, ROOT, Store, request, serve, wrk

PAIRS = 5 if QUICK else 15
AGENT = {"name": "bench", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}
# Without a header a client is of 2025-03-26, and gets the text alone; later ones get the same as structuredContent too.
REVISIONS = {"": "text alone", "2025-11-25": "text and `structuredContent`"}


def rest_against_tool(base, key, revision):
    authorization = "Authorization: Bearer " + key
    environment = {"BENCH_KEY": key, "BENCH_REVISION": revision}
    script = ROOT / "bench" / "post_list_runs.lua"
    pairs = [(wrk(base + "/api/v1/runs?limit=50", "-H", authorization, seconds=1, connections=16),
              wrk(base + "/mcp", "-s", script, env=environment, seconds=1, connections=16)) for _ in range(PAIRS)]
    return statistics.median(rest / tool for rest, tool in pairs)


def mcp_rows(folder):
    store = Store(folder / "mcp")
    process, port, _ = serve(store, "--workers", "0")
    base = f"http://127.0.0.1:{port}"
    try:
        request(base, store.key, "POST", "/api/v1/agents", AGENT)
        for i in range(60):
            request(base, store.key, "POST", "/api/v1/runs", {"agent": "bench", "message": f"Is frost damage covered? ({i})"})
        for revision, what in REVISIONS.items():
            ratio = rest_against_tool(base, store.key, revision)
            yield (f"MCP `tools/call list_runs` with 50 rows ({what}), time against the same REST call, 16 connections",
                   f"{ratio:.2f}", "1.5 or less", ratio <= 1.5)
    finally:
        process.terminate()
        process.wait(30)
