/* api/knowledge_routes.c: managing knowledge bases (workspace contract 5.3 to 5.8). */
#include "api/knowledge_params.h"
#include "api/routes.h"
#include "api/shapes.h"
#include "base/clock.h"
#include "domain/knowledge_base.h"

static const struct field base_params_fields[] = {
	{ F_ID("knowledgeBaseId", base_params, id), .in = IN_PATH, .required = true },
};
const struct schema base_params = SCHEMA(NULL, base_params, base_params_fields);

const struct status_text ingest_answers[] = {
	{ 409, "The embedding model was changed at every attempt; nothing was stored." },
	{ 504, "It took too long; nothing was stored." }, { 0, NULL },
};

/* -- create -------------------------------------------------------------------------------------- */

#define TITLE  F_STR("title", knowledge_base_draft, title), .required = true, .min = 1, .max = 255, .not_blank = true
#define ABOUT  F_STR("description", knowledge_base_draft, description), .max = 2000
#define TEXTS  .one_will_do = true, .min = 1, .max = 100, .item_min = 1, .item_max = 1000000, \
	       .doc = "A text, or several; each is one content item."
#define URLS   .min = 1, .max = 50, .item_min = 1, .item_max = 2048, .format = "uri", .unique = "", \
	       .doc = "Web pages to read; each is one content item."

static const struct field text_base_fields[] = {
	{ TITLE },
	{ ABOUT },
	{ F_STRS("content", knowledge_base_draft, material.texts), .required = true, TEXTS },
};
static const struct field website_base_fields[] = {
	{ TITLE },
	{ ABOUT },
	{ F_STRS("urls", knowledge_base_draft, material.urls), .required = true, URLS },
};
static const struct field files_base_fields[] = {
	{ TITLE },
	{ ABOUT },
};
static const struct schema text_base = SCHEMA(NULL, knowledge_base_draft, text_base_fields);
static const struct schema website_base = SCHEMA(NULL, knowledge_base_draft, website_base_fields);
static const struct schema files_base = SCHEMA(NULL, knowledge_base_draft, files_base_fields);
static const struct variant base_variants[] = {
	{ "text", &text_base }, { "website", &website_base }, { "files", &files_base },
};
static const struct schema draft_schema = UNION("KnowledgeBase", knowledge_base_draft, "type", base_variants);

static enum err do_create(struct ctx *ctx, struct call *call)
{
	return knowledge_base_create(ctx, call->body, call->progress, call->out);
}

/* -- append -------------------------------------------------------------------------------------- */

struct addition {
	struct str type;
	struct material material;
};

static const char *const ADDITION_TYPES[] = { "text", "website", NULL };

/* Not a union, since the type may be left out (5.8). */
static const struct field addition_fields[] = {
	{ F_STR("type", addition, type), .one_of = ADDITION_TYPES, .doc = "May be left out: what is sent tells it." },
	{ F_STRS("content", addition, material.texts), TEXTS },
	{ F_STRS("urls", addition, material.urls), URLS },
};
static const struct schema addition_schema = {
	.name = "KnowledgeBaseContent", .size = sizeof(struct addition), .fields = addition_fields,
	.n_fields = COUNT_OF(addition_fields), .doc = "Either content or urls.",
};

static enum err check_addition(struct ctx *ctx, const struct addition *a)
{
	bool texts = a->material.texts.n > 0, urls = a->material.urls.n > 0;

	if (texts == urls)
		issue_add(ctx, NULL, "invalid_union", "send either content or urls");
	else if (a->type.p && !str_is(a->type, texts ? "text" : "website"))
		issue_add(ctx, path_name(ctx, NULL, "type"), "invalid_union", "%s does not go with this type",
			  texts ? "content" : "urls");
	else
		return OK;
	return fail(ctx, ERR_INVALID, "Validation failed");
}

static enum err do_append(struct ctx *ctx, struct call *call)
{
	const struct addition *in = call->body;

	TRY(check_addition(ctx, in));
	return knowledge_base_append(ctx, base_id_of(call), &in->material, call->progress, call->out);
}

/* -- list ---------------------------------------------------------------------------------------- */

struct list_params {
	int64_t page, limit;
	struct str q, type, created_by, from, to, sort;
};

static const char *const SORTS[] = {
	SORTABLE(BASES_BY_CREATED, "createdAt"), SORTABLE(BASES_BY_UPDATED, "updatedAt"), SORTABLE(BASES_BY_TITLE, "title"),
	SORTABLE(BASES_BY_TYPE, "type"), NULL,
};

static const struct field list_params_fields[] = {
	{ F_INT("page", list_params, page), .in = IN_QUERY, .min = 1, .def = "1" },
	{ F_INT("limit", list_params, limit), .in = IN_QUERY, .min = 1, .max = 100, .def = "20" },
	{ F_STR("q", list_params, q), .in = IN_QUERY, .doc = "Part of the title or description, in any case." },
	{ F_STR("type", list_params, type), .in = IN_QUERY, .doc = "text, website or files." },
	{ F_ID("createdBy", list_params, created_by), .in = IN_QUERY },
	{ F_STR("from", list_params, from), .in = IN_QUERY, .format = "date-time",
	  .doc = "Created then or later. A date alone means its first moment, in UTC." },
	{ F_STR("to", list_params, to), .in = IN_QUERY, .format = "date-time",
	  .doc = "Created then or earlier. A date alone means its last moment, in UTC." },
	{ F_STR("sort", list_params, sort), .in = IN_QUERY, .one_of = SORTS, .def = NEWEST_FIRST },
};
static const struct schema list_params = SCHEMA(NULL, list_params, list_params_fields);

