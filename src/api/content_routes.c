/* api/content_routes.c: what a knowledge base holds: uploads, and its single items (workspace contract
 * 5.9, and 9.3 E4). */
#include "api/knowledge_params.h"
#include "api/routes.h"
#include "api/shapes.h"
#include "api/upload.h"
#include "domain/knowledge_base.h"
#include "domain/knowledge_content.h"

/* -- upload -------------------------------------------------------------------------------------- */

static enum err do_upload(struct ctx *ctx, struct call *call)
{
	struct material material = { .files = call->files };

	return knowledge_base_append(ctx, base_id_of(call), &material, call->progress, call->out);
}

/* -- list ---------------------------------------------------------------------------------------- */

/* chunkCount, since `chunks` are the chunks themselves where one item is read. */
#define CONTENT_FIELDS(struct_, prefix)                                                                         \
	{ F_ID("id", struct_, prefix id), .doc = "The contentId of search results." },                          \
	{ F_STR("source", struct_, prefix source), .doc = "text, website or file." },                           \
	{ F_STR("title", struct_, prefix title), .nullable = true, .doc = "As the page or document calls itself." }, \
	{ F_STR("url", struct_, prefix url), .nullable = true },                                                \
	{ F_STR("fileName", struct_, prefix file_name), .nullable = true },                                     \
	{ F_STR("mimeType", struct_, prefix mime_type), .nullable = true },                                     \
	{ F_INT("bytes", struct_, prefix bytes), .doc = "UTF-8 bytes of the text that was read." },             \
	{ F_INT("wordCount", struct_, prefix words) },                                                          \
	{ F_INT("chunkCount", struct_, prefix chunks) },                                                        \
	{ F_TIME("createdAt", struct_, prefix created_at) }

static const struct field content_fields[] = { CONTENT_FIELDS(kb_content, ) };
static const struct schema content_schema = SCHEMA("ContentItem", kb_content, content_fields);

struct contents_params {
	struct base_params base;
	int64_t page, limit;
};

static const struct field contents_params_fields[] = {
	{ F_ID("knowledgeBaseId", contents_params, base.id), .in = IN_PATH, .required = true },
	{ F_INT("page", contents_params, page), .in = IN_QUERY, .min = 1, .def = "1" },
	{ F_INT("limit", contents_params, limit), .in = IN_QUERY, .min = 1, .max = 100, .def = "20" },
};
static const struct schema contents_params = SCHEMA(NULL, contents_params, contents_params_fields);

static enum err do_list(struct ctx *ctx, struct call *call)
{
	const struct contents_params *in = call->params;

	call->page = (struct page){ .page = in->page, .limit = in->limit };
	return knowledge_content_list(ctx, in->base.id, in->limit, page_offset(&call->page), &call->out_list,
				      &call->page.total);
}

/* -- read ---------------------------------------------------------------------------------------- */

struct content_params {
	struct base_params base;
	struct str id;
	int64_t limit, offset;
};

#define CONTENT_PATH \
	{ F_ID("knowledgeBaseId", content_params, base.id), .in = IN_PATH, .required = true }, \
	{ F_ID("contentId", content_params, id), .in = IN_PATH, .required = true }

static const struct field content_params_fields[] = {
	CONTENT_PATH,
	{ F_INT("limit", content_params, limit), .in = IN_QUERY, .min = 1, .max = 500, .def = "100",
	  .doc = "How many chunks." },
	{ F_INT("offset", content_params, offset), .in = IN_QUERY, .max = 1e15, .def = "0",
	  .doc = "How many chunks to pass over." },
};
static const struct schema content_params = SCHEMA(NULL, content_params, content_params_fields);

struct chunk_shown {
	struct str chunk_id;
	int64_t chunk_index;
	struct str content;
	const struct json *metadata;
};

static const struct field chunk_fields[] = {
	{ F_ID("chunkId", chunk_shown, chunk_id) },
	{ F_INT("chunkIndex", chunk_shown, chunk_index) },
	{ F_STR("content", chunk_shown, content), .doc = "Its text, which may begin with the end of the one before." },
	{ F_ANY("metadata", chunk_shown, metadata), .open = true },
};
static const struct schema chunk_schema = SCHEMA("ContentChunk", chunk_shown, chunk_fields);

struct content_shown {
	struct kb_content content;
	struct list chunks;
	int64_t limit, offset;
};

static const struct field slice_fields[] = {
	{ F_INT("total", content_shown, content.chunks) },
	{ F_INT("limit", content_shown, limit) },
	{ F_INT("offset", content_shown, offset) },
};
static const struct schema slice_schema = SCHEMA(NULL, content_shown, slice_fields);

