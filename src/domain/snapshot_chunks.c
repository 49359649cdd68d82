/* domain/snapshot_chunks.c: chunks are embedded before the transaction that stores them, a batch at a
 * time, and their words gathered while they are stored, a content at a time.
 *
 * The list is walked twice, which costs less than keeping its texts: in between, only vectors are kept,
 * and large numbers of them in a file (knowledge/scratch.h).
 */
#include "base/clock.h"
#include "domain/embedding.h"
#include "domain/snapshot_internal.h"
#include "json/outline.h"
#include "knowledge/sweep.h"
#include "store/embedders.h"
#include "store/kb_words.h"

enum { BATCH = 256 };

/* -- embedding ----------------------------------------------------------------------------------------- */

/* Reads the texts of the next chunks, BATCH at most. */
static enum err next_texts(struct ctx *ctx, struct outline *outline, size_t first, struct str *texts, size_t *n)
{
	struct kb_chunk chunk;
	struct str row;
	bool more = true;

	for (*n = 0; *n < BATCH; ++*n) {
		TRY(outline_next(ctx, outline, &more, NULL, &row));
		if (!more)
			return OK;
		if (snapshot_row_read(ctx, &snapshot_chunk_schema, row, memset(&chunk, 0, sizeof(chunk))) != OK)
			return fail(ctx, ERR_INVALID, "knowledgeChunks[%zu]: %s", first + *n,
				    arena_str(ctx->mem, str_of(ctx->why)).p);
		texts[*n] = chunk.text;
	}
	return OK;
}

static enum err embed_batch(struct ctx *ctx, struct outline *outline, size_t *done, struct chunk_import *in)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
	float *vectors = in->vectors.p;
	struct str texts[BATCH];
	int64_t tokens;
	size_t n;

	TRY(next_texts(ctx, outline, *done, texts, &n));
	TRY(embed_texts(ctx, &in->model, texts, n, NULL, vectors + *done * in->model.dimensions, &tokens));
	in->tokens += tokens;
	*done += n;
	return OK;
}

enum err chunk_import_prepare(struct ctx *ctx, struct str rows, struct chunk_import *out)
{
	struct outline outline;
	size_t done = 0;

	*out = (struct chunk_import){0};
	arena_init(&out->mem, 0);
	if (!rows.p)
		return OK;
	/* Ids of what was deleted a moment ago may come again. */
	TRY(knowledge_sweep_all(ctx, now_us()));
	TRY(outline_count(ctx, rows, &out->n));
	if (out->n == 0)
		return OK;
	TRY(embedding_current(ctx, &out->model));
	TRY(scratch_open(ctx, out->n * out->model.dimensions * sizeof(float), &out->vectors));
	TRY(outline_open(ctx, rows, &outline));
	while (done < out->n)
		TRY(embed_batch(ctx, &outline, &done, out));
	return OK;
}

void chunk_import_fini(struct chunk_import *in)
{
	embedding_close(&in->model);
	scratch_close(&in->vectors);
	arena_fini(&in->mem);
}

/* -- storing ------------------------------------------------------------------------------------------------ */

static enum err store_words(struct ctx *ctx, struct db_tx *tx, const struct chunk_import *in)
{
	AUTO(word_reader_fini) struct word_reader reader;
	struct kb_words words;
	struct list rows;

	word_reader_init(&reader, S(""));
	words_of(ctx->mem, &reader, in->texts, in->n_texts, &words);
	words_pack(ctx->mem, &words, &rows);
	for (size_t i = 0; i < rows.n; i++)
		TRY(words_insert(ctx, tx, in->content.lexicon_id, in->content.first_seq,
				 LIST_AT(rows, struct kb_bucket, i)));
	return OK;
}

/* When all its chunks are stored, a content learns which they are, and gets its words. */
static enum err end_content(struct ctx *ctx, struct db_tx *tx, struct chunk_import *in)
{
	struct kb_content *content = &in->content;

	content->chunks = (int64_t)in->n_texts;
	TRY(words_lexicon(ctx, tx, content->workspace_id, content->knowledge_base_id, &content->lexicon_id));
	TRY(contents_place(ctx, tx, content));
	return store_words(ctx, tx, in);
}

static enum err begin_content(struct ctx *ctx, struct db_tx *tx, struct chunk_import *in, const struct kb_chunk *chunk)
{
	if (in->n_texts > 0)
		TRY(end_content(ctx, tx, in));
	arena_reset(&in->mem);
	in->texts = NULL;
	in->n_texts = in->texts_cap = 0;
	in->content = (struct kb_content){
		.id = arena_str(&in->mem, chunk->content_id), .workspace_id = arena_str(&in->mem, chunk->workspace_id),
		.knowledge_base_id = arena_str(&in->mem, chunk->knowledge_base_id),
		.first_seq = in->first_seq + (int64_t)in->stored,
	};
	return OK;
}

enum err chunk_import_store(struct ctx *ctx, struct db_tx *tx, struct chunk_import *in, struct kb_chunk *chunk)
{
	const float *vectors = in->vectors.p;

	if (in->stored == 0)
		TRY(chunks_number(ctx, tx, (int64_t)in->n, &in->first_seq));
	if (!str_eq(in->content.id, chunk->content_id))
		TRY(begin_content(ctx, tx, in, chunk));
	chunk->seq = in->first_seq + (int64_t)in->stored;
	in->texts = arena_more(&in->mem, in->texts, in->n_texts, &in->texts_cap, sizeof(*in->texts));
	in->texts[in->n_texts++] = arena_str(&in->mem, chunk->text);
	chunk->embedder_id = in->model.id;
	chunk->dimensions = in->model.dimensions;
	chunk->vector = vectors + in->stored++ * in->model.dimensions;
	return chunks_insert(ctx, tx, chunk);
}

enum err chunk_import_end(struct ctx *ctx, struct db_tx *tx, struct chunk_import *in)
{
	if (in->n == 0)
		return OK;
	TRY(end_content(ctx, tx, in));
	return embedders_charge(ctx, tx, in->model.id, EMBEDDER_CURRENT, in->tokens);
}
