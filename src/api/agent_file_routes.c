/* api/agent_file_routes.c: agents as files in Git (studio contract 2.1 to 2.3); and, if asked for, the others in
 * the same list. */
#include "api/routes.h"
#include "domain/agent_catalog.h"
#include "domain/agent_parts.h"
#include "domain/agent_source.h"
#include "domain/managed.h"

/* -- list ---------------------------------------------------------------------------------------------- */

struct source_params {
	struct str source;
};

static const struct field source_params_fields[] = {
	{ F_STR("source", source_params, source), .in = IN_QUERY,
	  .doc = "An extension, for administrators: `managed` lists agents created over REST in place of files, `all` "
		 "lists both. Anything else is ignored." },
};
static const struct schema source_params = SCHEMA(NULL, source_params, source_params_fields);

static size_t reply_bytes(const struct agent_catalog *catalog)
{
	size_t bytes = 0;

	for (size_t i = 0; i < agent_catalog_size(catalog); i++)
		bytes += agent_catalog_at(catalog, i)->reply.n + 1;
	return bytes;
}

/* Behind what is in the list already, which begins with its bracket. Room is made once: what grows is moved, and
 * megabytes of memory that is new to the process cost more than what is written into them. */
static enum err write_files(struct ctx *ctx, struct buf *out)
{
	AUTO(agent_catalog_done) struct agent_catalog *catalog = NULL;

	TRY(agent_catalog_open(ctx, &catalog));
	buf_room(out, reply_bytes(catalog) + 1);
	for (size_t i = 0; i < agent_catalog_size(catalog); i++) {
		buf_z(out, out->n > 1 ? "," : "");
		buf_str(out, agent_catalog_at(catalog, i)->reply);
	}
	return OK;
}

static enum err write_managed(struct ctx *ctx, struct buf *out)
{
	struct list agents;

	TRY(managed_list(ctx, &agents));
	for (size_t i = 0; i < agents.n; i++) {
		const struct agent_file *a = LIST_AT(agents, struct agent_file, i);

		buf_z(out, out->n > 1 ? "," : "");
		buf_str(out, schema_text(ctx->mem, &agent_file_schema, a, WRITE_REPLY));
	}
	return OK;
}

/* The workspace API shows managed agents to administrators alone, and so does this. */
static enum err do_list(struct ctx *ctx, struct call *call)
{
	struct str source = ((const struct source_params *)call->params)->source;
	bool all = str_is(source, "all"), managed = all || str_is(source, "managed");
	struct buf out = { .mem = ctx->mem };
	enum err e = OK;

	if (managed && ctx->actor.role < ROLE_ADMIN)
		return fail(ctx, ERR_FORBIDDEN, "this API key's user lacks the required role for this action");
	buf_char(&out, '[');
	if (all || !managed)
		e = write_files(ctx, &out);
	/* A workspace without files may have agents nevertheless. */
	if (e != OK && !(all && e == ERR_CONFLICT))
		return e;
	if (managed)
		TRY(write_managed(ctx, &out));
	buf_char(&out, ']');
	call->out_text = buf_view(&out);
	return OK;
}

/* -- one ------------------------------------------------------------------------------------------------ */

struct name_params {
	struct str name;
};

static const struct field name_params_fields[] = {
	{ F_STR("name", name_params, name), .in = IN_PATH, .required = true, .doc = "The declared name, exactly." },
};
static const struct schema name_params = SCHEMA(NULL, name_params, name_params_fields);

struct agent_source_reply {
	struct agent_file agent;
	struct str raw, tools_module;
	const struct json *skills;
};

static const struct field source_fields[] = {
	{ F_OBJECT("agent", agent_source_reply, agent, &agent_file_schema) },
	{ F_STR("raw", agent_source_reply, raw), .doc = "The file's text." },
	{ F_STR("toolsModuleContent", agent_source_reply, tools_module), .nullable = true,
	  .doc = "The text of the module of tools that it declares." },
	{ F_ANY("skillsContent", agent_source_reply, skills), .open = true, .nullable = true,
	  .doc = "The texts of the skills that it declares, by their paths." },
};
static const struct schema source_schema = SCHEMA("AgentSource", agent_source_reply, source_fields);

/* {path: text} of what could be had; null when that is nothing. */
static const struct json *skills_of(struct ctx *ctx, const struct tree *tree, const struct agent_spec *spec)
{
	struct json *out = arena_zalloc(ctx->mem, sizeof(*out));
	struct json_member *members;
	struct list parts;
	bool connected;

	if (agent_source_connected(ctx, &connected) != OK || agent_skills(ctx, tree, connected, spec, &parts) != OK ||
	    parts.n == 0)
		return NULL;
	members = arena_array(ctx->mem, parts.n, sizeof(*members));
	for (size_t i = 0; i < parts.n; i++) {
		const struct agent_part *p = LIST_AT(parts, struct agent_part, i);

		members[i] = (struct json_member){ p->path, { .type = JSON_STR, .text = p->text } };
	}
	*out = (struct json){ .type = JSON_OBJECT, .members = members, .n_members = parts.n };
	return out;
}