static const struct field content_shown_fields[] = {
	CONTENT_FIELDS(content_shown, content.),
	{ F_LIST("chunks", content_shown, chunks, &chunk_schema), .doc = "In the order of the text." },
	{ F_SAME("pagination", &slice_schema), .doc = "Of the chunks." },
};
static const struct schema content_shown = SCHEMA("ContentItemWithChunks", content_shown, content_shown_fields);

/* Where the base exists, it is the item that may be missing. */
static enum err find_base(struct ctx *ctx, struct call *call, struct str id)
{
	struct knowledge_base kb;

	TRY(knowledge_base_get(ctx, id, &kb));
	call->not_found = "CONTENT_NOT_FOUND";
	return OK;
}

static enum err show_chunk(struct ctx *ctx, const struct kb_chunk *c, struct chunk_shown *out)
{
	*out = (struct chunk_shown){ .chunk_id = c->id, .chunk_index = c->index, .content = c->text };
	return json_parse(ctx, c->metadata, JSON_STRICT, &out->metadata);
}

static enum err do_get(struct ctx *ctx, struct call *call)
{
	const struct content_params *in = call->params;
	struct content_shown *out = call->out;
	struct chunk_shown *shown;
	struct list chunks;

	TRY(find_base(ctx, call, in->base.id));
	TRY(knowledge_content_get(ctx, in->base.id, in->id, in->limit, in->offset, &out->content, &chunks));
	shown = arena_array(ctx->mem, chunks.n, sizeof(*shown));
	for (size_t i = 0; i < chunks.n; i++)
		TRY(show_chunk(ctx, LIST_AT(chunks, struct kb_chunk, i), &shown[i]));
	out->chunks = (struct list){ shown, chunks.n };
	out->limit = in->limit;
	out->offset = in->offset;
	return OK;
}

/* -- delete -------------------------------------------------------------------------------------- */

static const struct field content_path_fields[] = { CONTENT_PATH };
static const struct schema content_path = SCHEMA(NULL, content_params, content_path_fields);

static enum err do_delete(struct ctx *ctx, struct call *call)
{
	const struct content_params *in = call->params;

	TRY(find_base(ctx, call, in->base.id));
	TRY(knowledge_content_delete(ctx, in->base.id, in->id));
	*(struct deleted *)call->out = (struct deleted){ in->id, true };
	return OK;
}

/* -- the rows ------------------------------------------------------------------------------------ */

#define CONTENTS .contract = WORKSPACE_API, .role = ROLE_ADMIN, .tag = "Knowledge bases", .extra = true, \
	.not_found = "KNOWLEDGE_BASE_NOT_FOUND"
#define BASE "/knowledge-bases/{knowledgeBaseId}/"

const struct op content_ops[N_CONTENT_OPS] = {
	{ .id = "uploadKnowledgeBaseFiles", .method = HTTP_POST, .path = BASE "files", CONTENTS, .params = &base_params,
	  .takes_files = true, .body_max = (size_t)UPLOAD_MIB << 20, .deadline_s = INGEST_S, .streams = true,
	  .also = ingest_answers,
	  .out = &knowledge_base_schema, .status = 201, .creates = true, .run = do_upload,
	  .summary = "Upload files to a knowledge base",
	  .doc = "PDF, DOCX, DOC, TXT, CSV and Markdown, to a base of any type. If any file cannot be read, none is added." },
	{ .id = "listKnowledgeBaseContents", .method = HTTP_GET, .path = BASE "contents", CONTENTS,
	  .params = &contents_params, .extension = true, .out = &content_schema, .out_key = "contents",
	  .replies_list = true, .paged = true, .run = do_list,
	  .summary = "List the items of a knowledge base", .doc = "Texts, web pages and files; the newest first." },
	{ .id = "getKnowledgeBaseContent", .method = HTTP_GET, .path = BASE "contents/{contentId}", CONTENTS,
	  .params = &content_params, .extension = true, .out = &content_shown, .run = do_get,
	  .summary = "Read one item of a knowledge base", .doc = "What is known of it, and its chunks." },
	{ .id = "deleteKnowledgeBaseContent", .method = HTTP_DELETE, .path = BASE "contents/{contentId}", CONTENTS,
	  .params = &content_path, .extension = true, .out = &deleted_schema, .run = do_delete,
	  .summary = "Delete one item of a knowledge base", .doc = "It can no longer be found when the reply arrives." },
};
