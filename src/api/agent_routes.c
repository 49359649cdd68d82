/* api/agent_routes.c: workspace contract section 3, and the extension E1, the list of agents. */
#include "api/routes.h"
#include "api/shapes.h"
#include "domain/agent.h"

/* -- create, read, update, delete ---------------------------------------------------------------- */

struct agent_params {
	struct str agent_id;
};

static const struct field agent_params_fields[] = {
	{ F_ID("agentId", agent_params, agent_id), .in = IN_PATH, .required = true },
};
static const struct schema agent_params = SCHEMA(NULL, agent_params, agent_params_fields);

static struct str agent_id_of(const struct call *call)
{
	return ((const struct agent_params *)call->params)->agent_id;
}

static enum err do_create(struct ctx *ctx, struct call *call)
{
	return agent_create(ctx, call->body, call->out);
}

static enum err do_get(struct ctx *ctx, struct call *call)
{
	return agent_text(ctx, agent_id_of(call), &call->out_text);
}

static enum err do_update(struct ctx *ctx, struct call *call)
{
	return agent_update(ctx, agent_id_of(call), call->json, call->out);
}

static enum err do_delete(struct ctx *ctx, struct call *call)
{
	TRY(agent_delete(ctx, agent_id_of(call)));
	*(struct deleted *)call->out = (struct deleted){ agent_id_of(call), true };
	return OK;
}

/* -- list (9.3 E1) --------------------------------------------------------------------------------- */

struct list_params {
	int64_t page, limit;
	struct str q, sort;
};

static const char *const SORTS[] = {
	SORTABLE(AGENTS_BY_CREATED, "createdAt"), SORTABLE(AGENTS_BY_UPDATED, "updatedAt"), SORTABLE(AGENTS_BY_NAME, "name"), NULL,
};

static const struct field list_params_fields[] = {
	{ F_INT("page", list_params, page), .in = IN_QUERY, .min = 1, .def = "1" },
	{ F_INT("limit", list_params, limit), .in = IN_QUERY, .min = 1, .max = 100, .def = "20" },
	{ F_STR("q", list_params, q), .in = IN_QUERY, .doc = "Part of the name or description, in any case." },
	{ F_STR("sort", list_params, sort), .in = IN_QUERY, .one_of = SORTS, .def = NEWEST_FIRST },
};
static const struct schema list_params = SCHEMA(NULL, list_params, list_params_fields);

static enum err do_list(struct ctx *ctx, struct call *call)
{
	const struct list_params *in = call->params;
	struct agent_filter filter = { .q = in->q, .limit = in->limit };
	size_t order;

	sort_find(in->sort, SORTS, &order, &filter.descending);
	filter.order = (enum agent_order)order;
	call->page = (struct page){ .page = in->page, .limit = in->limit };
	filter.offset = page_offset(&call->page);
	return agent_list(ctx, &filter, &call->out_list, &call->page.total);
}

/* -- the rows ---------------------------------------------------------------------------------------- */

#define AGENTS .contract = WORKSPACE_API, .key_decides = true, .role = ROLE_ADMIN, .tag = "Agents", \
	       .conflict = "AGENT_NAME_CONFLICT"
#define ONE_AGENT "/agents/{agentId}", AGENTS, .params = &agent_params, .not_found = "AGENT_NOT_FOUND"

const struct op agent_ops[N_AGENT_OPS] = {
	{ .id = "createAgent", .method = HTTP_POST, .path = "/agents", AGENTS, .body = &agent_schema,
	  .body_mode = READ_CREATE, .out = &agent_schema, .status = 201, .creates = true, .run = do_create,
	  .summary = "Create an agent",
	  .doc = "The model, tools, knowledge bases and app it names must be available in the workspace." },
	{ .id = "listAgents", .method = HTTP_GET, .path = "/agents", AGENTS, .params = &list_params,
	  .out = &agent_schema, .out_key = "agents", .replies_list = true, .paged = true, .extra = true, .extension = true,
	  .run = do_list, .summary = "List the workspace's agents" },
	{ .id = "getAgent", .method = HTTP_GET, .path = ONE_AGENT, .out = &agent_schema, .run = do_get,
	  .summary = "Read an agent" },
	{ .id = "replaceAgent", .method = HTTP_PUT, .path = ONE_AGENT, .body = &agent_schema,
	  .body_mode = READ_UPDATE, .out = &agent_schema, .run = do_update,
	  .summary = "Update an agent", .doc = "The same as PATCH: what is not sent stays as it is." },
	{ .id = "updateAgent", .method = HTTP_PATCH, .path = ONE_AGENT, .body = &agent_schema,
	  .body_mode = READ_UPDATE, .out = &agent_schema, .run = do_update,
	  .summary = "Update an agent",
	  .doc = "What is not sent stays as it is. Features are merged flag by flag; model, workspace, triggers and "
		 "each list of capabilities are replaced as a whole." },
	{ .id = "deleteAgent", .method = HTTP_DELETE, .path = ONE_AGENT, .out = &deleted_schema, .run = do_delete,
	  .summary = "Delete an agent" },
};
