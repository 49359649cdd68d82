/* mcp/prompts.c: each agent that has instructions is a prompt: its instructions, and then the message.
 *
 * So an agent can be tried with the client's own model, before or without a run.
 */
#include "mcp/agents.h"
#include "mcp/own.h"

enum { PAGE = 100 };

static void write_argument(struct json_writer *w)
{
	jw_object(w);
	jw_key(w, "name");
	jw_z(w, "message");
	jw_key(w, "description");
	jw_z(w, "What the agent is asked to do; goes behind its instructions.");
	jw_key(w, "required");
	jw_bool(w, false);
	jw_end(w);
}

static struct str description_of(struct arena *mem, const struct agent_file *file)
{
	return file->spec->description.p ? file->spec->description :
		arena_printf(mem, "The instructions of the agent %.*s.", STR(file->name));
}

static void list_prompt(struct ctx *ctx, struct json_writer *w, const struct agent_file *file)
{
	jw_object(w);
	mcp_write_text(w, "name", file->name);
	mcp_write_text(w, "title", file->spec->title);
	mcp_write_text(w, "description", description_of(ctx->mem, file));
	jw_key(w, "arguments");
	jw_array(w);
	write_argument(w);
	jw_end(w);
	jw_end(w);
}

/* Whether the file gives a prompt, parsed into *file. */
static bool is_prompt(struct ctx *ctx, const struct agent_entry *entry, struct agent_file *file)
{
	struct ctx scratch = { .mem = ctx->mem };

	agent_file_parse(&scratch, entry->path, agent_file_format(entry->path), entry->text, file);
	return file->valid && file->spec->instructions.n > 0;
}

enum err mcp_list_prompts(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w,
			  struct str *next)
{
	AUTO(mcp_agents_end) struct mcp_agents agents;
	const struct agent_entry *entry;
	struct str last = { NULL, 0 };
	int n = 0;

	TRY(mcp_agents_begin(ctx, after, &agents));
	while ((entry = mcp_agents_next(&agents)) != NULL && n < PAGE) {
		struct agent_file file;

		last = entry->name;
		if (!is_prompt(ctx, entry, &file))
			continue;
		list_prompt(ctx, w, &file);
		n++;
	}
	if (entry)
		*next = arena_str(ctx->mem, last);
	return OK;
}

static struct str whole_text(struct arena *mem, const struct agent_spec *spec, struct str message)
{
	return message.n > 0 ? arena_printf(mem, "%.*s\n\n%.*s", STR(spec->instructions), STR(message))
			     : spec->instructions;
}

enum err mcp_get_prompt(struct ctx *ctx, const struct mcp_request *request, struct json_writer *w)
{
	struct agent_file file;
	struct str text;

	TRY(mcp_agent_read(ctx, request->name, &file, &text));
	if (!file.valid || file.spec->instructions.n == 0)
		return fail(ctx, ERR_NOT_FOUND, "the agent has no instructions");
	mcp_write_text(w, "description", description_of(ctx->mem, &file));
	jw_key(w, "messages");
	jw_array(w);
	jw_object(w);
	jw_key(w, "role");
	jw_z(w, "user");
	jw_key(w, "content");
	jw_object(w);
	jw_key(w, "type");
	jw_z(w, "text");
	mcp_write_text(w, "text", whole_text(ctx->mem, file.spec, json_get_str(request->arguments, "message")));
	jw_end(w);
	jw_end(w);
	jw_end(w);
	return OK;
}
