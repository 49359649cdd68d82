/* domain/knowledge_base.c: content goes in whole, and a base leaves without a trace.
 *
 * What takes time (reading, cutting, embedding) happens before the write; the transaction only
 * inserts, so that others do not wait and nobody sees half a base.
 */
#include "domain/knowledge_base.h"

#include "base/clock.h"
#include "base/id.h"
#include "domain/provider.h"
#include "knowledge/answer.h"
#include "knowledge/embedder.h"
#include "knowledge/ingest.h"
#include "store/agents.h"

/* -- content going in ---------------------------------------------------------------------------- */

static enum err refuse_pages(struct ctx *ctx, const struct list *urls)
{
	const struct path_step *path = path_name(ctx, NULL, "urls");

	for (size_t i = 0; i < urls->n; i++)
		issue_add(ctx, path_index(ctx, path, i), "ingest_failed",
			  "web pages cannot be read by this version yet");
	return fail(ctx, ERR_INVALID, "web pages cannot be read by this version yet; nothing was stored");
}

static enum err prepare(struct ctx *ctx, const struct material *material, struct ingest *out)
{
	const struct path_step *path = path_name(ctx, NULL, "content");
	const struct list *texts = &material->texts;
	struct ingest_source *sources;

	if (material->urls.n)
		return refuse_pages(ctx, &material->urls);
	/* Cutting and embedding take a while; a snapshot held meanwhile would hold up the store's log. */
	db_snapshot_end(ctx);
	sources = arena_array(ctx->mem, texts->n, sizeof(*sources));
	for (size_t i = 0; i < texts->n; i++)
		sources[i] = (struct ingest_source){ .kind = "text", .text = *LIST_AT(*texts, struct str, i),
						     .path = path_index(ctx, path, i) };
	return ingest_prepare(ctx, sources, texts->n, out);
}

struct intake {
	struct knowledge_base *kb;           /* to be created or filled; its id is set */
	struct ingest content;
};

static enum err create_base(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct intake *in = arg;

	TRY(knowledge_bases_insert(ctx, tx, in->kb));
	TRY(ingest_store(ctx, tx, in->kb->id, &in->content));
	return knowledge_bases_by_id(ctx, in->kb->workspace_id, in->kb->id, in->kb);
}

enum err knowledge_base_create(struct ctx *ctx, const struct knowledge_base_draft *draft, struct knowledge_base *out)
{
	struct intake in = { .kb = out };

	TRY(prepare(ctx, &draft->material, &in.content));
	*out = (struct knowledge_base){
		.id = uuid_new(ctx->mem), .workspace_id = ctx->actor.workspace_id, .title = draft->title,
		.description = draft->description, .type = draft->type, .created_by = ctx->actor.user_id,
		.size = in.content.size,
	};
	out->created_at = out->updated_at = now_us();
	return db_write(ctx, create_base, &in);
}

static enum err fill_base(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct intake *in = arg;
	struct knowledge_base *kb = in->kb;

	TRY(knowledge_bases_grow(ctx, tx, kb->workspace_id, kb->id, &in->content.size, now_us()));
	TRY(ingest_store(ctx, tx, kb->id, &in->content));
	return knowledge_bases_by_id(ctx, kb->workspace_id, kb->id, kb);
}

enum err knowledge_base_append(struct ctx *ctx, struct str id, const struct material *material,
			       struct knowledge_base *out)
{
	struct intake in = { .kb = out };

	/* Looked up first: a base that does not exist is the first thing to be told. */
	TRY(knowledge_base_get(ctx, id, out));
	TRY(prepare(ctx, material, &in.content));
	return db_write(ctx, fill_base, &in);
}

/* -- reading and changing ------------------------------------------------------------------------ */

enum err knowledge_base_get(struct ctx *ctx, struct str id, struct knowledge_base *out)
{
	return knowledge_bases_by_id(ctx, ctx->actor.workspace_id, id, out);
}

enum err knowledge_base_list(struct ctx *ctx, const struct knowledge_base_filter *filter, struct list *out,
			     int64_t *total)
{
	TRY(db_snapshot_begin(ctx));
	return knowledge_bases_list(ctx, ctx->actor.workspace_id, filter, out, total);
}

enum err knowledge_base_list_all(struct ctx *ctx, struct list *out)
{
	return knowledge_bases_all(ctx, ctx->actor.workspace_id, out);
}

struct update {
	struct str id;
	const struct json *body;
	struct knowledge_base *out;
};

static enum err update_base(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct update *u = arg;

	TRY(knowledge_base_get(ctx, u->id, u->out));
	if (u->body->n_members == 0)
		return OK;
	TRY(schema_read(ctx, &knowledge_base_schema, u->body, READ_UPDATE, u->out));
	u->out->updated_at = now_us();
	return knowledge_bases_update(ctx, tx, u->out);
}

enum err knowledge_base_update(struct ctx *ctx, struct str id, const struct json *body, struct knowledge_base *out)
{
	struct update u = { id, body, out };

	return db_write(ctx, update_base, &u);
}

/* -- deleting ------------------------------------------------------------------------------------ */

/* Takes the base off an agent's list; false: it was not on it. */
static bool forget_base(struct agent *a, struct str id)
{
	struct list *bases = &a->capabilities.knowledge_bases;
	size_t kept = 0;

	for (size_t i = 0; i < bases->n; i++)
		if (!str_eq(LIST_AT(*bases, struct knowledge_base_reference, i)->id, id))
			*LIST_AT(*bases, struct knowledge_base_reference, kept++) =
				*LIST_AT(*bases, struct knowledge_base_reference, i);
	if (kept == bases->n)
		return false;
	bases->n = kept;
	return true;
}

