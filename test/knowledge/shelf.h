/* test/knowledge/shelf.h: knowledge bases with texts in them. */
#ifndef TEST_KNOWLEDGE_SHELF_H
#define TEST_KNOWLEDGE_SHELF_H

#include "../store/workspace.h"
#include "knowledge/ingest.h"
#include "knowledge/sweep.h"

enum { SHELF_TEXTS = 8 };

struct shelf {
	struct knowledge_base base;
	struct ingest content;
};

static inline enum err shelve(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct shelf *s = arg;

	TRY(knowledge_bases_insert(ctx, tx, &s->base));
	return ingest_store(ctx, tx, s->base.id, &s->content);
}

/* A row to be, of the actor's workspace. */
static inline struct knowledge_base new_base(struct rig *r, struct str title)
{
	return (struct knowledge_base){
		.id = uuid_new(&r->mem), .workspace_id = r->ctx.actor.workspace_id, .title = title, .type = S("text"),
		.created_by = r->ctx.actor.user_id, .created_at = 1, .updated_at = 1,
	};
}

/* A base of the actor's workspace that holds the texts, of which the first NULL is the end; returns its id. */
static inline struct str add_base(struct rig *r, const char *title, const char *const texts[static SHELF_TEXTS])
{
	struct document_part parts[SHELF_TEXTS] = {0};
	struct ingest_source sources[SHELF_TEXTS];
	struct shelf s = { .base = new_base(r, str_of(title)) };
	size_t n = 0;

	for (; n < SHELF_TEXTS && texts[n]; n++) {
		parts[n].text = str_of(texts[n]);
		sources[n] = (struct ingest_source){ .kind = "text", .document = { .parts = { &parts[n], 1 } } };
	}
	assert_int_equal(ingest_prepare(&r->ctx, &embedding_builtin, sources, n, NULL, &s.content), OK);
	s.base.size = s.content.size;
	assert_int_equal(db_write(&r->ctx, shelve, &s), OK);
	ingest_fini(&s.content);
	return s.base.id;
}

static inline int64_t shelf_count(struct rig *r, const struct sql *sql)
{
	AUTO(stmt_done) struct stmt s = {0};
	bool row;

	db_snapshot_end(&r->ctx);
	assert_int_equal(stmt_read(&r->ctx, sql, &s), OK);
	assert_int_equal(stmt_step(&r->ctx, &s, &row), OK);
	assert_true(row);
	return col_int(&s);
}

/* All rows that have to do with knowledge, but for the bases' own. */
static inline int64_t shelf_rows(struct rig *r)
{
	static const struct sql ROWS = { "test.rows",
		"SELECT (SELECT count(*) FROM kb_content) + (SELECT count(*) FROM kb_chunk) + (SELECT count(*) FROM kb_vector) "
		"+ (SELECT count(*) FROM kb_word) + (SELECT count(*) FROM kb_lexicon)" };

	return shelf_count(r, &ROWS);
}

#define TEXTS(...) ((const char *const[SHELF_TEXTS]){ __VA_ARGS__ })

#endif
