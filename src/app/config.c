/* app/config.c: the table, the file and the environment. The command line is app/option.c's. */
#include "app/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/command.h"
#include "app/data.h"
#include "base/log.h"
#include "base/utf8.h"
#include "knowledge/chunk.h"

enum {
	FILE_BYTES_MAX = 64 << 10,
	INDEX_MEMORY_MAX = 1 << 20,          /* MiB */
	RUN_TIME_MAX = 30 * 86400,
	RUN_COST_MAX = 100 * 1000 * 1000,
	RUN_OUTPUT_MAX = 4 << 10,            /* KiB; no model's reply is longer */
	TOOL_OUTPUT_MAX = 16 << 10,
};

#define FILE_NAME "agentd.conf"

static const char *const FORMATS[] = { "text", "json", NULL };

static const struct field fields[] = {
	DATA_OPTION(config),
	{ F_STR("listen", config, listen), .min = 1, .max = 255, .def = "127.0.0.1:8080",
	  .example = "HOST:PORT|unix:PATH", .doc = "Where to listen; port 0 takes a free one." },
	{ F_INT("workers", config, workers), .max = 4096, .def = "256", .example = "N",
	  .doc = "Runs carried out at a time; 0 leaves them to other processes." },
	{ F_INT("threads", config, threads), .min = 1, .max = 256, .def = "4", .example = "N",
	  .doc = "Requests handled at a time." },
	{ F_INT("run-attempts", config, run_attempts), .min = 1, .max = 100, .def = "3", .example = "N",
	  .doc = "How often a run is begun or taken up again at most." },
	{ F_INT("run-time", config, run_time), .min = 1, .max = RUN_TIME_MAX, .def = "3600", .example = "SECONDS",
	  .doc = "How long a run may take, from when it first began." },
	{ F_INT("run-requests", config, run_requests), .min = 1, .max = 10000, .def = "50", .example = "N",
	  .doc = "How often a run may ask its model, unless the agent's file has a request_limit." },
	{ F_INT("run-cost", config, run_cost), .max = RUN_COST_MAX, .def = "0", .example = "CENTS",
	  .doc = "How much a run may cost, in US cents, where prices are known; 0: any." },
	{ F_INT("run-output", config, run_output), .min = 1, .max = RUN_OUTPUT_MAX, .def = "1024", .example = "KIB",
	  .doc = "How long the answer of a run may be." },
	{ F_INT("tool-output", config, tool_output), .min = 1, .max = TOOL_OUTPUT_MAX, .def = "1024", .example = "KIB",
	  .doc = "How long the result of a tool may be." },
	{ F_STR("public-url", config, public_url), .max = 2048, .format = "uri", .example = "URL",
	  .doc = "The address users know the server by, for the API's description." },
	{ F_STR("cors-origins", config, cors_origins), .max = 4096, .example = "ORIGIN[,ORIGIN...]",
	  .doc = "Web pages of these origins may call the API; * lets all." },
	{ F_STR("mcp-hosts", config, mcp_hosts), .max = 4096, .example = "HOST[,HOST...]",
	  .doc = "Names by which MCP clients may call the server, beside localhost and the public URL's." },
	{ F_STR("fetch-allow", config, fetch_allow), .max = 4096, .example = "HOST[,NETWORK...]",
	  .doc = "Private hosts and networks that web pages may be fetched from." },
	{ F_STR("search-url", config, search_url), .max = 2048, .format = "uri", .example = "URL",
	  .doc = "A server with SearXNG's API, for agents that search the web; without it none can." },
	{ F_STR("agents-dir", config, agents_dir), .min = 1, .max = 4096, .example = "DIR",
	  .doc = "Agent files for workspaces without a repository, read as they are; else a built-in repository." },
	{ F_BOOL("no-agents-dir", config, no_agents_dir), .doc = "Neither of the two." },
	{ F_INT("repo-interval", config, repo_interval), .max = 86400, .def = "60", .example = "SECONDS",
	  .doc = "How often connected repositories are fetched; 0: only by `agentd repo sync`." },
	{ F_INT("chunk-chars", config, chunk_chars), .min = CHUNK_CHARS_MIN, .max = CHUNK_CHARS_MAX,
	  .def = "1000", .example = "N", .doc = "Characters of a chunk at most, for content that is added." },
	{ F_INT("chunk-overlap", config, chunk_overlap), .max = CHUNK_OVERLAP_MAX, .def = "200",
	  .example = "N", .doc = "Characters that a chunk repeats of the one before; at most a quarter of it." },
	{ F_INT("index-memory", config, index_memory), .min = 1, .max = INDEX_MEMORY_MAX, .def = "1024",
	  .example = "MIB", .doc = "Memory that search indexes may take together." },
	{ F_STR("log-level", config, log_level), .one_of = log_level_names, .def = "info", .doc = "The least that is logged." },
	{ F_STR("log-format", config, log_format), .one_of = FORMATS, .def = "text",
	  .doc = "key=value lines, or JSON." },
};
const struct schema serve_options = SCHEMA(NULL, config, fields);

