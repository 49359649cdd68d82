/* domain/knowledge_base.c: content goes in whole, and a base leaves without a trace.
 *
 * What takes time (reading, cutting, embedding) happens before the first write, and what is much is written in
 * steps that nobody sees; so others do not wait, and nobody sees half a base. One that is deleted is gone at
 * once, and its rows follow in steps (knowledge/sweep.h).
 */
#include "domain/knowledge_base.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "domain/audit.h"
#include "domain/embedding.h"
#include "domain/model_access.h"
#include "domain/provider.h"
#include "knowledge/answer.h"
#include "knowledge/ingest.h"
#include "store/agents.h"

#define TARGET(id_) .target_type = "knowledge_base", .target_id = (id_)

/* How often to begin again when the embedding model has changed between embedding and use. */
enum { ATTEMPTS = 3 };

/* -- content going in ---------------------------------------------------------------------------- */

struct intake {
	const struct material *material;
	const struct progress *progress;
	struct knowledge_base *kb;           /* to be created or filled; its id is set */
	struct ingest content;
};

static void intake_fini(struct intake *in)
{
	ingest_fini(&in->content);
}

/* Prepares what the sources hold with the model of this moment, and has it stored. */
static enum err prepare_and_store(struct ctx *ctx, const struct list *sources, struct intake *in, db_work *store)
{
	AUTO(embedding_close) struct embedding_model model = {0};
	enum err e;

	TRY(embedding_current(ctx, &model));
	/* With the same model again, a conflict would be the same again. */
	if (model.id == in->content.embedder_id)
		return ERR_CONFLICT;
	/* Embedding takes a while; a snapshot held meanwhile would hold up the store's log. */
	db_snapshot_end(ctx);
	ingest_fini(&in->content);
	TRY(ingest_prepare(ctx, &model, sources->items, sources->n, in->progress, &in->content));
	e = ingest_stage(ctx, in->kb->id, in->progress, &in->content);
	if (e == OK)
		e = db_write(ctx, store, in);
	if (e != OK)
		ingest_give_up(ctx, &in->content);
	return e;
}

static enum err take_in(struct ctx *ctx, struct intake *in, db_work *store)
{
	enum err e = ERR_CONFLICT;
	struct list sources;

	db_snapshot_end(ctx);
	TRY(knowledge_gather(ctx, in->material, in->progress, &sources));
	for (int i = 0; e == ERR_CONFLICT && i < ATTEMPTS; i++)
		e = prepare_and_store(ctx, &sources, in, store);
	return e;
}

static enum err create_base(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct intake *in = arg;

	in->kb->size = in->content.size;
	in->kb->created_at = in->kb->updated_at = now_us();
	TRY(knowledge_bases_insert(ctx, tx, in->kb));
	TRY(audit_add(ctx, tx, &(struct audit){ .kind = "knowledge_base.created", TARGET(in->kb->id) }));
	TRY(ingest_store(ctx, tx, in->kb->id, &in->content));
	return knowledge_bases_by_id(ctx, in->kb->workspace_id, in->kb->id, in->kb);
}

enum err knowledge_base_create(struct ctx *ctx, const struct knowledge_base_draft *draft,
			       const struct progress *progress, struct knowledge_base *out)
{
	AUTO(intake_fini) struct intake in = { .material = &draft->material, .progress = progress, .kb = out };

	*out = (struct knowledge_base){
		.id = uuid_new(ctx->mem), .workspace_id = ctx->actor.workspace_id, .title = draft->title,
		.description = draft->description, .type = draft->type, .created_by = ctx->actor.user_id,
	};
	return take_in(ctx, &in, create_base);
}

static enum err fill_base(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct intake *in = arg;
	struct knowledge_base *kb = in->kb;

	TRY(knowledge_bases_grow(ctx, tx, kb->workspace_id, kb->id, &in->content.size, now_us()));
	TRY(ingest_store(ctx, tx, kb->id, &in->content));
	TRY(audit_add(ctx, tx, &(struct audit){ .kind = "knowledge_base.content_added", TARGET(kb->id) }));
	return knowledge_bases_by_id(ctx, kb->workspace_id, kb->id, kb);
}

