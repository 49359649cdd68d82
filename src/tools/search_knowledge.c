/* tools/search_knowledge.c: passages of the agent's knowledge bases, best first, as JSON.
 *
 *     {"passages": [{"title": "Handbook", "text": "...", "similarity": 0.73}]}
 *
 * Models cite the n-th passage as [n]; model/builtin.c reads this shape.
 */
#include "tools/tools_internal.h"

/* What is less near is not about the question (workspace contract 5.10). */
#define LEAST_SIMILARITY 0.5

struct passage_out {
	struct str title, text;
	double similarity;
};
static const struct field passage_fields[] = {
	{ F_STR("title", passage_out, title) },
	{ F_STR("text", passage_out, text) },
	{ F_NUM("similarity", passage_out, similarity) },
};
static const struct schema passage_schema = SCHEMA(NULL, passage_out, passage_fields);

struct search_out {
	struct list passages;                /* of struct passage_out */
};
static const struct field search_out_fields[] = {
	{ F_LIST("passages", search_out, passages, &passage_schema) },
};
static const struct schema search_out_schema = SCHEMA(NULL, search_out, search_out_fields);

static enum err ids_of(struct ctx *ctx, const struct agent *agent, struct list *out)
{
	struct list bases;
	struct str *ids;

	TRY(bases_of(ctx, agent, false, &bases));
	ids = arena_array(ctx->mem, bases.n, sizeof(*ids));
	for (size_t i = 0; i < bases.n; i++)
		ids[i] = LIST_AT(bases, struct knowledge_base, i)->id;
	*out = (struct list){ ids, bases.n };
	return OK;
}

/* What a reader knows the source by: the document, else its file or address, else the base. */
static struct str title_of(const struct search_hit *hit)
{
	static const char *const NAMES[] = { "title", "fileName", "url" };

	for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
		struct str title = json_get_str(hit->metadata, NAMES[i]);

		if (title.n > 0)
			return title;
	}
	return hit->knowledge_base_title;
}

static struct str result_text(struct arena *mem, const struct list *hits)
{
	struct passage_out *passages = arena_array(mem, hits->n, sizeof(*passages));
	struct search_out out = { { passages, hits->n } };

	for (size_t i = 0; i < hits->n; i++) {
		const struct search_hit *hit = LIST_AT(*hits, struct search_hit, i);

		passages[i] = (struct passage_out){ title_of(hit), hit->content, hit->similarity };
	}
	return schema_text(mem, &search_out_schema, &out, WRITE_REPLY);
}

enum err search_knowledge(struct ctx *ctx, const struct tool_scope *scope, const void *arguments, struct str *text)
{
	const struct search_knowledge_in *in = arguments;
	struct search search = { .text = in->query, .top_k = in->limit, .min_similarity = LEAST_SIMILARITY };
	struct search_result found;
	enum err e = ids_of(ctx, scope->agent, &search.knowledge_base_ids);

	if (e == OK)
		e = knowledge_base_search(ctx, &search, &found);
	db_snapshot_end(ctx);
	TRY(e);
	*text = result_text(ctx->mem, &found.hits);
	return OK;
}
