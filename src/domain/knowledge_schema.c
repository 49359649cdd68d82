/* domain/knowledge_schema.c: workspace contract 5.2 and 4.4 as tables. */
#include "domain/knowledge_base.h"

static const struct field content_size_fields[] = {
	{ F_INT("bytes", knowledge_base, size.bytes), .doc = "UTF-8 bytes of the text that was read." },
	{ F_STR("formatted", knowledge_base, size.formatted), .doc = "The same for human eyes: 1.5 KB." },
	{ F_INT("wordCount", knowledge_base, size.words) },
	{ F_INT("chunks", knowledge_base, size.chunks), .doc = "Pieces the text was cut into; what a search finds." },
	{ F_INT("fileCount", knowledge_base, size.files) },
	{ F_INT("webPageCount", knowledge_base, size.pages) },
};
static const struct schema content_size_schema = SCHEMA("ContentSize", knowledge_base, content_size_fields);

/* Where the contract's type has "or null", a reply of ours never does; but clients are told. */
static const struct field knowledge_base_fields[] = {
	{ F_ID("id", knowledge_base, id), .read_only = true },
	{ F_ID("workspaceId", knowledge_base, workspace_id), .read_only = true },
	{ F_STR("title", knowledge_base, title), .required = true, .min = 1, .max = 255, .not_blank = true },
	{ F_STR("description", knowledge_base, description), .max = 2000, .clearable = true, .nullable = true },
	{ F_STR("type", knowledge_base, type), .read_only = true,
	  .doc = "How it was created: text, website or files." },
	{ F_STR("createdBy", knowledge_base, created_by), .read_only = true, .nullable = true, .doc = "The id of a user." },
	{ F_TIME("createdAt", knowledge_base, created_at), .read_only = true, .nullable = true },
	{ F_TIME("updatedAt", knowledge_base, updated_at), .read_only = true, .nullable = true },
	{ F_SAME("contentSize", &content_size_schema), .read_only = true, .nullable = true },
};
const struct schema knowledge_base_schema = SCHEMA("KnowledgeBase", knowledge_base, knowledge_base_fields);

static const struct field knowledge_base_entry_fields[] = {
	{ F_ID("id", knowledge_base, id) },
	{ F_STR("title", knowledge_base, title) },
	{ F_STR("description", knowledge_base, description), .nullable = true },
	{ F_STR("type", knowledge_base, type) },
};
const struct schema knowledge_base_entry_schema =
	SCHEMA("KnowledgeBaseEntry", knowledge_base, knowledge_base_entry_fields);
