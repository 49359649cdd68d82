/* api/search_routes.c: using knowledge bases (workspace contract 5.10 to 5.14): search, ask, look inside. */
#include "api/knowledge_params.h"
#include "api/routes.h"
#include "domain/knowledge_base.h"
#include "domain/knowledge_content.h"
#include "model/providers.h"

/* -- search -------------------------------------------------------------------------------------- */

struct search_body {
	struct search search;
	struct str mode;
	bool include_content, include_metadata;
};

static const char *const MODES[] = {
	[SEARCH_SEMANTIC] = "semantic", [SEARCH_KEYWORD] = "keyword", [SEARCH_HYBRID] = "hybrid", NULL,
};

static const struct field scope_fields[] = {
	{ F_STRS("knowledgeBaseIds", search_body, search.knowledge_base_ids), .max = 100, .item_min = 1,
	  .format = "uuid", .doc = "Left out: all of the workspace. An empty list searches nothing." },
};
static const struct field search_option_fields[] = {
	{ F_INT("topK", search_body, search.top_k), .min = 1, .max = SEARCH_TOP_MAX, .def = "10" },
	{ F_STR("mode", search_body, mode), .one_of = MODES, .def = "semantic",
	  .doc = "By meaning, by words, or by both rankings fused. An extension to the public contract." },
	{ F_NUM("minSimilarity", search_body, search.min_similarity), .max = 1, .def = "-1", .def_hidden = true,
	  .doc = "What is less similar is left out. Default: 0.5 in the mode semantic, else 0." },
	{ F_BOOL("includeContent", search_body, include_content), .def = "true" },
	{ F_BOOL("includeMetadata", search_body, include_metadata), .def = "true" },
};
static const struct schema scope_schema = SCHEMA(NULL, search_body, scope_fields);
static const struct schema search_options = SCHEMA(NULL, search_body, search_option_fields);

static const struct field search_body_fields[] = {
	{ F_STR("query", search_body, search.text), .required = true, .min = 1, .max = 2048, .not_blank = true },
	{ F_SAME("scope", &scope_schema) },
	{ F_SAME("options", &search_options) },
};
static const struct schema search_body = SCHEMA("Search", search_body, search_body_fields);

static const struct field hit_fields[] = {
	{ F_ID("chunkId", search_hit, chunk_id) },
	{ F_ID("knowledgeBaseId", search_hit, knowledge_base_id) },
	{ F_STR("knowledgeBaseTitle", search_hit, knowledge_base_title) },
	{ F_ID("contentId", search_hit, content_id) },
	{ F_STR("content", search_hit, content), .optional_reply = true, .doc = "The text of the chunk." },
	{ F_NUM("similarity", search_hit, similarity), .max = 1 },
	{ F_ANY("metadata", search_hit, metadata), .open = true, .optional_reply = true,
	  .doc = "chunkIndex, source, and what is known of the origin." },
};
static const struct schema hit_schema = SCHEMA("SearchHit", search_hit, hit_fields);

struct search_reply {
	struct str query;
	struct list results;
	int64_t embedding_tokens;
	struct str model;
};

static const struct field search_usage_fields[] = {
	{ F_INT("embeddingTokens", search_reply, embedding_tokens), .doc = "As the provider counted them, else an estimate." },
	{ F_STR("model", search_reply, model), .doc = "The embedding model." },
};
static const struct schema search_usage = SCHEMA(NULL, search_reply, search_usage_fields);

static const struct field search_reply_fields[] = {
	{ F_STR("query", search_reply, query) },
	{ F_LIST("results", search_reply, results, &hit_schema), .doc = "The most similar first." },
	{ F_SAME("usage", &search_usage) },
};
static const struct schema search_reply = SCHEMA("SearchResults", search_reply, search_reply_fields);