enum err knowledge_base_append(struct ctx *ctx, struct str id, const struct material *material,
			       const struct progress *progress, struct knowledge_base *out)
{
	AUTO(intake_fini) struct intake in = { .material = material, .progress = progress, .kb = out };

	/* Looked up first: a base that does not exist is the first thing to be told. */
	TRY(knowledge_base_get(ctx, id, out));
	return take_in(ctx, &in, fill_base);
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
	TRY(knowledge_bases_update(ctx, tx, u->out));
	return audit_add(ctx, tx, &(struct audit){ .kind = "knowledge_base.updated", TARGET(u->out->id) });
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
	TRY(audit_add(ctx, tx, &(struct audit){ .kind = "knowledge_base.deleted", TARGET(*id) }));
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

static enum err search_once(struct ctx *ctx, struct search *search, struct search_result *out)
{
	AUTO(embedding_close) struct embedding_model model = {0};

	TRY(db_snapshot_begin(ctx));
	TRY(embedding_current(ctx, &model));
	for (size_t i = 0; !search->everywhere && i < search->knowledge_base_ids.n; i++)
		TRY(require(ctx, *LIST_AT(search->knowledge_base_ids, struct str, i)));
	search->model = &model;
	out->embedding_model = model.name;
	return knowledge_search(ctx, search, &out->hits, &out->embedding_tokens);
}

enum err knowledge_base_search(struct ctx *ctx, struct search *search, struct search_result *out)
{
	enum err e = ERR_CONFLICT;

	search->workspace_id = ctx->actor.workspace_id;
	for (int i = 0; e == ERR_CONFLICT && i < ATTEMPTS; i++)
		e = search_once(ctx, search, out);
	search->model = NULL;
	return e;
}

static enum err refuse_model(struct ctx *ctx, const char *why)
{
	issue_add(ctx, path_name(ctx, path_name(ctx, NULL, "options"), "model"), "not_configured", "%s", why);
	return fail(ctx, ERR_INVALID, "%s", why);
}

/* A model's own limit lowers the answer's, and never raises it. */
static int64_t token_cap(const struct knowledge_question *q)
{
	if (q->model && q->model->max_tokens > 0 && q->model->max_tokens < q->max_answer_tokens)
		return q->model->max_tokens;
	return q->max_answer_tokens;
}

/* Given fields override the server's default. Zero is what was not sent, too: for a temperature that is the
 * server's choice, for top_p it says nothing. */
static struct model_choice model_of(const struct knowledge_question *q)
{
	static const struct model_config NOTHING = {0};
	const struct model_config *given = q->model ? q->model : &NOTHING;

	return (struct model_choice){
		.provider = given->provider.p ? given->provider : S(BUILTIN_PROVIDER),
		.model = given->model.p ? given->model : S(BUILTIN_MODEL),
		.max_tokens = token_cap(q), .temperature = given->temperature,
		.top_p = given->top_p > 0 ? given->top_p : 1,
		.frequency_penalty = given->frequency_penalty, .presence_penalty = given->presence_penalty,
	};
}

static enum err reach_model(struct ctx *ctx, struct model_choice *model)
{
	bool connected;

	TRY(provider_has_model(ctx, ctx->actor.workspace_id, model->provider, model->model, &connected));
	if (connected)
		TRY(model_access(ctx, ctx->actor.workspace_id, model));
	if (!connected || (!model->base_url.p && !model_is_builtin(model)))
		return refuse_model(ctx, "the model is not connected in this workspace");
	return OK;
}

/* Which of them failed, and why, is the operator's business. */
static enum err answer_from(struct ctx *ctx, const struct model_choice *model, struct str question,
			    const struct list *hits, struct answer *out)
{
	enum err e;

	/* A reply may take a while; see prepare_and_store. */
	db_snapshot_end(ctx);
	e = knowledge_answer(ctx, model, question, hits, out);
	if (e == OK || e == ERR_GONE)
		return e;
	log_warn("knowledge.answer", kv_s("provider", model->provider), kv_s("model", model->model),
		 kv_z("why", ctx->why));
	return fail(ctx, ERR_INTERNAL, "the model that was to answer failed");
}

static void fill_answer(const struct knowledge_question *q, const struct search_result *found,
			const struct model_choice *model, const struct answer *answer, struct knowledge_answer *out)
{
	out->question = q->text;
	out->answer = answer->text;
	out->citations = found->hits;
	out->usage.embedding_tokens = found->embedding_tokens;
	out->usage.prompt_tokens = answer->prompt_tokens;
	out->usage.completion_tokens = answer->completion_tokens;
	out->usage.total_tokens = answer->prompt_tokens + answer->completion_tokens;
	out->usage.embedding_model = found->embedding_model;
	out->usage.model = model->model;
}

enum err knowledge_base_ask(struct ctx *ctx, struct str id, const struct knowledge_question *q,
			    struct knowledge_answer *out)
{
	AUTO(model_access_end) struct model_choice model = model_of(q);
	struct search search = { .text = q->text, .knowledge_base_ids = { &id, 1 }, .top_k = q->top_k,
				 .min_similarity = q->min_similarity };
	struct search_result found;
	struct answer answer;

	TRY(db_snapshot_begin(ctx));
	TRY(require(ctx, id));
	TRY(reach_model(ctx, &model));
	TRY(knowledge_base_search(ctx, &search, &found));
	TRY(answer_from(ctx, &model, q->text, &found.hits, &answer));
	fill_answer(q, &found, &model, &answer, out);
	return OK;
}

/* -- looking inside ------------------------------------------------------------------------------ */

/* Content comes and goes in one piece, so that "processing" and "failed" are never seen but while a
 * change of embedding model is under way. */
static struct str status_of(const struct kb_counts *counts, const struct embedding_goal *goal)
{
	if (counts->chunks == 0)
		return S("empty");
	if (counts->vectors == counts->chunks)
		return S("ready");
	return goal->error.p ? S("failed") : S("processing");
}

enum err knowledge_base_status(struct ctx *ctx, struct str id, struct knowledge_base_status *out)
{
	struct embedding_goal goal;
	struct knowledge_base kb;
	struct kb_counts counts;

	TRY(db_snapshot_begin(ctx));
	TRY(knowledge_base_get(ctx, id, &kb));
	TRY(embedding_goal(ctx, &goal));
	TRY(contents_count(ctx, kb.workspace_id, id, goal.embedder_id, &counts));
	*out = (struct knowledge_base_status){
		.knowledge_base_id = kb.id, .status = status_of(&counts, &goal), .contents = counts.contents,
		.chunks = counts.chunks, .embedded = counts.vectors, .updated_at = kb.updated_at,
	};
	if (str_is(out->status, "failed"))
		out->error = goal.error;
	return OK;
}

enum err knowledge_base_embeddings(struct ctx *ctx, struct str id, int64_t limit, int64_t offset, struct list *out,
				   int64_t *total)
{
	AUTO(embedding_close) struct embedding_model model = {0};
	struct kb_counts counts;

	TRY(db_snapshot_begin(ctx));
	TRY(require(ctx, id));
	TRY(embedding_current(ctx, &model));
	TRY(contents_count(ctx, ctx->actor.workspace_id, id, model.id, &counts));
	*total = counts.vectors;
	return chunks_page(ctx, ctx->actor.workspace_id, id, model.id, limit, offset, out);
}
