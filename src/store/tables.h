/* store/tables.h: tables as wholes, of all workspaces: what a snapshot of the store is made of. */
#ifndef STORE_TABLES_H
#define STORE_TABLES_H

#include "store/agent_versions.h"
#include "store/automations.h"
#include "store/providers.h"
#include "store/rows.h"

/* What is read of a row besides. */
struct workspace_provider {
	struct provider_row provider;
	struct str workspace_id;
};

struct workspace_model {
	struct model_row model;
	struct str workspace_id;
};

struct stable_version {
	struct agent_version version;
	bool is_stable;                      /* the agent's state names it */
};

/* Each comes in an order of its own that does not depend on when its rows were inserted, but for chunks:
 * those come in the order of their numbers. */
extern const struct table_rows users_rows;             /* of struct user */
extern const struct table_rows workspaces_rows;        /* of struct workspace */
extern const struct table_rows members_rows;           /* of struct member_row */
extern const struct table_rows apps_rows;              /* of struct app */
extern const struct table_rows keys_rows;              /* of struct api_key */
extern const struct table_rows providers_rows;         /* of struct workspace_provider */
extern const struct table_rows models_rows;            /* of struct workspace_model */
extern const struct table_rows repositories_rows;      /* of struct repository */
extern const struct table_rows agent_versions_rows;    /* of struct stable_version */
extern const struct table_rows agent_locks_rows;       /* of struct agent_state: those that are locked */
extern const struct table_rows agent_owners_rows;      /* of struct agent_state: those that have an owner */
extern const struct table_rows agents_rows;            /* of struct agent */
extern const struct table_rows agent_memories_rows;    /* of struct agent_memory */
extern const struct table_rows knowledge_bases_rows;   /* of struct knowledge_base */
extern const struct table_rows contents_rows;          /* of struct kb_content */
extern const struct table_rows chunks_rows;            /* of struct kb_chunk, without vectors */
extern const struct table_rows automations_rows;       /* of struct automation */
extern const struct table_rows automation_windows_rows;    /* of struct automation_window */
extern const struct table_rows runs_rows;              /* of struct run, with `spec` */
extern const struct table_rows run_steps_rows;         /* of struct run_step */
extern const struct table_rows inbox_items_rows;       /* of struct inbox_item */
extern const struct table_rows audit_events_rows;      /* of struct audit_event */
extern const struct table_rows brokered_connections_rows;   /* of struct connection: those with SOURCE_BROKERED */
extern const struct table_rows native_connections_rows;     /* of struct connection: those with SOURCE_NATIVE */
extern const struct table_rows connection_tools_rows;  /* of struct connection_tool */
extern const struct table_rows stored_secrets_rows;    /* of struct stored_secret */
extern const struct table_rows slack_apps_rows;        /* of struct slack_app */

#endif
