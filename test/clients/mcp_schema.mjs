// Holds messages of an MCP server to the JSON Schema of their revision:   mcp_schema.mjs SCHEMAS MESSAGES
//
// SCHEMAS has a folder per revision; MESSAGES is a file with [[revision, method, message], ...], where method is that of
// the request which the message belongs to. Prints TAP lines without a plan.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";

const [folder, path] = process.argv.slice(2);
const messages = JSON.parse(readFileSync(path, "utf8"));

const RESULTS = {
	"completion/complete": "CompleteResult", initialize: "InitializeResult", "prompts/get": "GetPromptResult",
	"prompts/list": "ListPromptsResult", "resources/list": "ListResourcesResult", "resources/read": "ReadResourceResult",
	"resources/templates/list": "ListResourceTemplatesResult", "server/discover": "DiscoverResult",
	"subscriptions/listen": "SubscriptionsListenResult", "tools/call": "CallToolResult", "tools/list": "ListToolsResult",
	ping: "EmptyResult",
};

function validators(revision) {
	const ajv = new Ajv2020({ strict: false, allErrors: true });
	formats.default ? formats.default(ajv) : formats(ajv);
	ajv.addSchema(JSON.parse(readFileSync(join(folder, revision, "schema.json"), "utf8")), revision);
	return (definition) => ajv.getSchema(`${revision}#/$defs/${definition}`);
}

// [definition, value]: each of them must fit.
function claims(method, message) {
	if ("error" in message)
		return [["JSONRPCErrorResponse", message]];
	if ("method" in message)
		return "id" in message ? [["JSONRPCRequest", message]] : [["JSONRPCNotification", message], ["ServerNotification", message]];
	const kind = message.result.resultType === "input_required" ? "InputRequiredResult" : RESULTS[method];
	return [["JSONRPCResultResponse", message], [kind, message.result]];
}

let failed = 0;
for (const revision of new Set(messages.map(([r]) => r))) {
	const find = validators(revision);
	const wrong = [], ours = messages.filter(([r]) => r === revision);
	for (const [, method, message] of ours)
		for (const [definition, value] of claims(method, message)) {
			const validate = find(definition);
			// An id that could not be read is null for those who expect that, and told otherwise by the schema.
			if (message.id === null)
				continue;
			if (!validate?.(value))
				wrong.push(`${method}: ${definition}: ${JSON.stringify(validate?.errors?.slice(0, 3))} ${JSON.stringify(value).slice(0, 300)}`);
		}
	failed ||= wrong.length;
	console.log(`${wrong.length ? "not ok" : "ok"} - ${ours.length} messages fit the schema of ${revision}`);
	for (const line of wrong.slice(0, 15))
		console.log(`# ${line}`);
}
process.exit(failed ? 1 : 0);
