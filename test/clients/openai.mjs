// The official OpenAI client, against whatever $BASE_URL is.
//
//     node openai.mjs TEST ...
import assert from "node:assert/strict";
import OpenAI from "openai";
import { run } from "./run.mjs";

const { BASE_URL, KEY, VIEWER_KEY, MODEL } = process.env;
const client = new OpenAI({ baseURL: BASE_URL, apiKey: KEY, maxRetries: 2 });
const question = [{ role: "user", content: "hello" }];

async function refused(promise, status, code, param) {
	const error = await promise.then(() => assert.fail("it was not refused"), (e) => e);
	assert.ok(error instanceof OpenAI.APIError, String(error));
	assert.deepEqual([error.status, error.code, error.param], [status, code, param]);
	return error;
}

async function streamed(body, options) {
	const stream = await client.chat.completions.create({ model: MODEL, stream: true, ...body }, options);
	const chunks = [];
	for await (const chunk of stream)
		chunks.push(chunk);
	return chunks;
}

const text = (chunks) => chunks.map((c) => c.choices[0]?.delta.content ?? "").join("");

const TESTS = {
	async "agents are listed as models"() {
		const ids = [];
		for await (const model of client.models.list())
			ids.push(model.id);
		assert.ok(ids.includes(MODEL), `${ids}`);
		assert.deepEqual(await client.models.retrieve(MODEL).then((m) => [m.id, m.object]), [MODEL, "model"]);
		await refused(client.models.retrieve("nobody"), 404, "model_not_found", "model");
	},
	async "an agent answers as a model would"() {
		const done = await client.chat.completions.create({ model: MODEL, messages: question });
		assert.equal(done.object, "chat.completion");
		assert.equal(done.model, MODEL);
		assert.match(done.id, /^chatcmpl-[0-9a-f-]{36}$/);
		assert.deepEqual(done.choices[0].message, { role: "assistant", content: "Hello there.", refusal: null });
		assert.equal(done.choices[0].finish_reason, "stop");
		assert.equal(done.usage.total_tokens, done.usage.prompt_tokens + done.usage.completion_tokens);
		assert.ok(done.usage.completion_tokens > 0);
	},
	async "the conversation so far is heard"() {
		await client.chat.completions.create({
			model: MODEL, temperature: 0.3, max_tokens: 5, user: "someone",
			messages: [
				{ role: "developer", content: "Answer in verse." },
				{ role: "user", content: [{ type: "text", text: "first" }, { type: "text", text: "question" }] },
				{ role: "assistant", content: "first answer" },
				{ role: "user", content: "second question" },
			],
		});
	},
	async "an answer is streamed as it comes"() {
		const chunks = await streamed({ messages: question, stream_options: { include_usage: true } });
		assert.equal(chunks[0].choices[0].delta.role, "assistant");
		assert.equal(text(chunks), "Hello there.");
		assert.ok(chunks.filter((c) => c.choices[0]?.delta.content).length > 1, "it came in one piece");
		assert.equal(chunks.at(-2).choices[0].finish_reason, "stop");
		assert.ok(chunks.at(-1).usage.total_tokens > 0);
		assert.equal(chunks.at(-1).choices.length, 0);
		const plain = await streamed({ messages: question });
		assert.ok(plain.every((c) => c.usage === undefined && c.choices.length === 1));
	},
	async "what an agent cannot give is refused"() {
		const ask = (more) => client.chat.completions.create({ model: MODEL, messages: question, ...more });
		const tool = { type: "function", function: { name: "f", parameters: { type: "object" } } };
		await refused(ask({ model: "nobody" }), 404, "model_not_found", "model");
		await refused(ask({ tools: [tool] }), 400, "invalid_value", "tools");
		await refused(ask({ n: 2 }), 400, "invalid_value", "n");
		await refused(ask({ response_format: { type: "json_object" } }), 400, "invalid_value", "response_format");
		await refused(ask({ messages: [] }), 400, "invalid_value", "messages");
		await refused(ask({ messages: [{ role: "assistant", content: "hi" }] }), 400, "invalid_value", "messages");
		await refused(ask({ messages: [{ role: "tool", content: "hi" }] }), 400, "invalid_value", "messages[0].role");
		await refused(ask({ messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }] }), 400,
			"invalid_value", "messages[0].content");
	},
	async "keys decide who may"() {
		const as = (apiKey) => new OpenAI({ baseURL: BASE_URL, apiKey, maxRetries: 0 });
		const ask = (c) => c.chat.completions.create({ model: MODEL, messages: question });
		await refused(ask(as("sk-nobody")), 401, "invalid_api_key", null);
		await refused(ask(as(VIEWER_KEY)), 403, null, null);
		assert.ok((await as(VIEWER_KEY).models.list()).data.length > 0);
	},
	async "a run that fails is an error that is not tried again"() {
		await refused(client.chat.completions.create({ model: MODEL, messages: question }), 422, "run_failed", null);
		await assert.rejects(streamed({ messages: question }), (e) => e instanceof OpenAI.APIError && e.code === "run_failed");
	},
	async "who hangs up stops the run"() {
		const controller = new AbortController();
		const stream = await client.chat.completions.create({ model: MODEL, messages: question, stream: true },
			{ signal: controller.signal });
		for await (const chunk of stream)
			if (chunk.choices[0].delta.content)
				controller.abort();
	},
	// Of the fake provider that other tests trust: that the official client understands it.
	async "a provider's stream is understood"() {
		const chunks = await streamed({ messages: question, stream_options: { include_usage: true } });
		assert.equal(text(chunks), "Hello there.");
		assert.equal(chunks.at(-1).usage.prompt_tokens_details.cached_tokens, 600);
	},
	async "a provider's calls of tools are understood"() {
		const parameters = { type: "object", properties: { query: { type: "string" } } };
		const runner = client.chat.completions.stream({
			model: MODEL, messages: question,
			tools: [{ type: "function", function: { name: "search_knowledge", parameters } }],
		});
		const calls = (await runner.finalChatCompletion()).choices[0].message.tool_calls;
		assert.deepEqual(calls.map((c) => [c.function.name, c.function.arguments]), [["search_knowledge", '{"query": "x"}']]);
	},
};

await run(TESTS);
