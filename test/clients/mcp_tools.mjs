// Calls every tool of a server through an official client, which checks each structuredContent against the tool's
// outputSchema:   mcp_tools.mjs sdk|client URL KEY < STEPS
//
// STEPS is [{ tool, arguments, keep?: {name: "path.in.reply"}, says?: "text of a failure" }]; "$name" among the
// arguments stands for what an earlier step kept. Prints TAP lines without a plan.
import assert from "node:assert/strict";
import { text } from "node:stream/consumers";

const [which, url, key] = process.argv.slice(2);
const steps = JSON.parse(await text(process.stdin));
const info = { name: "every-tool", version: "1.0.0" };
const transport = { requestInit: { headers: { Authorization: `Bearer ${key}` } } };

// The first speaks the revisions that begin with `initialize`, the second asks for the stateless one.
const connect = {
	async sdk() {
		const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
		const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
		const client = new Client(info);
		await client.connect(new StreamableHTTPClientTransport(new URL(url), transport));
		return client;
	},
	async client() {
		const { Client, StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
		const client = new Client(info, { versionNegotiation: { mode: "auto" } });
		await client.connect(new StreamableHTTPClientTransport(new URL(url), transport));
		assert.equal(client.getNegotiatedProtocolVersion(), "2026-07-28");
		return client;
	},
};

const kept = {};
const filled = (value) =>
	typeof value === "string" && value[0] === "$" ? kept[value.slice(1)]
	: Array.isArray(value) ? value.map(filled)
	: value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, filled(v)]))
	: value;
const dig = (value, path) => path.split(".").reduce((v, name) => v[name], value);

async function take(client, step) {
	const result = await client.callTool({ name: step.tool, arguments: filled(step.arguments ?? {}) });
	const said = result.content[0].text;
	if (step.says !== undefined) {
		assert.equal(result.isError, true);
		assert.ok(said.includes(step.says), `${said} does not say ${step.says}`);
		return;
	}
	assert.ok(!result.isError, said);
	assert.deepEqual(JSON.parse(said), result.structuredContent);
	for (const [name, path] of Object.entries(step.keep ?? {}))
		kept[name] = dig(result.structuredContent, path);
}

let failed = 0;
async function report(name, work) {
	try {
		await work();
		console.log(`ok - ${which}: ${name}`);
	} catch (error) {
		failed = 1;
		console.log(`not ok - ${which}: ${name}\n${String(error.stack ?? error).replace(/^/gm, "# ")}`);
	}
}

const client = await connect[which]();
const { tools } = await client.listTools();
for (const step of steps)
	await report(`${step.tool} ${step.says === undefined ? "replies what its schema says" : "says why it fails"}`, () => take(client, step));
await report("every tool was called", () => {
	const called = new Set(steps.map((step) => step.tool));
	assert.deepEqual(tools.map((tool) => tool.name).filter((name) => !called.has(name)), []);
});
await client.close();
process.exit(failed);
