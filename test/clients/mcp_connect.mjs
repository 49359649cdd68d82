// Official MCP clients find their way around a server:   mcp_connect.mjs [sdk] [client-legacy] [client-auto]
//
// MCP_URL and MCP_KEY say which server. It has the agent "greeter" and its tools may be looked at.
import assert from "node:assert/strict";
import { run } from "./run.mjs";

const info = { name: "connects", version: "1.0.0" };
const url = new URL(process.env.MCP_URL);
const transport = { requestInit: { headers: { Authorization: `Bearer ${process.env.MCP_KEY}` } } };
const agent = "agentd://agents/greeter";

// What both generations of the client have in common.
async function lookAround(client) {
	const errors = [];
	client.onerror = (error) => errors.push(error);
	assert.equal(client.getServerVersion().name, "agentd");
	assert.match(client.getInstructions(), /list_agents/);
	const { tools } = await client.listTools();
	assert.ok(tools.length >= 22 && tools.every((tool) => tool.title && tool.description && tool.annotations));
	const called = await client.callTool({ name: "list_agents", arguments: {} });
	assert.deepEqual(JSON.parse(called.content[0].text), called.structuredContent);
	const { resources } = await client.listResources();
	assert.ok(resources.some((resource) => resource.uri === agent));
	assert.equal((await client.listResourceTemplates()).resourceTemplates.length, 2);
	assert.equal(JSON.parse((await client.readResource({ uri: agent })).contents[0].text).instructions, "Be brief.");
	await assert.rejects(client.readResource({ uri: "agentd://agents/nobody" }), /not found/);
	const { prompts } = await client.listPrompts();
	assert.deepEqual(prompts.map((prompt) => prompt.name), ["greeter"]);
	const prompt = await client.getPrompt({ name: "greeter", arguments: { message: "Hello." } });
	assert.equal(prompt.messages[0].content.text, "Be brief.\n\nHello.");
	const ref = { type: "ref/resource", uri: "agentd://agents/{name}" };
	const { completion } = await client.complete({ ref, argument: { name: "name", value: "gre" } });
	assert.deepEqual(completion.values, ["greeter"]);
	assert.deepEqual(errors, []);
	await client.close();
}

async function connected(mode) {
	const { Client, StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
	const client = new Client(info, { versionNegotiation: { mode } });
	await client.connect(new StreamableHTTPClientTransport(url, transport));
	return client;
}

run({
	async sdk() {
		const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
		const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
		const client = new Client(info);
		await client.connect(new StreamableHTTPClientTransport(url, transport));
		await client.ping();
		await lookAround(client);
	},
	async "client-legacy"() {
		const client = await connected("legacy");
		assert.equal(client.getNegotiatedProtocolVersion(), "2025-11-25");
		await lookAround(client);
	},
	async "client-auto"() {
		const client = await connected("auto");
		// What is not understood makes this client fall back without a word.
		assert.equal(client.getNegotiatedProtocolVersion(), "2026-07-28");
		await lookAround(client);
	},
});
