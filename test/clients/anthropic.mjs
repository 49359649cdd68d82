// The official Anthropic client, against the fake provider that other tests trust: that it is understood.
//
//     node anthropic.mjs TEST ...
import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { run } from "./run.mjs";

const { BASE_URL, KEY, MODEL } = process.env;
// The fake speaks the version of the API that agentd asks for, and wants the key as that version has it.
const client = new Anthropic({ baseURL: BASE_URL, apiKey: null, authToken: null,
	defaultHeaders: { "X-Api-Key": KEY, "anthropic-version": "2023-06-01" } });
const request = { model: MODEL, max_tokens: 100, messages: [{ role: "user", content: [{ type: "text", text: "hello" }] }] };

const TESTS = {
	async "a provider's stream is understood"() {
		const message = await client.messages.stream(request).finalMessage();
		assert.deepEqual(message.content.map((b) => [b.type, b.text]), [["text", "Hello there."]]);
		assert.equal(message.stop_reason, "end_turn");
		assert.deepEqual([message.usage.cache_read_input_tokens, message.usage.output_tokens], [600, 100]);
	},
	async "a provider's calls of tools are understood"() {
		const tools = [{ name: "search_knowledge", input_schema: { type: "object", properties: { query: { type: "string" } } } }];
		const message = await client.messages.stream({ ...request, tools }).finalMessage();
		assert.deepEqual(message.content.map((b) => [b.type, b.name, b.input]), [["tool_use", "search_knowledge", { query: "x" }]]);
		assert.equal(message.stop_reason, "tool_use");
	},
};

await run(TESTS);
