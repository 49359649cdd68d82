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

/* The caller closes *catalog, in which *out lives. */
static enum err find(struct ctx *ctx, struct str name, struct agent_catalog **catalog, const struct agent_entry **out)
{
	TRY(open_catalog(ctx, catalog));
	*out = *catalog ? agent_catalog_find(*catalog, name) : NULL;
	return *out && (*out)->valid ? OK : fail(ctx, ERR_NOT_FOUND, "no agent of that name");
}

enum err mcp_agent_read(struct ctx *ctx, struct str name, struct agent_file *file, struct str *text)
{
	AUTO(agent_catalog_done) struct agent_catalog *catalog = NULL;
	const struct agent_entry *entry;

	TRY(find(ctx, name, &catalog, &entry));
	*text = arena_str(ctx->mem, entry->text);
	agent_file_parse(ctx, arena_str(ctx->mem, entry->path), agent_file_format(entry->path), *text, file);
	return OK;
}

/* FNV-1a: it has to tell changes apart, not to keep secrets. */
static uint64_t mix(uint64_t hash, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		hash = (hash ^ (unsigned char)text.p[i]) * UINT64_C(1099511628211);
	return hash * UINT64_C(1099511628211);
}

static const uint64_t FNV_START = UINT64_C(14695981039346656037);

enum err mcp_agent_version(struct ctx *ctx, struct str name, uint64_t *out)
{
	AUTO(agent_catalog_done) struct agent_catalog *catalog = NULL;
	const struct agent_entry *entry;

	TRY(find(ctx, name, &catalog, &entry));
	*out = mix(FNV_START, entry->version);
	return OK;
}

enum err mcp_agents_version(struct ctx *ctx, uint64_t *out)
{
	AUTO(mcp_agents_end) struct mcp_agents agents;
	const struct agent_entry *entry;

	*out = FNV_START;
	TRY(mcp_agents_begin(ctx, (struct str){ NULL, 0 }, &agents));
	while ((entry = mcp_agents_next(&agents)) != NULL)
		*out = mix(mix(*out, entry->name), entry->version);
	return OK;
}
