/* api/ops.c: the list of all operation tables. A new resource is one line here. */
#include "api/routes.h"

const struct op_table op_tables[] = {
	{ agent_ops, N_AGENT_OPS },
	{ agent_file_ops, N_AGENT_FILE_OPS },
	{ capability_ops, N_CAPABILITY_OPS },
	{ knowledge_ops, N_KNOWLEDGE_OPS },
	{ content_ops, N_CONTENT_OPS },
	{ search_ops, N_SEARCH_OPS },
	{ run_ops, N_RUN_OPS },
	{ meta_ops, N_META_OPS },
};
const size_t n_op_tables = COUNT_OF(op_tables);
