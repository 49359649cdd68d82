/* store/kb_upgrade.c: contents of the first version get words, and vectors of today.
 *
 * One content at a time, so that memory is that of the largest. A store with a gigabyte of text
 * takes about a minute, once.
 */
#include "store/kb_upgrade.h"

#include "model/lexical.h"
#include "store/embedders.h"
#include "store/kb_words.h"
#include "store/rows.h"

enum { CONTENTS, CHUNKS, SET_VECTOR };

static const struct sql SQL[] = {
	[CONTENTS] = { "kb_upgrade.contents", "SELECT id, workspace_id, knowledge_base_id FROM kb_content" },
	[CHUNKS] = { "kb_upgrade.chunks",
		"SELECT seq, text FROM kb_chunk WHERE workspace_id = $1 AND knowledge_base_id = $2 AND content_id = $3 "
		"ORDER BY chunk_index" },
	[SET_VECTOR] = { "kb_upgrade.set_vector",
		"UPDATE kb_vector SET vector = $4 WHERE workspace_id = $1 AND chunk_seq = $2 AND embedder_id = $3" },
};

struct upgrade {
	struct db_tx *tx;
	struct word_reader reader;
	struct lexical *lexical;
};

/* -- reading ------------------------------------------------------------------------------------- */

static enum err read_content(struct ctx *ctx, struct stmt *s, void *out)
{
	struct kb_content *content = out;

	content->id = col_str(ctx, s);
	content->workspace_id = col_str(ctx, s);
	content->knowledge_base_id = col_str(ctx, s);
	return OK;
}

static enum err contents_of(struct ctx *ctx, struct db_tx *tx, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[CONTENTS], &s));
	return rows_all(ctx, &s, read_content, sizeof(struct kb_content), out);
}

static enum err read_chunk(struct ctx *ctx, struct stmt *s, void *out)
{
	struct kb_chunk *chunk = out;

	chunk->seq = col_int(s);
	chunk->text = col_str(ctx, s);
	return OK;
}

static enum err chunks_of(struct ctx *ctx, struct db_tx *tx, const struct kb_content *content, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[CHUNKS], &s));
	bind_str(&s, content->workspace_id);
	bind_str(&s, content->knowledge_base_id);
	bind_str(&s, content->id);
	return rows_all(ctx, &s, read_chunk, sizeof(struct kb_chunk), out);
}

/* -- writing ------------------------------------------------------------------------------------- */

static enum err embed_chunk(struct ctx *ctx, struct upgrade *u, struct str workspace_id, const struct kb_chunk *chunk)
{
	AUTO(stmt_done) struct stmt s = {0};
	float vector[LEXICAL_DIMENSIONS];

	lexical_embed_next(u->lexical, chunk->text, vector);
	TRY(stmt_write(ctx, u->tx, &SQL[SET_VECTOR], &s));
	bind_str(&s, workspace_id);
	bind_int(&s, chunk->seq);
	bind_int(&s, BUILTIN_EMBEDDER_ID);
	bind_blob(&s, vector, sizeof(vector));
	return stmt_run(ctx, &s, NULL);
}

static enum err upgrade_content(struct ctx *ctx, struct upgrade *u, const struct kb_content *content)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
	struct kb_words words;
	struct list chunks;
	struct str *texts;

	TRY(chunks_of(ctx, u->tx, content, &chunks));
	texts = arena_array(ctx->mem, chunks.n, sizeof(*texts));
	for (size_t i = 0; i < chunks.n; i++) {
		const struct kb_chunk *chunk = LIST_AT(chunks, struct kb_chunk, i);

		texts[i] = chunk->text;
		TRY(embed_chunk(ctx, u, content->workspace_id, chunk));
	}
	words_of(ctx->mem, &u->reader, texts, chunks.n, &words);
	return words_insert(ctx, u->tx, content, &words);
}

static void upgrade_fini(struct upgrade *u)
{
	word_reader_fini(&u->reader);
	lexical_free(u->lexical);
}

enum err kb_upgrade(struct ctx *ctx, struct db_tx *tx)
{
	AUTO(upgrade_fini) struct upgrade u = {0};
	struct list contents;

	TRY(contents_of(ctx, tx, &contents));
	if (contents.n == 0)
		return OK;
	u.tx = tx;
	u.lexical = lexical_new();
	word_reader_init(&u.reader, S(""));
	for (size_t i = 0; i < contents.n; i++)
		TRY(upgrade_content(ctx, &u, LIST_AT(contents, struct kb_content, i)));
	return OK;
}
