/* tools/write_knowledge.c: a text into one of the knowledge bases that the agent may write to.
 *
 *     {"knowledgeBase": {"id": "...", "title": "Notes"}}
 *
 * A crash between the write and the record of it makes the run write again: twice is better than never.
 */
#include "tools/tools_internal.h"

struct base_out {
	struct str id, title;
};
static const struct field base_fields[] = {
	{ F_STR("id", base_out, id) },
	{ F_STR("title", base_out, title) },
};
static const struct schema base_schema = SCHEMA(NULL, base_out, base_fields);

struct written_out {
	struct base_out base;
};
static const struct field written_fields[] = { { F_OBJECT("knowledgeBase", written_out, base, &base_schema) } };
static const struct schema written_schema = SCHEMA(NULL, written_out, written_fields);

/* The titles, so that the model can name one. */
static struct str titles_of(struct arena *mem, const struct list *bases)
{
	struct buf out = { .mem = mem };

	for (size_t i = 0; i < bases->n; i++)
		buf_printf(&out, "%s'%.*s'", i ? ", " : "", STR(LIST_AT(*bases, struct knowledge_base, i)->title));
	return buf_view(&out);
}

/* By id, or by a title that only one has. */
static const struct knowledge_base *find(const struct list *bases, struct str wanted)
{
	const struct knowledge_base *found = NULL;
	size_t n = 0;

	for (size_t i = 0; i < bases->n; i++) {
		const struct knowledge_base *kb = LIST_AT(*bases, struct knowledge_base, i);

		if (str_eq_nocase(kb->id, wanted))
			return kb;
		if (str_eq(kb->title, wanted))
			found = kb, n++;
	}
	return n == 1 ? found : NULL;
}

static enum err choose(struct ctx *ctx, const struct agent *agent, struct str wanted, struct base_out *out)
{
	const struct knowledge_base *kb;
	struct list bases;

	TRY(bases_of(ctx, agent, true, &bases));
	if (bases.n == 0)
		return fail(ctx, ERR_FORBIDDEN, "there is no knowledge base that this agent may write to");
	kb = !wanted.p && bases.n == 1 ? bases.items : find(&bases, wanted);
	if (!kb)
		return fail(ctx, ERR_INVALID, "name one of these as knowledge_base: %.*s",
			    STR(titles_of(ctx->mem, &bases)));
	*out = (struct base_out){ kb->id, kb->title };
	return OK;
}

enum err write_knowledge(struct ctx *ctx, const struct tool_scope *scope, const void *arguments, struct str *text)
{
	const struct write_knowledge_in *in = arguments;
	struct material material = { .texts = { (void *)&in->text, 1 } };
	struct knowledge_base kb;
	struct written_out out;
	enum err e = choose(ctx, scope->agent, in->knowledge_base, &out.base);

	db_snapshot_end(ctx);
	TRY(e);
	TRY(knowledge_base_append(ctx, out.base.id, &material, NULL, &kb));
	*text = schema_text(ctx->mem, &written_schema, &out, WRITE_REPLY);
	return OK;
}