/* What an agent can do is less afterwards, so it counts as updated. */
static enum err detach_agents(struct ctx *ctx, struct db_tx *tx, struct str id)
{
	struct list agents;
	int64_t now = now_us();

	TRY(agents_using(ctx, ctx->actor.workspace_id, id, &agents));
	for (size_t i = 0; i < agents.n; i++) {
		struct agent *a = LIST_AT(agents, struct agent, i);

		/* Its prompt may mention the id and nothing else. */
		if (!forget_base(a, id))
			continue;
		a->updated_at = now;
		TRY(agents_update(ctx, tx, a));
	}
	return OK;
}

static enum err delete_base(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct str *id = arg;

	TRY(knowledge_bases_delete(ctx, tx, ctx->actor.workspace_id, *id));
	return detach_agents(ctx, tx, *id);
}

enum err knowledge_base_delete(struct ctx *ctx, struct str id)
{
	return db_write(ctx, delete_base, &id);
}

/* -- searching and asking ------------------------------------------------------------------------ */

static enum err require(struct ctx *ctx, struct str id)
{
	bool there;

	TRY(knowledge_bases_exist(ctx, ctx->actor.workspace_id, id, &there));
	return there ? OK : fail(ctx, ERR_NOT_FOUND, "no such knowledge base");
}

enum err knowledge_base_search(struct ctx *ctx, struct search *search, struct list *out)
{
	search->workspace_id = ctx->actor.workspace_id;
	TRY(db_snapshot_begin(ctx));
	for (size_t i = 0; !search->everywhere && i < search->knowledge_base_ids.n; i++)
		TRY(require(ctx, *LIST_AT(search->knowledge_base_ids, struct str, i)));
	return knowledge_search(ctx, search, out);
}

static enum err refuse_model(struct ctx *ctx, const char *why)
{
	issue_add(ctx, path_name(ctx, path_name(ctx, NULL, "options"), "model"), "not_configured", "%s", why);
	return fail(ctx, ERR_INVALID, "%s", why);
}

/* Given fields override the server's default. */
static enum err check_model(struct ctx *ctx, const struct model_config *given)
{
	struct str provider = given && given->provider.p ? given->provider : S(BUILTIN_PROVIDER);
	struct str model = given && given->model.p ? given->model : S(BUILTIN_MODEL);
	bool connected;

	TRY(provider_has_model(ctx, ctx->actor.workspace_id, provider, model, &connected));
	if (!connected)
		return refuse_model(ctx, "the model is not connected in this workspace");
	if (!str_is(provider, BUILTIN_PROVIDER) || !str_is(model, BUILTIN_MODEL))
		return refuse_model(ctx, "this version of the server can only answer with " BUILTIN_MODEL);
	return OK;
}

/* A model's own limit lowers the answer's, and never raises it. */
static int64_t token_cap(const struct knowledge_question *q)
{
	if (q->model && q->model->max_tokens > 0 && q->model->max_tokens < q->max_answer_tokens)
		return q->model->max_tokens;
	return q->max_answer_tokens;
}

static void fill_answer(const struct knowledge_question *q, const struct list *hits, const struct answer *answer,
			struct knowledge_answer *out)
{
	out->question = q->text;
	out->answer = answer->text;
	out->citations = *hits;
	out->usage.embedding_tokens = embedding_tokens(q->text);
	out->usage.prompt_tokens = answer->prompt_tokens;
	out->usage.completion_tokens = answer->completion_tokens;
	out->usage.total_tokens = answer->prompt_tokens + answer->completion_tokens;
	out->usage.embedding_model = str_of(embedder_info()->model);
	out->usage.model = S(BUILTIN_MODEL);
}

enum err knowledge_base_ask(struct ctx *ctx, struct str id, const struct knowledge_question *q,
			    struct knowledge_answer *out)
{
	struct search search = { .text = q->text, .knowledge_base_ids = { &id, 1 }, .top_k = q->top_k,
				 .min_similarity = q->min_similarity };
	struct answer answer;
	struct list hits;

	TRY(db_snapshot_begin(ctx));
	TRY(require(ctx, id));
	TRY(check_model(ctx, q->model));
	TRY(knowledge_base_search(ctx, &search, &hits));
	knowledge_answer(ctx->mem, q->text, &hits, token_cap(q), &answer);
	fill_answer(q, &hits, &answer, out);
	return OK;
}

/* -- looking inside ------------------------------------------------------------------------------ */

/* Content comes and goes in one piece, so that "processing" is never seen but while a change of
 * embedding model is under way. */
static struct str status_of(const struct kb_counts *counts)
{
	if (counts->chunks == 0)
		return S("empty");
	return counts->vectors == counts->chunks ? S("ready") : S("processing");
}

enum err knowledge_base_status(struct ctx *ctx, struct str id, struct knowledge_base_status *out)
{
	struct knowledge_base kb;
	struct kb_counts counts;

	TRY(db_snapshot_begin(ctx));
	TRY(knowledge_base_get(ctx, id, &kb));
	TRY(contents_count(ctx, kb.workspace_id, id, &counts));
	*out = (struct knowledge_base_status){
		.knowledge_base_id = kb.id, .status = status_of(&counts), .contents = counts.contents,
		.chunks = counts.chunks, .embedded = counts.vectors, .updated_at = kb.updated_at,
	};
	return OK;
}

enum err knowledge_base_embeddings(struct ctx *ctx, struct str id, int64_t limit, int64_t offset, struct list *out,
				   int64_t *total)
{
	struct kb_counts counts;

	TRY(db_snapshot_begin(ctx));
	TRY(require(ctx, id));
	TRY(contents_count(ctx, ctx->actor.workspace_id, id, &counts));
	*total = counts.vectors;
	return chunks_page(ctx, ctx->actor.workspace_id, id, limit, offset, out);
}
