-- wrk: POST /api/v1/agents, a new name each time. The key comes from the environment.
local n = 0
local headers = { ["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY"), ["Content-Type"] = "application/json" }
local tag = os.getenv("BENCH_TAG")

request = function()
	n = n + 1
	return wrk.format("POST", "/api/v1/agents", headers, string.format(
		'{"name":"bench %s %d","systemPrompt":"Answer warranty questions from the attached source.",' ..
		'"model":{"provider":"CUSTOM","model":"builtin/extractive","maxTokens":800}}', tag, n))
end

