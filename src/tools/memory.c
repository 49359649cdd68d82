/* tools/memory.c: remember, recall and forget: notes on the user that outlive the run.
 *
 *     {"number": 3}
 *     {"notes": [{"number": 3, "text": "Prefers metric units.", "createdAt": "2026-02-03T04:05:06.789Z"}]}
 *     {"forgotten": 3}
 *
 * What is noted is also told with the instructions, the newest as far as there is room, so that a model need
 * not ask for it.
 */
#include "db/db.h"
#include "domain/agent_memory.h"
#include "tools/tools_internal.h"

enum { BRIEFING_BYTES = 8 << 10 };

struct remembered_out {
	int64_t number;
};
static const struct field remembered_fields[] = { { F_INT("number", remembered_out, number) } };
static const struct schema remembered_schema = SCHEMA(NULL, remembered_out, remembered_fields);

static const struct field note_fields[] = {
	{ F_INT("number", agent_memory, number) },
	{ F_STR("text", agent_memory, text) },
	{ F_TIME("createdAt", agent_memory, created_at) },
};
static const struct schema note_schema = SCHEMA(NULL, agent_memory, note_fields);

struct recalled_out {
	struct list notes;                   /* of struct agent_memory */
};
static const struct field recalled_fields[] = { { F_LIST("notes", recalled_out, notes, &note_schema) } };
static const struct schema recalled_schema = SCHEMA(NULL, recalled_out, recalled_fields);

struct forgotten_out {
	int64_t number;
};
static const struct field forgotten_fields[] = { { F_INT("forgotten", forgotten_out, number) } };
static const struct schema forgotten_schema = SCHEMA(NULL, forgotten_out, forgotten_fields);

enum err remember(struct ctx *ctx, const struct tool_scope *scope, const void *arguments, struct str *text)
{
	const struct remember_in *in = arguments;
	struct remembered_out out;

	TRY(agent_memory_add(ctx, scope->agent->id, str_trim(in->text), &out.number));
	*text = schema_text(ctx->mem, &remembered_schema, &out, WRITE_REPLY);
	return OK;
}

enum err recall(struct ctx *ctx, const struct tool_scope *scope, const void *arguments, struct str *text)
{
	struct recalled_out out;
	enum err e = agent_memory_list(ctx, scope->agent->id, &out.notes);

	db_snapshot_end(ctx);
	TRY(e);
	*text = schema_text(ctx->mem, &recalled_schema, &out, WRITE_REPLY);
	return OK;
}

enum err forget(struct ctx *ctx, const struct tool_scope *scope, const void *arguments, struct str *text)
{
	const struct forget_in *in = arguments;
	struct forgotten_out out = { in->number };

	TRY(agent_memory_remove(ctx, scope->agent->id, in->number));
	*text = schema_text(ctx->mem, &forgotten_schema, &out, WRITE_REPLY);
	return OK;
}

/* -- what the model is told beforehand --------------------------------------------------------------------- */

#define KEEP_NOTES \
	"You can keep notes on this user from one conversation to the next. Call remember when you learn something " \
	"about them that will help you later, and forget when a note is wrong or out of date."

/* Where the newest notes begin that there is room for. */
static size_t first_shown(const struct list *notes)
{
	size_t i = notes->n, bytes = 0;

	while (i > 0) {
		bytes += LIST_AT(*notes, struct agent_memory, i - 1)->text.n;
		if (bytes > BRIEFING_BYTES)
			break;
		i--;
	}
	return i;
}

enum err memory_briefing(struct ctx *ctx, const struct tool_scope *scope, struct buf *out)
{
	struct list notes;
	size_t first;

	TRY(agent_memory_list(ctx, scope->agent->id, &notes));
	first = first_shown(&notes);
	buf_z(out, KEEP_NOTES);
	if (notes.n > 0)
		buf_z(out, first > 0 ? "\nYour newest notes; call recall for all of them:" : "\nYour notes:");
	for (size_t i = first; i < notes.n; i++) {
		const struct agent_memory *m = LIST_AT(notes, struct agent_memory, i);

		buf_printf(out, "\n%lld. %.*s", (long long)m->number, STR(m->text));
	}
	return OK;
}
