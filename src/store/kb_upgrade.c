/* store/kb_upgrade.c: contents of the first version get vectors of today, and all of them words in few rows.
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

typedef enum err upgrade(struct ctx *ctx, struct db_tx *tx, void *arg, struct kb_content *content,
			 const struct list *chunks);

static enum err upgrade_content(struct ctx *ctx, struct db_tx *tx, upgrade *run, void *arg, struct kb_content *content)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
	struct list chunks;

	TRY(chunks_of(ctx, tx, content, &chunks));
	return chunks.n ? run(ctx, tx, arg, content, &chunks) : OK;
}

static enum err upgrade_all(struct ctx *ctx, struct db_tx *tx, upgrade *run, void *arg)
{
	struct list contents;

	TRY(contents_of(ctx, tx, &contents));
	for (size_t i = 0; i < contents.n; i++)
		TRY(upgrade_content(ctx, tx, run, arg, LIST_AT(contents, struct kb_content, i)));
	return OK;
}

/* -- vectors ------------------------------------------------------------------------------------- */

static enum err set_vector(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, int64_t seq, const float *vector)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[SET_VECTOR], &s));
	bind_str(&s, workspace_id);
	bind_int(&s, seq);
	bind_int(&s, BUILTIN_EMBEDDER_ID);
	bind_blob(&s, vector, LEXICAL_DIMENSIONS * sizeof(*vector));
	return stmt_run(ctx, &s, NULL);
}

static enum err embed_chunks(struct ctx *ctx, struct db_tx *tx, void *lexical, struct kb_content *content,
			     const struct list *chunks)
{
	float vector[LEXICAL_DIMENSIONS];

	for (size_t i = 0; i < chunks->n; i++) {
		const struct kb_chunk *chunk = LIST_AT(*chunks, struct kb_chunk, i);

		lexical_embed_next(lexical, chunk->text, vector);
		TRY(set_vector(ctx, tx, content->workspace_id, chunk->seq, vector));
	}
	return OK;
}

static void lexical_auto_free(struct lexical **lexical)
{
	lexical_free(*lexical);
}

enum err kb_upgrade_vectors(struct ctx *ctx, struct db_tx *tx)
{
	AUTO(lexical_auto_free) struct lexical *lexical = lexical_new();

	return upgrade_all(ctx, tx, embed_chunks, lexical);
}

/* -- words --------------------------------------------------------------------------------------- */

/* Until now their seqs followed one another because of how they were inserted; from now on it must be so. */
static enum err check_seqs(struct ctx *ctx, const struct kb_content *content, const struct list *chunks)
{
	for (size_t i = 0; i < chunks->n; i++)
		if (LIST_AT(*chunks, struct kb_chunk, i)->seq != content->first_seq + (int64_t)i)
			return fail(ctx, ERR_INTERNAL, "the chunks of content %.*s are not in order", STR(content->id));
	return OK;
}

static enum err insert_words(struct ctx *ctx, struct db_tx *tx, const struct kb_content *content,
			     const struct kb_words *words)
{
	struct list rows;

	words_pack(ctx->mem, words, &rows);
	for (size_t i = 0; i < rows.n; i++)
		TRY(words_insert(ctx, tx, content->lexicon_id, content->first_seq, LIST_AT(rows, struct kb_bucket, i)));
	return OK;
}

static enum err add_words(struct ctx *ctx, struct db_tx *tx, void *reader, struct kb_content *content,
			  const struct list *chunks)
{
	struct str *texts = arena_array(ctx->mem, chunks->n, sizeof(*texts));
	struct kb_words words;

	content->first_seq = LIST_AT(*chunks, struct kb_chunk, 0)->seq;
	content->chunks = (int64_t)chunks->n;
	TRY(check_seqs(ctx, content, chunks));
	TRY(words_lexicon(ctx, tx, content->workspace_id, content->knowledge_base_id, &content->lexicon_id));
	TRY(contents_place(ctx, tx, content));
	for (size_t i = 0; i < chunks->n; i++)
		texts[i] = LIST_AT(*chunks, struct kb_chunk, i)->text;
	words_of(ctx->mem, reader, texts, chunks->n, &words);
	return insert_words(ctx, tx, content, &words);
}

enum err kb_upgrade_words(struct ctx *ctx, struct db_tx *tx)
{
	AUTO(word_reader_fini) struct word_reader reader;

	word_reader_init(&reader, S(""));
	return upgrade_all(ctx, tx, add_words, &reader);
}
