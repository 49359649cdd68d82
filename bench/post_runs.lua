-- wrk: POST /api/v1/runs of one agent. The key comes from the environment.
wrk.method = "POST"
wrk.path = "/api/v1/runs"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY")
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"agent":"bench-0-1","message":"How long is the warranty of a bicycle frame?"}'
