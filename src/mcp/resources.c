/* mcp/resources.c: what can be read by its address: the files of agents, and what runs gave.
 *
 *     agentd://agents/NAME    the text of the agent's file
 *     agentd://runs/ID        the output of a run, or of a running one what there is so far
 *
 * The list has all agents and the newest runs; any other run is read by the template.
 */
#include "base/url.h"
#include "domain/run.h"
#include "mcp/agents.h"
#include "mcp/own.h"

enum { PAGE = 100, RUNS_LISTED = 20, COMPLETIONS_MAX = 100 };

#define AGENTS S("agentd://agents/")
#define RUNS S("agentd://runs/")

/* -- agents -------------------------------------------------------------------------------------------------- */

static struct str agent_uri(struct arena *mem, struct str name)
{
	struct buf uri = { .mem = mem };

	buf_str(&uri, AGENTS);
	url_encode(&uri, name);
	return buf_view(&uri);
}

static const char *agent_media(struct str path)
{
	return str_is(agent_file_format(path), "json") ? "application/json" : "application/yaml";
}

static void list_agent(struct ctx *ctx, struct json_writer *w, const struct agent_entry *entry)
{
	struct ctx scratch = { .mem = ctx->mem };
	struct agent_file file;

	agent_file_parse(&scratch, entry->path, agent_file_format(entry->path), entry->text, &file);
	jw_object(w);
	mcp_write_text(w, "uri", agent_uri(ctx->mem, entry->name));
	mcp_write_text(w, "name", entry->name);
	mcp_write_text(w, "title", file.spec ? file.spec->title : (struct str){ NULL, 0 });
	mcp_write_text(w, "description", file.spec ? file.spec->description : (struct str){ NULL, 0 });
	mcp_write_text(w, "mimeType", str_of(agent_media(entry->path)));
	jw_key(w, "size");
	jw_int(w, (int64_t)entry->text.n);
	jw_end(w);
}

/* *last: the page ends here, and not the list. */
static enum err list_agents(struct ctx *ctx, struct str after, struct json_writer *w, struct str *last)
{
	AUTO(mcp_agents_end) struct mcp_agents agents;
	const struct agent_entry *entry = NULL, *next;
	int n = 0;

	TRY(mcp_agents_begin(ctx, after, &agents));
	while ((next = mcp_agents_next(&agents)) != NULL && n++ < PAGE) {
		entry = next;
		list_agent(ctx, w, entry);
	}
	if (next)
		*last = agent_uri(ctx->mem, entry->name);
	return OK;
}

static enum err read_agent(struct ctx *ctx, struct str name, struct json_writer *w)
{
	struct agent_file file;
	struct str text;

	TRY(mcp_agent_read(ctx, name, &file, &text));
	mcp_write_text(w, "mimeType", str_of(agent_media(file.path)));
	mcp_write_text(w, "text", text);
	return OK;
}

/* -- runs ---------------------------------------------------------------------------------------------------- */

static struct str run_uri(struct arena *mem, struct str id)
{
	return arena_printf(mem, "%.*s%.*s", STR(RUNS), STR(id));
}

static void list_run(struct ctx *ctx, struct json_writer *w, const struct run *run)
{
	jw_object(w);
	mcp_write_text(w, "uri", run_uri(ctx->mem, run->id));
	mcp_write_text(w, "name", arena_printf(ctx->mem, "run %.*s", STR(run->id)));
	mcp_write_text(w, "title", arena_printf(ctx->mem, "Run of %.*s: %.*s", STR(run->agent_name), STR(run->status)));
	mcp_write_text(w, "mimeType", S("text/plain"));
	jw_key(w, "annotations");
	jw_object(w);
	jw_key(w, "lastModified");
	jw_time(w, run->completed_at ? run->completed_at : run->created_at, 3);
	jw_end(w);
	jw_end(w);
}

static enum err newest_runs(struct ctx *ctx, int64_t n, struct list *out)
{
	return run_list(ctx, &(struct run_filter){ .limit = n }, out);
}

static enum err list_runs(struct ctx *ctx, struct json_writer *w)
{
	struct list runs;

	TRY(newest_runs(ctx, RUNS_LISTED, &runs));
	for (size_t i = 0; i < runs.n; i++)
		list_run(ctx, w, LIST_AT(runs, struct run, i));
	return OK;
}

static struct str text_of_run(const struct run *run)
{
	const struct str texts[] = { run->output, run->error_message, run->streamed_output };

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (texts[i].n > 0)
			return texts[i];
	return S("");
}

static enum err read_run(struct ctx *ctx, struct str id, struct json_writer *w)
{
	struct run run;

	TRY(run_get(ctx, id, &run));
	mcp_write_text(w, "mimeType", S("text/plain"));
	mcp_write_text(w, "text", text_of_run(&run));
	jw_key(w, "_meta");
	jw_object(w);
	mcp_write_text(w, "agentd/status", run.status);
	mcp_write_text(w, "agentd/agent", run.agent_name);
	jw_end(w);
	return OK;
}

/* -- by their address ---------------------------------------------------------------------------------------- */

/* What follows the prefix, decoded; false: the URI does not begin so. */
static bool below(struct arena *mem, struct str uri, struct str prefix, struct str *rest)
{
	return str_starts(uri, prefix) && url_decode(mem, str_from(uri, prefix.n), rest);
}

enum err mcp_list_resources(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w,
			    struct str *next)
{
	struct str name = { NULL, 0 };

