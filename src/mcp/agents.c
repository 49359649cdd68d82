/* mcp/agents.c: on top of the catalog, which is one moment of all files. */
#include "mcp/agents.h"

static enum err open_catalog(struct ctx *ctx, struct agent_catalog **out)
{
	enum err e = agent_catalog_open(ctx, out);

	return e == ERR_CONFLICT ? OK : e;
}

enum err mcp_agents_begin(struct ctx *ctx, struct str after, struct mcp_agents *out)
{
	*out = (struct mcp_agents){0};
	TRY(open_catalog(ctx, &out->catalog));
	if (!out->catalog || !after.p)
		return OK;
	/* The agent itself may be gone by now: whoever would stand behind it is next. */
	while (out->at < agent_catalog_size(out->catalog) &&
	       agent_collate(agent_catalog_at(out->catalog, out->at)->name, after) <= 0)
		out->at++;
	return OK;
}

const struct agent_entry *mcp_agents_next(struct mcp_agents *agents)
{
	size_t n = agents->catalog ? agent_catalog_size(agents->catalog) : 0;

	while (agents->at < n) {
		const struct agent_entry *entry = agent_catalog_at(agents->catalog, agents->at);
		bool again = agents->at > 0 &&
			     str_eq(agent_catalog_at(agents->catalog, agents->at - 1)->name, entry->name);

		/* Valid ones come first. */
		if (!entry->valid)
			return NULL;
		agents->at++;
		if (!again)
			return entry;
	}
	return NULL;
}

void mcp_agents_end(struct mcp_agents *agents)
{
	agent_catalog_close(agents->catalog);
}

enum err mcp_agent_read(struct ctx *ctx, struct str name, struct agent_file *file, struct str *text)
{
	AUTO(agent_catalog_done) struct agent_catalog *catalog = NULL;
	const struct agent_entry *entry;

	TRY(open_catalog(ctx, &catalog));
	entry = catalog ? agent_catalog_find(catalog, name) : NULL;
	if (!entry || !entry->valid)
		return fail(ctx, ERR_NOT_FOUND, "no agent of that name");
	*text = arena_str(ctx->mem, entry->text);
	agent_file_parse(ctx, arena_str(ctx->mem, entry->path), agent_file_format(entry->path), *text, file);
	return OK;
}

uint64_t mcp_agent_version(const struct mcp_agents *agents, struct str name)
{
	const struct agent_entry *entry = agents->catalog ? agent_catalog_find(agents->catalog, name) : NULL;

	return entry && entry->valid ? str_hash(STR_HASH_NONE, entry->version) : 0;
}

enum err mcp_agents_version(struct ctx *ctx, uint64_t *out)
{
	AUTO(mcp_agents_end) struct mcp_agents agents;
	const struct agent_entry *entry;

	*out = STR_HASH_NONE;
	TRY(mcp_agents_begin(ctx, (struct str){ NULL, 0 }, &agents));
	while ((entry = mcp_agents_next(&agents)) != NULL) {
		*out = str_hash(*out, entry->name);
		*out = str_hash(*out, S("\n"));
		*out = str_hash(*out, entry->version);
	}
	return OK;
}
