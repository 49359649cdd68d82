-- wrk: searches of one knowledge base, no two in a row alike. Prints the p99 in microseconds.
local questions = {}
for i = 1, 97 do
	questions[i] = string.format('{"query": "Who counts the ropes of pier %d in hour %d?"}', i * 31, i * 17)
end
local n = 0

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY")

request = function()
	n = n % #questions + 1
	return wrk.format(nil, nil, nil, questions[n])
end

done = function(summary, latency)
	io.write("p99 us: ", latency:percentile(99), "\n")
end