	if (after.p && !below(ctx->mem, after, AGENTS, &name))
		return fail(ctx, ERR_INVALID, "params.cursor is not one of ours");
	TRY(list_agents(ctx, name, w, next));
	return next->p ? OK : list_runs(ctx, w);
}

enum err mcp_read_resource(struct ctx *ctx, const struct mcp_request *request, struct json_writer *w)
{
	struct str name;

	jw_key(w, "contents");
	jw_array(w);
	jw_object(w);
	mcp_write_text(w, "uri", request->name);
	if (below(ctx->mem, request->name, AGENTS, &name))
		TRY(read_agent(ctx, name, w));
	else if (below(ctx->mem, request->name, RUNS, &name))
		TRY(read_run(ctx, name, w));
	else
		return fail(ctx, ERR_NOT_FOUND, "no such resource");
	jw_end(w);
	jw_end(w);
	return OK;
}

/* -- whether it changes --------------------------------------------------------------------------------------- */

/* A folder of files is listed anew for each catalog, so one serves all. */
static void version_agents(struct ctx *ctx, const struct str *uris, size_t n, uint64_t *out)
{
	AUTO(mcp_agents_end) struct mcp_agents agents = {0};
	struct str name;

	for (size_t i = 0; i < n; i++) {
		if (!below(ctx->mem, uris[i], AGENTS, &name))
			continue;
		if (!agents.catalog && mcp_agents_begin(ctx, (struct str){ NULL, 0 }, &agents) != OK)
			return;
		out[i] = mcp_agent_version(&agents, name);
	}
}

static uint64_t run_version(struct ctx *ctx, struct str uri)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
	struct str id;
	struct run run;

	if (!below(ctx->mem, uri, RUNS, &id) || run_get(ctx, id, &run) != OK)
		return 0;
	return (uint64_t)(run_status_of(&run) + 1) << 56 | (uint64_t)text_of_run(&run).n;
}

void mcp_resource_versions(struct ctx *ctx, const struct str *uris, size_t n, uint64_t *out)
{
	for (size_t i = 0; i < n; i++)
		out[i] = run_version(ctx, uris[i]);
	version_agents(ctx, uris, n, out);
}

/* -- templates ------------------------------------------------------------------------------------------------ */

enum err mcp_list_templates(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w,
			    struct str *next)
{
	static const struct {
		const char *uri, *name, *title, *doc, *media;
	} TEMPLATES[] = {
		{ "agentd://agents/{name}", "agent", "Agent file",
		  "The text of an agent's file, by the agent's exact name.", NULL },
		{ "agentd://runs/{id}", "run", "Run output",
		  "What a run gave, by the run's id; of one that is not over, what there is so far.", "text/plain" },
	};

	for (size_t i = 0; i < COUNT_OF(TEMPLATES) && !after.p; i++) {
		jw_object(w);
		mcp_write_text(w, "uriTemplate", str_of(TEMPLATES[i].uri));
		mcp_write_text(w, "name", str_of(TEMPLATES[i].name));
		mcp_write_text(w, "title", str_of(TEMPLATES[i].title));
		mcp_write_text(w, "description", str_of(TEMPLATES[i].doc));
		mcp_write_text(w, "mimeType", str_of(TEMPLATES[i].media));
		jw_end(w);
	}
	return OK;
}

/* -- completion ------------------------------------------------------------------------------------------------ */

/* Values that begin like what is typed; only so many are told, but all are counted. */
struct choice {
	struct json_writer *w;
	struct str typed;
	int64_t total;
};

static void offer(struct choice *c, struct str value)
{
	if (str_starts(value, c->typed) && c->total++ < COMPLETIONS_MAX)
		jw_str(c->w, value);
}

static enum err offer_agents(struct ctx *ctx, struct choice *c)
{
	AUTO(mcp_agents_end) struct mcp_agents agents;
	const struct agent_entry *entry;

	TRY(mcp_agents_begin(ctx, (struct str){ NULL, 0 }, &agents));
	while ((entry = mcp_agents_next(&agents)) != NULL)
		offer(c, entry->name);
	return OK;
}

static enum err offer_runs(struct ctx *ctx, struct choice *c)
{
	struct list runs;

	TRY(newest_runs(ctx, COMPLETIONS_MAX, &runs));
	for (size_t i = 0; i < runs.n; i++)
		offer(c, LIST_AT(runs, struct run, i)->id);
	return OK;
}

/* Everything else, a prompt's message among it, has no values to choose from. */
static enum err offer_all(struct ctx *ctx, const struct json *ref, struct str argument, struct choice *c)
{
	struct str uri = json_get_str(ref, "uri");

	if (str_starts(uri, AGENTS) && str_is(argument, "name"))
		return offer_agents(ctx, c);
	if (str_starts(uri, RUNS) && str_is(argument, "id"))
		return offer_runs(ctx, c);
	return OK;
}

enum err mcp_complete(struct ctx *ctx, const struct json *ref, struct str argument, struct str value,
		      struct json_writer *w)
{
	struct choice c = { w, value, 0 };

	jw_key(w, "completion");
	jw_object(w);
	jw_key(w, "values");
	jw_array(w);
	TRY(offer_all(ctx, ref, argument, &c));
	jw_end(w);
	jw_key(w, "total");
	jw_int(w, c.total);
	jw_key(w, "hasMore");
	jw_bool(w, c.total > COMPLETIONS_MAX);
	jw_end(w);
	return OK;
}
