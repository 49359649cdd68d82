/* api/capability_routes.c: workspace contract section 4: what a workspace has to build agents with. */
#include "api/routes.h"
#include "domain/embedding.h"
#include "domain/knowledge_base.h"
#include "domain/provider.h"
#include "domain/toolbox.h"

struct embedding {
	struct str model, provider;
	int64_t dimensions;
};

static const struct field embedding_fields[] = {
	{ F_STR("model", embedding, model) },
	{ F_STR("provider", embedding, provider) },
	{ F_INT("dimensions", embedding, dimensions) },
};
static const struct schema embedding_schema = SCHEMA("Embedding", embedding, embedding_fields);

struct capabilities {
	struct list models, tools, knowledge_bases;
	struct embedding embedding;
};

static const struct field capabilities_fields[] = {
	{ F_LIST("models", capabilities, models, &model_info_schema) },
	{ F_LIST("tools", capabilities, tools, &tool_entry_schema) },
	{ F_LIST("knowledgeBases", capabilities, knowledge_bases, &knowledge_base_entry_schema) },
	{ F_OBJECT("embedding", capabilities, embedding, &embedding_schema) },
};
static const struct schema capabilities_schema = SCHEMA("Capabilities", capabilities, capabilities_fields);

static enum err fill_embedding(struct ctx *ctx, struct embedding *out)
{
	AUTO(embedding_close) struct embedding_model m = {0};

	TRY(embedding_current(ctx, &m));
	*out = (struct embedding){ m.name, m.provider, (int64_t)m.dimensions };
	return OK;
}

static enum err do_models(struct ctx *ctx, struct call *call)
{
	return provider_models(ctx, ctx->actor.workspace_id, &call->out_list);
}

static enum err do_tools(struct ctx *ctx, struct call *call)
{
	return toolbox_list(ctx, &call->out_list);
}

static enum err do_knowledge_bases(struct ctx *ctx, struct call *call)
{
	return knowledge_base_list_all(ctx, &call->out_list);
}

static enum err do_embedding(struct ctx *ctx, struct call *call)
{
	return fill_embedding(ctx, call->out);
}

static enum err do_all(struct ctx *ctx, struct call *call)
{
	struct capabilities *out = call->out;

	TRY(provider_models(ctx, ctx->actor.workspace_id, &out->models));
	TRY(toolbox_list(ctx, &out->tools));
	TRY(knowledge_base_list_all(ctx, &out->knowledge_bases));
	return fill_embedding(ctx, &out->embedding);
}

#define CAPABILITY .method = HTTP_GET, .contract = WORKSPACE_API, .role = ROLE_ADMIN, .tag = "Capabilities"

const struct op capability_ops[N_CAPABILITY_OPS] = {
	{ .id = "getCapabilities", .path = "/capabilities", CAPABILITY, .out = &capabilities_schema, .run = do_all,
	  .summary = "Everything an agent can be built with" },
	{ .id = "listModels", .path = "/capabilities/models", CAPABILITY, .out = &model_info_schema, .replies_list = true,
	  .run = do_models, .summary = "Models of the connected providers" },
	{ .id = "listTools", .path = "/capabilities/tools", CAPABILITY, .out = &tool_entry_schema, .replies_list = true,
	  .run = do_tools, .summary = "Built-in tools and connected toolkits" },
	{ .id = "listCapabilityKnowledgeBases", .path = "/capabilities/knowledge-bases", CAPABILITY,
	  .out = &knowledge_base_entry_schema, .replies_list = true, .run = do_knowledge_bases,
	  .summary = "Knowledge bases, briefly" },
	{ .id = "getEmbedding", .path = "/capabilities/embedding", CAPABILITY, .out = &embedding_schema,
	  .run = do_embedding, .summary = "The embedding model behind search" },
};