static enum err do_get(struct ctx *ctx, struct call *call)
{
	AUTO(agent_catalog_done) struct agent_catalog *catalog = NULL;
	struct str name = ((const struct name_params *)call->params)->name;
	struct agent_source_reply *out = call->out;
	const struct agent_entry *entry;
	enum err e = agent_catalog_open(ctx, &catalog);

	if (e == ERR_INTERNAL || e == ERR_BUSY)
		return e;
	entry = e == OK ? agent_catalog_find(catalog, name) : NULL;
	if (!entry)
		return fail(ctx, ERR_NOT_FOUND, "agent not found");
	out->raw = entry->text.p ? arena_str(ctx->mem, entry->text) : S("");
	agent_file_parse(ctx, arena_str(ctx->mem, entry->path), agent_file_format(entry->path), out->raw, &out->agent);
	if (!out->agent.valid)
		return OK;
	/* These two are best effort: whatever the problem, they are null. */
	if (agent_tools_module(ctx, agent_catalog_tree(catalog), out->agent.path, out->agent.spec, &out->tools_module) != OK)
		out->tools_module = (struct str){ NULL, 0 };
	out->skills = skills_of(ctx, agent_catalog_tree(catalog), out->agent.spec);
	return OK;
}

/* -- validate ------------------------------------------------------------------------------------------- */

struct validate_body {
	struct str content, format, filename;
};

static const struct field validate_fields[] = {
	{ F_STR("content", validate_body, content), .required = true, .say = "`content` (string) is required" },
	{ F_STR("format", validate_body, format), .doc = "yaml or json; anything else is ignored." },
	{ F_STR("filename", validate_body, filename), .doc = "Its extension tells the format when `format` does not." },
};
static const struct schema validate_schema = {
	.name = "AgentValidation", .size = sizeof(struct validate_body), .fields = validate_fields,
	.n_fields = COUNT_OF(validate_fields), .ignores_unknown = true,
};

struct verdict {
	bool valid;
	struct str framework, name, format, error, detail;
};

static const struct field verdict_fields[] = {
	{ F_BOOL("valid", verdict, valid) },
	{ F_STR("framework", verdict, framework), .optional_reply = true },
	{ F_STR("name", verdict, name), .optional_reply = true },
	{ F_STR("format", verdict, format), .optional_reply = true },
	{ F_STR("error", verdict, error), .optional_reply = true, .doc = "Code of what is wrong." },
	{ F_STR("detail", verdict, detail), .optional_reply = true },
};
static const struct schema verdict_schema = SCHEMA("AgentVerdict", verdict, verdict_fields);

static struct str format_of(const struct validate_body *in)
{
	static const char *const FORMATS[] = { "yaml", "json", NULL };

	if (str_is_one_of(in->format, FORMATS))
		return in->format;
	return in->filename.p ? agent_file_format(in->filename) : (struct str){ NULL, 0 };
}

static enum err do_validate(struct ctx *ctx, struct call *call)
{
	const struct validate_body *in = call->body;
	struct verdict *out = call->out;
	struct str format = format_of(in);
	struct agent_file file;

	if (!format.p)
		return fail(ctx, ERR_INVALID, "provide `format` (yaml|json) or a `filename` with a known extension");
	agent_file_parse(ctx, S(""), format, in->content, &file);
	if (file.valid)
		*out = (struct verdict){ .valid = true, .framework = file.framework, .name = file.name, .format = format };
	else
		*out = (struct verdict){ .error = file.error, .detail = file.detail };
	return OK;
}

/* -- the rows ------------------------------------------------------------------------------------------- */

static const struct status_text NO_SOURCE[] = {
	{ 409, "The workspace has no source of agents." }, { 502, "Its repository cannot be read." }, { 0, NULL },
};

#define FILES .contract = STUDIO_API, .role = ROLE_VIEWER, .tag = "Agent files", .extra = true

const struct op agent_file_ops[N_AGENT_FILE_OPS] = {
	{ .id = "listAgentFiles", .method = HTTP_GET, .path = "/agents", FILES, .key_decides = true,
	  .params = &source_params, .out = &agent_file_schema,
	  .out_key = "agents", .replies_list = true, .also = NO_SOURCE, .run = do_list, .summary = "List the agents that are files",
	  .doc = "Of the connected repository, else of the server's own source; those that are valid first." },
	{ .id = "getAgentFile", .method = HTTP_GET, .path = "/agents/{name}", FILES, .key_decides = true,
	  .params = &name_params, .out = &source_schema, .not_found = "AGENT_NOT_FOUND", .run = do_get,
	  .summary = "Read an agent file" },
	{ .id = "validateAgentFile", .method = HTTP_POST, .path = "/agents/validate", FILES, .body = &validate_schema,
	  .body_mode = READ_CREATE, .out = &verdict_schema, .run = do_validate,
	  .summary = "Check whether a text is an agent",
	  .doc = "Its shape alone: whether the model or what it refers to exists is not looked at." },
};