static void leave_out(const struct search_body *in, struct list *results)
{
	for (size_t i = 0; i < results->n; i++) {
		struct search_hit *hit = LIST_AT(*results, struct search_hit, i);

		if (!in->include_content)
			hit->content = (struct str){ NULL, 0 };
		if (!in->include_metadata)
			hit->metadata = NULL;
	}
}

static enum search_mode mode_named(struct str name)
{
	enum search_mode mode = SEARCH_SEMANTIC;

	while (!str_is(name, MODES[mode]))
		mode++;
	return mode;
}

static enum err run_search(struct ctx *ctx, const struct call *call, struct search search)
{
	const struct search_body *in = call->body;
	struct search_reply *out = call->out;
	struct search_result found;

	search.mode = mode_named(in->mode);
	TRY(knowledge_base_search(ctx, &search, &found));
	leave_out(in, &found.hits);
	*out = (struct search_reply){ search.text, found.hits, found.embedding_tokens, found.embedding_model };
	return OK;
}

static enum err do_search(struct ctx *ctx, struct call *call)
{
	struct search search = ((const struct search_body *)call->body)->search;

	search.everywhere = !search.knowledge_base_ids.items;
	return run_search(ctx, call, search);
}

/* The path is the scope; one in the body is accepted and ignored (5.11). */
static enum err do_search_one(struct ctx *ctx, struct call *call)
{
	struct search search = ((const struct search_body *)call->body)->search;
	struct str id = base_id_of(call);

	search.knowledge_base_ids = (struct list){ &id, 1 };
	return run_search(ctx, call, search);
}

/* -- ask ----------------------------------------------------------------------------------------- */

/* ModelConfig with nothing required and nothing filled in: what is not sent is the server's choice. */
static const struct field answer_model_fields[] = {
	{ F_STR("provider", model_config, provider), .one_of = provider_names },
	{ F_STR("model", model_config, model), .min = 1, .max = 255 },
	{ F_NUM("temperature", model_config, temperature), .max = 2 },
	{ F_INT("maxTokens", model_config, max_tokens), .min = 1,
	  .doc = "Lowers maxAnswerTokens, never raises it." },
	{ F_NUM("topP", model_config, top_p), .max = 1 },
	{ F_NUM("frequencyPenalty", model_config, frequency_penalty), .min = -2, .max = 2 },
	{ F_NUM("presencePenalty", model_config, presence_penalty), .min = -2, .max = 2 },
};
static const struct schema answer_model = SCHEMA("AnswerModel", model_config, answer_model_fields);

static const struct field question_option_fields[] = {
	{ F_INT("topK", knowledge_question, top_k), .min = 1, .max = 20, .def = "6" },
	{ F_NUM("minSimilarity", knowledge_question, min_similarity), .max = 1, .def = "0.5" },
	{ F_INT("maxAnswerTokens", knowledge_question, max_answer_tokens), .min = 1, .def = "500" },
	{ F_POINTER("model", knowledge_question, model, &answer_model),
	  .doc = "What is sent overrides the server's default." },
};
static const struct schema question_options = SCHEMA(NULL, knowledge_question, question_option_fields);

static const struct field question_fields[] = {
	{ F_STR("question", knowledge_question, text), .required = true, .min = 1, .max = 2048, .not_blank = true },
	{ F_SAME("options", &question_options) },
};
static const struct schema question_schema = SCHEMA("Question", knowledge_question, question_fields);

static const struct field answer_usage_fields[] = {
	{ F_INT("embeddingTokens", knowledge_answer, usage.embedding_tokens) },
	{ F_INT("promptTokens", knowledge_answer, usage.prompt_tokens) },
	{ F_INT("completionTokens", knowledge_answer, usage.completion_tokens) },
	{ F_INT("totalTokens", knowledge_answer, usage.total_tokens) },
	{ F_STR("embeddingModel", knowledge_answer, usage.embedding_model) },
	{ F_STR("model", knowledge_answer, usage.model), .doc = "The model that answered." },
};
static const struct schema answer_usage = SCHEMA(NULL, knowledge_answer, answer_usage_fields);