struct str config_variable(struct arena *mem, const struct field *f)
{
	struct buf out = { .mem = mem };

	buf_z(&out, "AGENTD_");
	for (const char *c = f->name; *c; c++)
		buf_char(&out, *c == '-' ? '_' : (char)(*c - 'a' + 'A'));
	return buf_view(&out);
}

/* The row of a setting, or NULL. Where the data folder is, is settled before. */
static const struct field *setting_by_name(struct str name)
{
	return str_is(name, "data") ? NULL : option_by_name(&serve_options, name);
}

/* -- the file ------------------------------------------------------------------------------------ */

struct place {
	const char *path;
	int line;
};

static enum err set_line(struct ctx *ctx, const struct place *at, struct str line, bool *seen, struct config *out)
{
	struct str value = line;
	struct str key = str_trim(str_cut(&value, '='));
	const struct field *f = setting_by_name(key);
	struct str called;

	if (!value.p)
		return fail(ctx, ERR_INVALID, "%s:%d: not like 'key = value'", at->path, at->line);
	if (!f)
		return fail(ctx, ERR_INVALID, "%s:%d: unknown key '%.*s'", at->path, at->line, STR(key));
	if (seen[f - fields])
		return fail(ctx, ERR_INVALID, "%s:%d: %s is set twice", at->path, at->line, f->name);
	seen[f - fields] = true;
	called = arena_printf(ctx->mem, "%s:%d: %s", at->path, at->line, f->name);
	return option_set(ctx, f, called, str_trim(value), out);
}

static enum err set_lines(struct ctx *ctx, const char *path, struct str text, struct config *out)
{
	bool seen[COUNT_OF(fields)] = { false };

	for (struct place at = { path, 1 }; text.p; at.line++) {
		struct str line = str_trim(str_cut(&text, '\n'));

		if (!utf8_valid(line))
			return fail(ctx, ERR_INVALID, "%s:%d: not valid UTF-8", at.path, at.line);
		if (line.n > 0 && line.p[0] != '#')
			TRY(set_line(ctx, &at, line, seen, out));
	}
	return OK;
}

static void close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

enum err config_read_file(struct ctx *ctx, const char *path, struct str *out)
{
	AUTO(close_file) FILE *file = fopen(path, "re");
	char *text = arena_alloc(ctx->mem, FILE_BYTES_MAX);
	size_t n;

	*out = (struct str){ NULL, 0 };
	if (!file && errno == ENOENT)
		return OK;
	if (!file)
		return fail(ctx, ERR_INVALID, "%s: %m", path);
	n = fread(text, 1, FILE_BYTES_MAX, file);
	if (ferror(file))
		return fail(ctx, ERR_INVALID, "%s: %m", path);
	if (n == FILE_BYTES_MAX)
		return fail(ctx, ERR_INVALID, "%s is larger than %d bytes", path, FILE_BYTES_MAX);
	*out = (struct str){ text, n };
	return OK;
}

static enum err load_file(struct ctx *ctx, struct str data, struct config *out)
{
	const char *path = data_path(ctx, data, FILE_NAME);
	struct str text;

	TRY(config_read_file(ctx, path, &text));
	return set_lines(ctx, path, text, out);
}

/* -- the environment ----------------------------------------------------------------------------- */

static enum err load_environment(struct ctx *ctx, struct config *out)
{
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		struct str name = config_variable(ctx->mem, &fields[i]);
		const char *value = getenv(arena_strz(ctx->mem, name));

		if (setting_by_name(str_of(fields[i].name)) && value && *value)
			TRY(option_set(ctx, &fields[i], name, str_of(value), out));
	}
	return OK;
}

enum err config_load(struct ctx *ctx, struct str data, void *config)
{
	TRY(load_file(ctx, data, config));
	return load_environment(ctx, config);
}
