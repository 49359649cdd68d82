/* store/kb_hidden.c: SQL of contents on their way in or out.
 *
 * Words leave before the content, which they refer to by its first_seq; chunks take their vectors with them by
 * foreign key. The last content of a deleted base takes the base's lexicon with it.
 */
#include "store/kb_hidden.h"

#include "store/rows.h"

enum { SHOW, GIVE_UP, LEAVING, CLAIM, WORDS, CHUNKS, CONTENT, LEXICON };

#define IS_LEAVING "knowledge_base_id IS NULL AND (staged_until IS NULL OR staged_until <= $1)"

static const struct sql SQL[] = {
	[SHOW] = { "hidden.show",
		"UPDATE kb_content SET knowledge_base_id = $2, staged_until = NULL, "
		"arrived = (SELECT revision FROM knowledge_base WHERE workspace_id = $1 AND id = $2) "
		"WHERE workspace_id = $1 AND id = $3 AND knowledge_base_id IS NULL AND staged_until IS NOT NULL" },
	[GIVE_UP] = { "hidden.give_up",
		"UPDATE kb_content SET staged_until = NULL "
		"WHERE workspace_id = $1 AND id = $2 AND knowledge_base_id IS NULL" },
	[LEAVING] = { "hidden.leaving",
		"SELECT id, first_seq, lexicon_id FROM kb_content WHERE " IS_LEAVING " LIMIT 1" },
	[CLAIM] = { "hidden.claim",
		"UPDATE kb_content SET staged_until = NULL WHERE id = $1 AND staged_until IS NOT NULL" },
	[WORDS] = { "hidden.erase_words",
		"DELETE FROM kb_word WHERE first_seq = $1 AND bucket IN "
		"(SELECT bucket FROM kb_word WHERE first_seq = $1 ORDER BY bucket LIMIT $2)" },
	[CHUNKS] = { "hidden.erase_chunks",
		"DELETE FROM kb_chunk WHERE seq IN "
		"(SELECT seq FROM kb_chunk WHERE content_id = $1 ORDER BY chunk_index LIMIT $2)" },
	[CONTENT] = { "hidden.erase", "DELETE FROM kb_content WHERE id = $1" },
	[LEXICON] = { "hidden.erase_lexicon",
		"DELETE FROM kb_lexicon WHERE id = $1 "
		"AND NOT EXISTS (SELECT 1 FROM kb_content c WHERE c.lexicon_id = $1) "
		"AND NOT EXISTS (SELECT 1 FROM knowledge_base b WHERE b.id = kb_lexicon.knowledge_base_id)" },
};

/* -- in ------------------------------------------------------------------------------------------ */

enum err contents_show(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str knowledge_base_id,
		       struct str id)
{
	AUTO(stmt_done) struct stmt s = {0};
	int64_t changed;

	TRY(stmt_write(ctx, tx, &SQL[SHOW], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, knowledge_base_id);
	bind_str(&s, id);
	TRY(stmt_run(ctx, &s, &changed));
	return changed ? OK : fail(ctx, ERR_CONFLICT, "storing this content took too long; nothing of it was kept");
}

enum err contents_give_up(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[GIVE_UP], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, id);
	return stmt_run(ctx, &s, NULL);
}

/* -- out ----------------------------------------------------------------------------------------- */

struct leaving {
	struct str id;
	int64_t first_seq, lexicon_id;       /* 0: it has none */
};

/* Some one; *there false: there is none. */
static enum err next_leaving(struct ctx *ctx, int64_t now, bool *there, struct leaving *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[LEAVING], &s));
	bind_int(&s, now);
	TRY(stmt_step(ctx, &s, there));
	if (!*there)
		return OK;
	out->id = col_str(ctx, &s);
	out->first_seq = col_int(&s);
	out->lexicon_id = col_int(&s);
	return OK;
}

enum err contents_leaving(struct ctx *ctx, int64_t now, bool *out)
{
	struct leaving content;

	return next_leaving(ctx, now, out, &content);
}

static enum err run_by_id(struct ctx *ctx, struct db_tx *tx, int statement, struct str id)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[statement], &s));
	bind_str(&s, id);
	return stmt_run(ctx, &s, NULL);
}

/* These take from *n what they have erased. */
static enum err erase_words(struct ctx *ctx, struct db_tx *tx, int64_t first_seq, int64_t *n)
{
	AUTO(stmt_done) struct stmt s = {0};
	int64_t changed;

	TRY(stmt_write(ctx, tx, &SQL[WORDS], &s));
	bind_int(&s, first_seq);
	bind_int(&s, *n);
	TRY(stmt_run(ctx, &s, &changed));
	*n -= changed;
	return OK;
}

static enum err erase_chunks(struct ctx *ctx, struct db_tx *tx, struct str content_id, int64_t *n)
{
	enum { COUNTS_FOR = 4 };             /* as many rows of words */
	AUTO(stmt_done) struct stmt s = {0};
	int64_t changed;

	TRY(stmt_write(ctx, tx, &SQL[CHUNKS], &s));
	bind_str(&s, content_id);
	bind_int(&s, (*n + COUNTS_FOR - 1) / COUNTS_FOR);
	TRY(stmt_run(ctx, &s, &changed));
	*n -= COUNTS_FOR * changed;
	return OK;
}

static enum err erase_lexicon(struct ctx *ctx, struct db_tx *tx, int64_t id)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[LEXICON], &s));
	bind_int(&s, id);
	return stmt_run(ctx, &s, NULL);
}

/* Its own row leaves when no other is left. */
static enum err erase_some(struct ctx *ctx, struct db_tx *tx, const struct leaving *content, int64_t *n)
{
	TRY(run_by_id(ctx, tx, CLAIM, content->id));
	if (content->first_seq)
		TRY(erase_words(ctx, tx, content->first_seq, n));
	if (*n > 0)
		TRY(erase_chunks(ctx, tx, content->id, n));
	if (*n <= 0)
		return OK;
	TRY(run_by_id(ctx, tx, CONTENT, content->id));
	--*n;
	return erase_lexicon(ctx, tx, content->lexicon_id);
}

enum err contents_erase(struct ctx *ctx, struct db_tx *tx, int64_t now, int64_t n)
{
	struct leaving content;
	bool there;

	while (n > 0) {
		TRY(next_leaving(ctx, now, &there, &content));
		if (!there)
			return OK;
		TRY(erase_some(ctx, tx, &content, &n));
	}
	return OK;
}