static const struct field answer_fields[] = {
	{ F_STR("question", knowledge_answer, question) },
	{ F_STR("answer", knowledge_answer, answer), .doc = "[n] in it is the n-th citation." },
	{ F_LIST("citations", knowledge_answer, citations, &hit_schema) },
	{ F_SAME("usage", &answer_usage) },
};
static const struct schema answer_schema = SCHEMA("Answer", knowledge_answer, answer_fields);

/* A model may think for a while. */
enum { ANSWER_S = 120 };

static enum err do_ask(struct ctx *ctx, struct call *call)
{
	return knowledge_base_ask(ctx, base_id_of(call), call->body, call->out);
}

/* -- look inside --------------------------------------------------------------------------------- */

static const struct field status_fields[] = {
	{ F_ID("knowledgeBaseId", knowledge_base_status, knowledge_base_id) },
	{ F_STR("status", knowledge_base_status, status), .doc = "empty, processing, ready or failed." },
	{ F_INT("contentCount", knowledge_base_status, contents) },
	{ F_INT("chunkCount", knowledge_base_status, chunks) },
	{ F_INT("embeddedChunkCount", knowledge_base_status, embedded) },
	{ F_STR("error", knowledge_base_status, error), .nullable = true },
	{ F_TIME("updatedAt", knowledge_base_status, updated_at) },
};
static const struct schema status_schema = SCHEMA("KnowledgeBaseStatus", knowledge_base_status, status_fields);

static enum err do_status(struct ctx *ctx, struct call *call)
{
	return knowledge_base_status(ctx, base_id_of(call), call->out);
}

struct embeddings_params {
	struct base_params base;
	int64_t limit, offset;
	bool include_vector;
};

static const struct field embeddings_params_fields[] = {
	{ F_ID("knowledgeBaseId", embeddings_params, base.id), .in = IN_PATH, .required = true },
	{ F_INT("limit", embeddings_params, limit), .in = IN_QUERY, .min = 1, .max = 500, .def = "100" },
	{ F_INT("offset", embeddings_params, offset), .in = IN_QUERY, .max = 1e15, .def = "0" },
	{ F_BOOL("includeVector", embeddings_params, include_vector), .in = IN_QUERY, .def = "false",
	  .doc = "Adds the vectors themselves. An extension to the public contract." },
};
static const struct schema embeddings_params = SCHEMA(NULL, embeddings_params, embeddings_params_fields);

struct embedding {
	struct str chunk_id, content_id;
	int64_t chunk_index;
	struct str content, model;
	int64_t dimensions;
	const struct json *metadata;
	int64_t created_at;
	struct list vector;
};

static const struct field embedding_fields[] = {
	{ F_ID("chunkId", embedding, chunk_id) },
	{ F_ID("contentId", embedding, content_id) },
	{ F_INT("chunkIndex", embedding, chunk_index) },
	{ F_STR("content", embedding, content) },
	{ F_STR("model", embedding, model) },
	{ F_INT("dimensions", embedding, dimensions) },
	{ F_ANY("metadata", embedding, metadata), .open = true },
	{ F_TIME("createdAt", embedding, created_at) },
	{ F_FLOATS("embedding", embedding, vector), .optional_reply = true, .doc = "With includeVector." },
};
static const struct schema embedding_schema = SCHEMA("ChunkEmbedding", embedding, embedding_fields);

struct embeddings_reply {
	struct list embeddings;
	int64_t total, limit, offset;
};

static const struct field slice_fields[] = {
	{ F_INT("total", embeddings_reply, total) },
	{ F_INT("limit", embeddings_reply, limit) },
	{ F_INT("offset", embeddings_reply, offset) },
};
static const struct schema slice_schema = SCHEMA(NULL, embeddings_reply, slice_fields);