/* Replies show milliseconds, so `to` takes in the whole of its last one. */
static int64_t last_moment(int64_t us, bool date_only)
{
	const int64_t ms = US_PER_SECOND / 1000;

	if (date_only)
		return us + US_PER_DAY - 1;
	return us - (us % ms + ms) % ms + ms - 1;
}

static enum err parse_range(struct ctx *ctx, const struct list_params *in, struct knowledge_base_filter *filter)
{
	bool date_only;

	if (in->from.p)
		time_parse(in->from, &filter->from, NULL);
	if (in->to.p && time_parse(in->to, &filter->to, &date_only))
		filter->to = last_moment(filter->to, date_only);
	if (!in->from.p || !in->to.p || filter->from <= filter->to)
		return OK;
	issue_add(ctx, path_name(ctx, NULL, "from"), "too_big", "must not be later than 'to'");
	return fail(ctx, ERR_INVALID, "Validation failed");
}

static enum err do_list(struct ctx *ctx, struct call *call)
{
	const struct list_params *in = call->params;
	struct knowledge_base_filter filter = { .q = in->q, .type = in->type, .created_by = in->created_by,
						.limit = in->limit };
	size_t order;

	TRY(parse_range(ctx, in, &filter));
	sort_find(in->sort, SORTS, &order, &filter.descending);
	filter.order = (enum knowledge_base_order)order;
	call->page = (struct page){ .page = in->page, .limit = in->limit };
	filter.offset = page_offset(&call->page);
	return knowledge_base_list(ctx, &filter, &call->out_list, &call->page.total);
}

/* -- read, update, delete ------------------------------------------------------------------------ */

static enum err do_get(struct ctx *ctx, struct call *call)
{
	return knowledge_base_get(ctx, base_id_of(call), call->out);
}

static enum err do_update(struct ctx *ctx, struct call *call)
{
	return knowledge_base_update(ctx, base_id_of(call), call->json, call->out);
}

static enum err do_delete(struct ctx *ctx, struct call *call)
{
	TRY(knowledge_base_delete(ctx, base_id_of(call)));
	*(struct deleted *)call->out = (struct deleted){ base_id_of(call), true };
	return OK;
}

/* -- the rows ------------------------------------------------------------------------------------ */

#define BASES .contract = WORKSPACE_API, .role = ROLE_ADMIN, .tag = "Knowledge bases", .extra = true
#define OF_BASE BASES, .params = &base_params, .not_found = "KNOWLEDGE_BASE_NOT_FOUND"
#define INGESTS .status = 201, .creates = true, .streams = true, .deadline_s = INGEST_S, .also = ingest_answers
#define ONE_BASE "/knowledge-bases/{knowledgeBaseId}", OF_BASE

const struct op knowledge_ops[N_KNOWLEDGE_OPS] = {
	{ .id = "createKnowledgeBase", .method = HTTP_POST, .path = "/knowledge-bases", BASES, .body = &draft_schema,
	  .body_mode = READ_CREATE, .out = &knowledge_base_schema, INGESTS, .run = do_create,
	  .summary = "Create a knowledge base",
	  .doc = "From texts, from web pages, or empty, for files to come. All of it can be searched when the reply "
		 "arrives; if any part cannot be read, there is no knowledge base." },
	{ .id = "listKnowledgeBases", .method = HTTP_GET, .path = "/knowledge-bases", BASES, .params = &list_params,
	  .out = &knowledge_base_schema, .out_key = "knowledgeBases", .replies_list = true, .paged = true,
	  .run = do_list, .summary = "List the workspace's knowledge bases" },
	{ .id = "getKnowledgeBase", .method = HTTP_GET, .path = ONE_BASE, .out = &knowledge_base_schema, .run = do_get,
	  .summary = "Read a knowledge base" },
	{ .id = "replaceKnowledgeBase", .method = HTTP_PUT, .path = ONE_BASE, .body = &knowledge_base_schema,
	  .body_mode = READ_UPDATE, .out = &knowledge_base_schema, .run = do_update,
	  .summary = "Update a knowledge base",
	  .doc = "The same as PATCH: what is not sent stays as it is." },
	{ .id = "updateKnowledgeBase", .method = HTTP_PATCH, .path = ONE_BASE, .body = &knowledge_base_schema,
	  .body_mode = READ_UPDATE, .out = &knowledge_base_schema, .run = do_update,
	  .summary = "Update a knowledge base",
	  .doc = "Its title and description; what is not sent stays as it is." },
	{ .id = "deleteKnowledgeBase", .method = HTTP_DELETE, .path = ONE_BASE, .out = &deleted_schema,
	  .run = do_delete, .summary = "Delete a knowledge base",
	  .doc = "With its content; agents that used it go on without it." },
	{ .id = "appendKnowledgeBaseContent", .method = HTTP_POST, .path = "/knowledge-bases/{knowledgeBaseId}/content",
	  OF_BASE, .body = &addition_schema, .body_mode = READ_CREATE,
	  .out = &knowledge_base_schema, INGESTS, .run = do_append,
	  .summary = "Add content to a knowledge base",
	  .doc = "To a base of any type. If any part cannot be read, nothing is added." },
};
