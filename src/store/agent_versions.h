/* store/agent_versions.h: frozen versions of agent files, and what is known of an agent by its name. */
#ifndef STORE_AGENT_VERSIONS_H
#define STORE_AGENT_VERSIONS_H

#include "db/db.h"
#include "json/field.h"

struct agent_version {
	struct str id, workspace_id, agent_name;
	int64_t number;                      /* from 1, per agent */
	struct str path, framework;
	struct str model;                    /* may be absent */
	struct str format, text;             /* "yaml" or "json"; the file as it was */
	struct str summary;
	struct str created_by;
	int64_t created_at;
};

/* Absent or false where nothing was ever set. */
struct agent_state {
	struct str workspace_id, agent_name;
	struct str stable_version_id, owner_user_id;
	bool locked;
	int64_t updated_at;
};

/* A missing row is an empty state. */
enum err agent_states_get(struct ctx *ctx, struct str workspace_id, struct str agent_name, struct agent_state *out);
/* *out: of struct agent_state, by name. */
enum err agent_states_list(struct ctx *ctx, struct str workspace_id, struct list *out);
/* Adds or replaces. */
enum err agent_states_put(struct ctx *ctx, struct db_tx *tx, const struct agent_state *s);

/* The version that a state names as stable. ERR_NOT_FOUND: the agent has none. */
enum err agent_versions_stable(struct ctx *ctx, struct str workspace_id, struct str agent_name, struct agent_version *out);
enum err agent_versions_by_number(struct ctx *ctx, struct str workspace_id, struct str agent_name, int64_t number,
				  struct agent_version *out);
/* The newest first. *out: of struct agent_version. */
enum err agent_versions_list(struct ctx *ctx, struct str workspace_id, struct str agent_name, struct list *out);
/* The highest number given so far; 0: there is none. */
enum err agent_versions_newest(struct ctx *ctx, struct str workspace_id, struct str agent_name, int64_t *number);
/* ERR_CONFLICT: the agent has a version of that number. */
enum err agent_versions_insert(struct ctx *ctx, struct db_tx *tx, const struct agent_version *v);

#endif
