/* mcp/handshake.c: who answers, what it can do, and in which revision: `initialize` and `server/discover`.
 *
 * The reference has tools and nothing else, and its recorded handshakes say so. What we have beyond it begins
 * with 2025-06-18, the first revision whose clients say with each request which one they speak: a request
 * that does not is answered as the reference would.
 */
#include "mcp/internal.h"

#define NAME "agentd"

static void write_implementation(struct json_writer *w, enum mcp_revision r)
{
	jw_object(w);
	jw_key(w, "name");
	jw_z(w, NAME);
	jw_key(w, "version");
	jw_z(w, AGENTD_VERSION);
	if (r >= MCP_2025_11_25) {
		jw_key(w, "description");
		jw_z(w, "A self-hosted control plane for AI agents.");
	}
	jw_end(w);
}

void mcp_write_server_meta(struct json_writer *w)
{
	jw_key(w, "_meta");
	jw_object(w);
	jw_key(w, "io.modelcontextprotocol/serverInfo");
	write_implementation(w, MCP_MODERN);
	jw_end(w);
}

static void write_flag(struct json_writer *w, const char *name)
{
	jw_key(w, name);
	jw_bool(w, true);
}

/* A change can be told where there is a stream to tell it on: in the stateless revision. The older ones have
 * it of the tools alone, because clients of the reference are used to see it. */
static void write_capabilities(struct json_writer *w, const struct mcp_features *f, enum mcp_revision r)
{
	static const struct {
		const char *name, *method;
		bool changes, legacy_changes, subscribe;
	} OFFERS[] = {
		{ "tools", "tools/list", .changes = true, .legacy_changes = true },
		{ "resources", "resources/list", .changes = true, .subscribe = true },
		{ "prompts", "prompts/list", .changes = true },
		{ "completions", "completion/complete" },
		{ "logging", "logging/setLevel" },
	};
	bool listens = r >= MCP_MODERN && f->list_version;

	jw_object(w);
	for (size_t i = 0; i < COUNT_OF(OFFERS); i++) {
		if (!mcp_method_find(f, r, str_of(OFFERS[i].method)))
			continue;
		jw_key(w, OFFERS[i].name);
		jw_object(w);
		if ((OFFERS[i].changes && listens) || (OFFERS[i].legacy_changes && r < MCP_MODERN))
			write_flag(w, "listChanged");
		if (OFFERS[i].subscribe && listens)
			write_flag(w, "subscribe");
		jw_end(w);
	}
	jw_end(w);
}

static void write_instructions(struct json_writer *w, const struct mcp_features *f)
{
	if (!f->instructions)
		return;
	jw_key(w, "instructions");
	jw_z(w, f->instructions);
}

/* The version asked for, if it is one that begins so; else our newest that does. */
static enum mcp_revision negotiate(struct str asked)
{
	enum mcp_revision r;

	return mcp_revision_by_name(asked, &r) && r <= MCP_LATEST_LEGACY ? r : MCP_LATEST_LEGACY;
}

static const struct mcp_expectation EXPECTED[] = {
	{ { "protocolVersion" }, JSON_STR, "string", false },
	{ { "capabilities" }, JSON_OBJECT, "object", false },
	{ { "clientInfo" }, JSON_OBJECT, "object", false },
	{ { "clientInfo", "name" }, JSON_STR, "string", false },
	{ { "clientInfo", "version" }, JSON_STR, "string", false },
};

enum err mcp_initialize(struct mcp_turn *t, struct json_writer *w)
{
	enum mcp_revision r;

	TRY(mcp_expect(t, EXPECTED, COUNT_OF(EXPECTED)));
	r = negotiate(json_get_str(t->message.params, "protocolVersion"));
	jw_key(w, "protocolVersion");
	jw_z(w, mcp_revision_name(r));
	jw_key(w, "capabilities");
	write_capabilities(w, t->features, r);
	jw_key(w, "serverInfo");
	write_implementation(w, r);
	if (r >= MCP_2025_06_18)
		write_instructions(w, t->features);
	return OK;
}

enum err mcp_discover(struct mcp_turn *t, struct json_writer *w)
{
	jw_key(w, "supportedVersions");
	mcp_write_versions(w);
	jw_key(w, "capabilities");
	write_capabilities(w, t->features, MCP_MODERN);
	write_instructions(w, t->features);
	return OK;
}
