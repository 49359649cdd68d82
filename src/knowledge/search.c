/* knowledge/search.c: from a question to the passages that are shown.
 *
 * Hybrid search asks twice. What words and vectors agree on is most likely to the point, so its
 * first passages are read for what else is said about the matter, and the words are asked again
 * with that. The second answer is fused with the vectors' for good.
 */
#include "knowledge/search.h"

#include <assert.h>

#include "db/db.h"
#include "knowledge/fuse.h"
#include "knowledge/keyword.h"
#include "store/embedders.h"
#include "store/kb_contents.h"
#include "store/knowledge_bases.h"

/* One search under way. */
struct asking {
	const struct search *search;
	struct list scope;                   /* of struct str: the bases, each once */
	const float *vector;                 /* of the text; NULL when only words are asked for */
};

/* -- the bases ----------------------------------------------------------------------------------- */

/* The bases to go through, each once. */
static enum err scope_of(struct ctx *ctx, const struct search *search, struct list *out)
{
	const struct list *ids = &search->knowledge_base_ids;
	struct str *scope;
	size_t n = 0;

	if (search->everywhere)
		return knowledge_bases_ids(ctx, search->workspace_id, out);
	scope = arena_array(ctx->mem, ids->n, sizeof(*scope));
	for (size_t i = 0; i < ids->n; i++) {
		struct str id = *LIST_AT(*ids, struct str, i);
		size_t before = 0;

		while (before < n && !str_eq(scope[before], id))
			before++;
		if (before == n)
			scope[n++] = id;
	}
	*out = (struct list){ scope, n };
	return OK;
}

static struct index_best room_for(struct ctx *ctx, size_t max)
{
	return (struct index_best){ .items = arena_array(ctx->mem, max, sizeof(struct index_hit)), .max = max };
}

/* -- by meaning ---------------------------------------------------------------------------------- */

static enum err nearest(struct ctx *ctx, const struct asking *a, double min_similarity, struct index_best *best)
{
	struct index_query query = { .workspace_id = a->search->workspace_id, .model = a->search->model,
				     .vector = a->vector, .min_similarity = min_similarity };

	for (size_t i = 0; i < a->scope.n; i++) {
		query.knowledge_base_id = *LIST_AT(a->scope, struct str, i);
		TRY(index_search(ctx, &query, best));
	}
	return OK;
}

static enum err by_meaning(struct ctx *ctx, const struct asking *a, double min_similarity, struct index_best *out)
{
	*out = room_for(ctx, (size_t)a->search->top_k);
	return nearest(ctx, a, min_similarity, out);
}

/* -- by words ------------------------------------------------------------------------------------ */

static enum err by_words(struct ctx *ctx, const struct asking *a, double min_similarity, struct index_best *out)
{
	struct keyword_question question;
	struct keyword_scope words;

	*out = room_for(ctx, (size_t)a->search->top_k);
	TRY(keyword_scope_open(ctx, a->search->workspace_id, &a->scope, &words));
	keyword_question_of(ctx->mem, a->search->text, &question);
	return keyword_search(ctx, &words, &question, min_similarity, out);
}

/* -- by both ------------------------------------------------------------------------------------- */

enum {
	CANDIDATES = 200,                    /* of either kind, unless more are to be shown */
	READ_AGAIN = 10,                     /* passages, at most, */
	READ_ONE_IN = 20,                    /* and at most this part of all: they would only say what the base is about */
};

/* What resembles the text at all. */
#define SOME_SIMILARITY 1e-6

/* What the vectors' word counts for, when the words' counts 1. The built-in model knows nothing but
 * words, and those less well: as an equal it would only blur the other list. It is left the places
 * behind it, which matter where no word is found, as when the only one is misspelt. */
