/* knowledge/reembed.c: read some, embed them, store them; in the end, change places.
 *
 * Chunks are taken in the order of their numbers, so those that are added meanwhile come last. The
 * change of places looks once more, inside its transaction, whether any chunk lacks a vector: after it
 * none can, since content that was prepared with the former model is refused (ingest_store).
 */
#include "knowledge/reembed.h"

#include "store/embedders.h"
#include "store/kb_vectors.h"

/* A transaction of so many rows of 6 KB keeps other writers waiting for some milliseconds. */
enum { STEP_CHUNKS = 256 };

struct step {
	const struct embedding_model *model;
	const struct kb_text *chunks;
	size_t n;
	const float *vectors;
	int64_t tokens;
};

static enum err store(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct step *s = arg;
	size_t dimensions = s->model->dimensions;

	TRY(embedders_charge(ctx, tx, s->model->id, EMBEDDER_NEXT, s->tokens));
	for (size_t i = 0; i < s->n; i++)
		TRY(vectors_add(ctx, tx, s->model->id, s->chunks[i].chunk_seq, s->vectors + i * dimensions, dimensions));
	return OK;
}

static enum err embed(struct ctx *ctx, struct step *s, const struct embed_watch *watch)
{
	struct str *texts = arena_array(ctx->mem, s->n, sizeof(*texts));
	float *vectors = arena_array(ctx->mem, s->n * s->model->dimensions, sizeof(*vectors));

	for (size_t i = 0; i < s->n; i++)
		texts[i] = s->chunks[i].text;
	s->vectors = vectors;
	return embed_texts(ctx, s->model, texts, s->n, watch, vectors, &s->tokens);
}

struct change_places {
	int64_t next_id;
	bool complete;
};

static enum err change_places(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct change_places *c = arg;
	struct embedder current;

	TRY(vectors_complete(ctx, c->next_id, &c->complete));
	if (!c->complete)
		return OK;
	TRY(embedders_current(ctx, &current));
	TRY(embedders_move(ctx, tx, current.id, EMBEDDER_CURRENT, EMBEDDER_LEAVING));
	return embedders_move(ctx, tx, c->next_id, EMBEDDER_NEXT, EMBEDDER_CURRENT);
}

static enum err finish(struct ctx *ctx, int64_t next_id, struct reembed *state)
{
	struct change_places change = { .next_id = next_id };

	TRY(db_write(ctx, change_places, &change));
	*state = (struct reembed){ .over = change.complete };
	return OK;
}

enum err reembed_step(struct ctx *ctx, const struct embedding_model *next, const struct embed_watch *watch,
		      struct reembed *state)
{
	struct step step = { .model = next };
	struct list chunks;

	TRY(vectors_lacking(ctx, next->id, state->after_seq, STEP_CHUNKS, &chunks));
	if (chunks.n == 0)
		return finish(ctx, next->id, state);
	step.chunks = chunks.items;
	step.n = chunks.n;
	TRY(embed(ctx, &step, watch));
	TRY(db_write(ctx, store, &step));
	state->after_seq = step.chunks[step.n - 1].chunk_seq;
	return OK;
}

struct note {
	int64_t id;
	struct str why;
};

static enum err write_note(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct note *n = arg;

	return embedders_set_error(ctx, tx, n->id, n->why);
}

enum err reembed_note(struct ctx *ctx, int64_t embedder_id, struct str why)
{
	struct note note = { embedder_id, why };

	return db_write(ctx, write_note, &note);
}

struct purge {
	int64_t id;
	int64_t after_seq;
};

static enum err purge(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct purge *p = arg;

	TRY(vectors_purge(ctx, tx, p->id, STEP_CHUNKS, &p->after_seq));
	return p->after_seq ? OK : embedders_move(ctx, tx, p->id, EMBEDDER_LEAVING, EMBEDDER_RETIRED);
}

enum err reembed_purge(struct ctx *ctx, int64_t embedder_id, struct reembed *state)
{
	struct purge p = { embedder_id, state->after_seq };

	TRY(db_write(ctx, purge, &p));
	*state = (struct reembed){ p.after_seq, p.after_seq == 0 };
	return OK;
}
