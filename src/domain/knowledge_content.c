/* domain/knowledge_content.c: an item leaves at once, the base's totals with it, and its rows later. */
#include "domain/knowledge_content.h"

#include "base/clock.h"
#include "domain/audit.h"
#include "store/knowledge_bases.h"

enum err knowledge_content_list(struct ctx *ctx, struct str knowledge_base_id, int64_t limit, int64_t offset,
				struct list *out, int64_t *total)
{
	struct knowledge_base kb;

	TRY(db_snapshot_begin(ctx));
	/* An empty list would hide that there is no such base. */
	TRY(knowledge_bases_by_id(ctx, ctx->actor.workspace_id, knowledge_base_id, &kb));
	return contents_page(ctx, kb.workspace_id, kb.id, limit, offset, out, total);
}

enum err knowledge_content_get(struct ctx *ctx, struct str knowledge_base_id, struct str id, int64_t limit,
			       int64_t offset, struct kb_content *out, struct list *chunks)
{
	TRY(db_snapshot_begin(ctx));
	TRY(contents_by_id(ctx, ctx->actor.workspace_id, knowledge_base_id, id, out));
	return chunks_of_content(ctx, out, limit, offset, chunks);
}

/* -- deleting ------------------------------------------------------------------------------------ */

struct removal {
	struct str knowledge_base_id, id;
};

/* What the base's totals count it for. */
static struct content_size size_of(const struct kb_content *c)
{
	return (struct content_size){
		.bytes = c->bytes, .words = c->words, .chunks = c->chunks,
		.files = str_is(c->source, "file"), .pages = str_is(c->source, "website"),
	};
}

static enum err remove_content(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct removal *r = arg;
	struct kb_content content;
	struct content_size size;

	TRY(contents_by_id(ctx, ctx->actor.workspace_id, r->knowledge_base_id, r->id, &content));
	size = size_of(&content);
	TRY(contents_delete(ctx, tx, content.workspace_id, r->knowledge_base_id, r->id));
	TRY(audit_add(ctx, tx, &(struct audit){
		.kind = "knowledge_base.content_deleted", .target_type = "knowledge_base",
		.target_id = r->knowledge_base_id, .payload = AUDIT_PAYLOAD({ S("contentId"), AUDIT_TEXT(r->id) }) }));
	return knowledge_bases_shrink(ctx, tx, content.workspace_id, r->knowledge_base_id, &size, now_us());
}

enum err knowledge_content_delete(struct ctx *ctx, struct str knowledge_base_id, struct str id)
{
	struct removal r = { knowledge_base_id, id };

	return db_write(ctx, remove_content, &r);
}

/* -- vectors ------------------------------------------------------------------------------------- */

enum err knowledge_content_vectors(struct ctx *ctx, struct list *chunks)
{
	for (size_t i = 0; i < chunks->n; i++)
		TRY(chunks_read_vector(ctx, LIST_AT(*chunks, struct kb_chunk, i)));
	return OK;
}