static double weight_of(const struct embedding_model *model)
{
	return str_eq(model->name, embedding_builtin.name) ? 0.02 : 1;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static enum err widen(struct ctx *ctx, const struct asking *a, const struct keyword_scope *words,
		      const struct index_best *first, struct keyword_question *question)
{
	size_t n = 0, most = smaller(READ_AGAIN, smaller(first->n, words->n_chunks / READ_ONE_IN));
	struct str texts[READ_AGAIN], title;
	struct kb_chunk chunk;

	for (; n < most; n++) {
		TRY(chunks_by_seq(ctx, a->search->workspace_id, first->items[n].chunk_seq, &chunk, &title));
		texts[n] = chunk.text;
	}
	keyword_question_widen(ctx->mem, words, texts, n, question);
	return OK;
}

static void keep(struct index_best *best, size_t max, double min_similarity)
{
	size_t n = 0;

	while (n < best->n && n < max && best->items[n].similarity >= min_similarity)
		n++;
	best->n = n;
}

static enum err by_both(struct ctx *ctx, const struct asking *a, double min_similarity, struct index_best *out)
{
	size_t top_k = (size_t)a->search->top_k, depth = top_k > CANDIDATES ? top_k : CANDIDATES;
	struct index_best meant = room_for(ctx, depth), said = room_for(ctx, depth), first;
	struct keyword_question question;
	struct keyword_scope words;

	TRY(keyword_scope_open(ctx, a->search->workspace_id, &a->scope, &words));
	keyword_question_of(ctx->mem, a->search->text, &question);
	TRY(nearest(ctx, a, SOME_SIMILARITY, &meant));
	TRY(keyword_search(ctx, &words, &question, 0, &said));
	fuse(ctx->mem, &said, &meant, 1, &first);
	/* Where no word of the text was found, other words would be as far off. */
	if (said.n > 0) {
		TRY(widen(ctx, a, &words, &first, &question));
		TRY(keyword_search(ctx, &words, &question, 0, &said));
	}
	fuse(ctx->mem, &said, &meant, weight_of(a->search->model), out);
	keep(out, top_k, min_similarity);
	return OK;
}

static const struct mode {
	enum err (*rank)(struct ctx *ctx, const struct asking *a, double min_similarity, struct index_best *out);
	bool embeds;
	double min_similarity;               /* unless the search has one */
} MODES[] = {
	[SEARCH_SEMANTIC] = { by_meaning, true, 0.5 },
	[SEARCH_KEYWORD] = { by_words, false, 0 },
	[SEARCH_HYBRID] = { by_both, true, 0 },
};

/* -- the hits ------------------------------------------------------------------------------------ */

static enum err read_hit(struct ctx *ctx, struct str workspace_id, const struct index_hit *found,
			 struct search_hit *out)
{
	struct str title;
	struct kb_chunk chunk;

	TRY(chunks_by_seq(ctx, workspace_id, found->chunk_seq, &chunk, &title));
	*out = (struct search_hit){
		.chunk_id = chunk.id, .knowledge_base_id = chunk.knowledge_base_id, .knowledge_base_title = title,
		.content_id = chunk.content_id, .content = chunk.text, .similarity = found->similarity,
	};
	return json_parse(ctx, chunk.metadata, JSON_STRICT, &out->metadata);
}

static enum err read_hits(struct ctx *ctx, struct str workspace_id, const struct index_best *best, struct list *out)
{
	struct search_hit *hits = arena_array(ctx->mem, best->n, sizeof(*hits));

	for (size_t i = 0; i < best->n; i++)
		TRY(read_hit(ctx, workspace_id, &best->items[i], &hits[i]));
	*out = (struct list){ hits, best->n };
	return OK;
}

/* A provider may take its time, and a snapshot held meanwhile would hold up the store's log. */
static enum err embed_question(struct ctx *ctx, const struct search *search, struct asking *a, int64_t *tokens)
{
	float *vector = arena_array(ctx->mem, search->model->dimensions, sizeof(*vector));

	a->vector = vector;
	return embed_texts(ctx, search->model, &search->text, 1, NULL, vector, tokens);
}

/* Another model may have taken over while the text was embedded, and the vectors of the one that was
 * asked may be gone already: without this, a search would find nothing and say so. */
static enum err require_current(struct ctx *ctx, const struct embedding_model *model)
{
	struct embedder current;

	TRY(embedders_current(ctx, &current));
	if (current.id != model->id)
		return fail(ctx, ERR_CONFLICT, "the embedding model was changed during the search");
	return OK;
}

enum err knowledge_search(struct ctx *ctx, const struct search *search, struct list *out, int64_t *tokens)
{
	const struct mode *mode = &MODES[search->mode];
	struct asking asking = { .search = search };
	struct index_best best;

	assert(search->top_k >= 1);
	*tokens = 0;
	db_snapshot_end(ctx);
	if (mode->embeds)
		TRY(embed_question(ctx, search, &asking, tokens));
	TRY(db_snapshot_begin(ctx));
	if (mode->embeds)
		TRY(require_current(ctx, search->model));
	TRY(scope_of(ctx, search, &asking.scope));
	TRY(mode->rank(ctx, &asking, search->min_similarity < 0 ? mode->min_similarity : search->min_similarity, &best));
	return read_hits(ctx, search->workspace_id, &best, out);
}
