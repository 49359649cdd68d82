/* store/agents.h: managed agents, those created over REST (workspace contract section 3).
 *
 * agent_schema is the contract: it checks what is sent, fills struct agent, writes it as it is
 * stored and replied, reads it back, and describes all of it in OpenAPI.
 */
#ifndef STORE_AGENTS_H
#define STORE_AGENTS_H

#include "db/db.h"
#include "json/field.h"

struct model_config {
	struct str provider, model;
	double temperature;
	int64_t max_tokens;
	double top_p, frequency_penalty, presence_penalty;
};

struct agent_features {
	bool attachments, web_search, planning, memory, text_to_speech, follow_up, dynamic_ui, scheduled_tasks;
};

struct tool_reference {
	struct str kind;                     /* "system" or "composio"; first, as it is a union's tag */
	struct str id;                       /* system */
	const struct json *config;           /* system */
	struct str app_id;                   /* composio */
	struct list actions;                 /* composio; of struct str; empty = all */
};

struct knowledge_base_reference {
	struct str id, access;               /* "read" or "read-write" */
};

struct agent_capabilities {
	struct list tools;                   /* of struct tool_reference */
	struct list knowledge_bases;         /* of struct knowledge_base_reference */
};

/* The sandbox an agent may work in; not the workspace that owns it. */
struct agent_sandbox {
	bool enabled;
	struct str environment;
	struct {
		bool file_system, shell, code_execution, browser, desktop, read_only;
	} capabilities;
	struct {
		bool search_indexing, require_approval;
		int64_t operation_timeout;   /* seconds */
	} advanced;
};

struct trigger {
	struct str id, name, app_id;
	struct {
		struct str connection_id;
		const struct json *custom_field_values;
	} values;
};

struct agent {
	struct str id, workspace_id, created_by;
	int64_t created_at, updated_at;
	struct str name, description, system_prompt, welcome_message, avatar, visibility, agent_mode;
	bool published;
	struct str published_id;
	struct model_config model;
	struct agent_capabilities capabilities;
	struct agent_features features;
	struct agent_sandbox *sandbox;
	struct str app_id;
	struct list triggers;                /* of struct trigger */
};

extern const struct schema agent_schema;
extern const struct schema model_config_schema;

enum agent_order { AGENTS_BY_CREATED, AGENTS_BY_UPDATED, AGENTS_BY_NAME };

struct agent_filter {
	struct str q;                        /* substring of name or description; absent = all */
	enum agent_order order;
	bool descending;
	int64_t limit, offset;
};

/* All three: ERR_NOT_FOUND when it is not in this workspace. agents_text gives the reply itself, JSON
 * in ctx->mem, without taking it apart. */
enum err agents_text(struct ctx *ctx, struct str workspace_id, struct str id, struct str *json);
enum err agents_by_id(struct ctx *ctx, struct str workspace_id, struct str id, struct agent *out);
enum err agents_by_name(struct ctx *ctx, struct str workspace_id, struct str name, struct agent *out);
/* *out: struct list of struct agent; *total counts all matches. */
enum err agents_list(struct ctx *ctx, struct str workspace_id, const struct agent_filter *f, struct list *out,
		     int64_t *total);
/* Those whose spec names the knowledge base. */
enum err agents_using(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, struct list *out);
/* ERR_CONFLICT: the name is taken in the workspace. */
enum err agents_insert(struct ctx *ctx, struct db_tx *tx, const struct agent *a);
enum err agents_update(struct ctx *ctx, struct db_tx *tx, const struct agent *a);
enum err agents_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id);

#endif
