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
	{ catalog_ops, N_CATALOG_OPS },
	{ slack_app_ops, N_SLACK_APP_OPS },
	{ outward_ops, N_OUTWARD_OPS },
	{ run_event_ops, N_RUN_EVENT_OPS },
	{ inbox_ops, N_INBOX_OPS },
	{ automation_ops, N_AUTOMATION_OPS },
	{ audit_ops, N_AUDIT_OPS },
	{ meta_ops, N_META_OPS },
};
const size_t n_op_tables = COUNT_OF(op_tables);
