/* store/slack_apps.h: the Slack apps of a workspace, each a bot of its own. */
#ifndef STORE_SLACK_APPS_H
#define STORE_SLACK_APPS_H

#include "db/db.h"
#include "json/field.h"

struct slack_app {
	struct str id, workspace_id;
	struct str name, folded_name;        /* as written; in lower case, in which names differ */
	struct str status;                   /* "configuring", "installed" or "disabled" */
	struct str slack_app_id, client_id;  /* at Slack; may be absent, as may the next two */
	struct str team_id, bot_user_id;     /* since it was installed */
	struct str default_owner_user_id;    /* for whom runs act when nobody else is known */
	struct list agent_labels;            /* of struct str: the agents it gives access to; empty: all */
	struct str sealed_signing_secret, sealed_client_secret, sealed_bot_token;
	bool has_bot_token;                  /* sealed_bot_token is absent all the same: it was imported, and its
	                                      * secrets stayed behind */
	struct str created_by;
	int64_t created_at, updated_at;
};

/* All: ERR_NOT_FOUND when there is none in the workspace, ERR_CONFLICT when its folded name is taken. */
enum err slack_apps_by_id(struct ctx *ctx, struct str workspace_id, struct str id, struct slack_app *out);
/* By folded name. *out: of struct slack_app. */
enum err slack_apps_list(struct ctx *ctx, struct str workspace_id, struct list *out);
enum err slack_apps_insert(struct ctx *ctx, struct db_tx *tx, const struct slack_app *a);
/* Everything but id, workspace, and how it came to be. */
enum err slack_apps_update(struct ctx *ctx, struct db_tx *tx, const struct slack_app *a);
enum err slack_apps_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id);

#endif
