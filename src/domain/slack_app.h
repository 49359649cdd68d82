/* domain/slack_app.h: the Slack apps of a workspace (studio contract 2.11).
 *
 * A secret of an app goes in and never comes out again: it is stored sealed, bound to the app. Everything
 * here is about the acting user's workspace.
 */
#ifndef DOMAIN_SLACK_APP_H
#define DOMAIN_SLACK_APP_H

#include "store/slack_apps.h"

extern const char *const slack_app_statuses[];          /* NULL-terminated */

enum { SLACK_APP_LABELS_MAX = 1000 };

/* What may be said of an app. Absent: nothing is. */
struct slack_app_input {
	struct str name;
	struct list agent_labels;            /* of struct str; items NULL: absent. In any case, with repetitions */
	struct str default_owner_user_id;    /* of a new app, absent or empty: the acting user */
	struct str slack_app_id, client_id;  /* empty: there is none (any more) */
	struct str signing_secret, client_secret;   /* empty is as good as absent */
};

/* By name, in whatever case. *out: of struct slack_app. */
enum err slack_app_list(struct ctx *ctx, struct list *out);
/* ERR_NOT_FOUND, here and below: "slack app not found". */
enum err slack_app_get(struct ctx *ctx, struct str id, struct slack_app *out);
/* ERR_INVALID, ERR_CONFLICT: the contract's texts. ERR_UPSTREAM: the text cannot be stored; so the contract
 * has it. *out is filled inside the transaction. */
enum err slack_app_create(struct ctx *ctx, const struct slack_app_input *in, struct slack_app *out);
/* An input that says nothing changes nothing, not even updated_at. */
enum err slack_app_update(struct ctx *ctx, struct str id, const struct slack_app_input *in, struct slack_app *out);
enum err slack_app_delete(struct ctx *ctx, struct str id);

#endif
