-- wrk: the MCP tool list_runs, a page of 50.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = "application/json, text/event-stream"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY")
if os.getenv("BENCH_REVISION") ~= "" then
	wrk.headers["MCP-Protocol-Version"] = os.getenv("BENCH_REVISION")
end
wrk.body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_runs","arguments":{"limit":50}}}'
