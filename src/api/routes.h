/* api/routes.h: the operation tables, one per resource. */
#ifndef API_ROUTES_H
#define API_ROUTES_H

#include "api/op.h"

enum {
	N_AGENT_OPS = 6, N_AGENT_FILE_OPS = 3, N_CAPABILITY_OPS = 5, N_KNOWLEDGE_OPS = 7, N_CONTENT_OPS = 4,
	N_SEARCH_OPS = 5, N_RUN_OPS = 4, N_RUN_EVENT_OPS = 1, N_META_OPS = 2,
	N_INBOX_OPS = 4, N_AUDIT_OPS = 1, N_CATALOG_OPS = 2, N_AUTOMATION_OPS = 5, N_SLACK_APP_OPS = 5, N_OUTWARD_OPS = 2,
};

extern const struct op agent_ops[N_AGENT_OPS];
extern const struct op agent_file_ops[N_AGENT_FILE_OPS];
extern const struct op capability_ops[N_CAPABILITY_OPS];
extern const struct op knowledge_ops[N_KNOWLEDGE_OPS];
extern const struct op content_ops[N_CONTENT_OPS];
extern const struct op search_ops[N_SEARCH_OPS];
extern const struct op run_ops[N_RUN_OPS];
extern const struct op run_event_ops[N_RUN_EVENT_OPS];
extern const struct op catalog_ops[N_CATALOG_OPS];
extern const struct op slack_app_ops[N_SLACK_APP_OPS];
extern const struct op outward_ops[N_OUTWARD_OPS];
extern const struct op inbox_ops[N_INBOX_OPS];
extern const struct op automation_ops[N_AUTOMATION_OPS];
extern const struct op audit_ops[N_AUDIT_OPS];
extern const struct op meta_ops[N_META_OPS];

#endif