static const struct field embeddings_reply_fields[] = {
	{ F_LIST("embeddings", embeddings_reply, embeddings, &embedding_schema) },
	{ F_SAME("pagination", &slice_schema) },
};
static const struct schema embeddings_reply = SCHEMA("ChunkEmbeddings", embeddings_reply, embeddings_reply_fields);

static enum err show_chunk(struct ctx *ctx, const struct kb_chunk *c, struct embedding *out)
{
	*out = (struct embedding){
		.chunk_id = c->id, .content_id = c->content_id, .chunk_index = c->index, .content = c->text,
		.model = c->model, .dimensions = (int64_t)c->dimensions, .created_at = c->created_at,
	};
	if (c->vector)
		out->vector = (struct list){ (float *)c->vector, c->dimensions };
	return json_parse(ctx, c->metadata, JSON_STRICT, &out->metadata);
}

static enum err do_embeddings(struct ctx *ctx, struct call *call)
{
	const struct embeddings_params *in = call->params;
	struct embeddings_reply *out = call->out;
	struct embedding *shown;
	struct list chunks;

	TRY(knowledge_base_embeddings(ctx, in->base.id, in->limit, in->offset, &chunks, &out->total));
	if (in->include_vector)
		TRY(knowledge_content_vectors(ctx, &chunks));
	shown = arena_array(ctx->mem, chunks.n, sizeof(*shown));
	for (size_t i = 0; i < chunks.n; i++)
		TRY(show_chunk(ctx, LIST_AT(chunks, struct kb_chunk, i), &shown[i]));
	out->embeddings = (struct list){ shown, chunks.n };
	out->limit = in->limit;
	out->offset = in->offset;
	return OK;
}

/* -- the rows ------------------------------------------------------------------------------------ */

static const struct status_text SEARCH_ANSWERS[] = {
	{ 409, "The embedding model was changed at every attempt." }, { 502, "A model failed." },
	{ 504, "A model took too long." }, { 0, NULL },
};

#define USE .contract = WORKSPACE_API, .role = ROLE_VIEWER, .tag = "Search", .not_found = "KNOWLEDGE_BASE_NOT_FOUND"
#define OF_BASE(rest) "/knowledge-bases/{knowledgeBaseId}/" rest, USE, .params = &base_params

const struct op search_ops[N_SEARCH_OPS] = {
	{ .id = "searchKnowledgeBases", .method = HTTP_POST, .path = "/knowledge-bases/search", USE,
	  .body = &search_body, .body_mode = READ_CREATE, .out = &search_reply, .run = do_search,
	  .also = SEARCH_ANSWERS, .summary = "Search all knowledge bases, or some" },
	{ .id = "searchKnowledgeBase", .method = HTTP_POST, .path = OF_BASE("search"), .body = &search_body,
	  .body_mode = READ_CREATE, .out = &search_reply, .run = do_search_one,
	  .also = SEARCH_ANSWERS, .summary = "Search one knowledge base",
	  .doc = "A scope in the body is accepted and ignored: the path is the scope." },
	{ .id = "queryKnowledgeBase", .method = HTTP_POST, .path = OF_BASE("query"), .body = &question_schema,
	  .body_mode = READ_CREATE, .out = &answer_schema, .run = do_ask, .deadline_s = ANSWER_S,
	  .also = SEARCH_ANSWERS, .summary = "Ask a knowledge base",
	  .doc = "Answers out of the passages that a search finds, and cites them." },
	{ .id = "getKnowledgeBaseStatus", .method = HTTP_GET, .path = OF_BASE("status"), .extra = true,
	  .out = &status_schema, .run = do_status, .summary = "Whether a knowledge base can be searched" },
	{ .id = "listKnowledgeBaseEmbeddings", .method = HTTP_GET,
	  .path = "/knowledge-bases/{knowledgeBaseId}/embeddings", USE, .params = &embeddings_params, .extra = true,
	  .out = &embeddings_reply, .run = do_embeddings,
	  .summary = "List a knowledge base's chunks and how they were embedded" },
};
