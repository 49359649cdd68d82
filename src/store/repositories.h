/* store/repositories.h: the repository that a workspace's agents come from. At most one each. */
#ifndef STORE_REPOSITORIES_H
#define STORE_REPOSITORIES_H

#include "db/db.h"
#include "json/field.h"

struct repository {
	struct str workspace_id, url;
	struct str branch;                   /* absent: the remote's own default */
	struct str sealed_token;             /* absent: none */
	struct str commit;                   /* what was fetched last; absent: nothing yet */
	struct str error_code, error;        /* of the last attempt; absent: it worked */
	int64_t fetched_at;                  /* the last attempt; 0: none yet */
	struct str connected_by;
	int64_t connected_at;
};

/* ERR_NOT_FOUND: none is connected. */
enum err repositories_get(struct ctx *ctx, struct str workspace_id, struct repository *out);
/* Of all workspaces. *out: of struct repository. */
enum err repositories_all(struct ctx *ctx, struct list *out);
/* Adds or replaces. */
enum err repositories_put(struct ctx *ctx, struct db_tx *tx, const struct repository *r);
/* What a fetch brought: commit (absent: as it was), error and time. ERR_NOT_FOUND: it is not connected any
 * more, or to another URL. */
enum err repositories_fetched(struct ctx *ctx, struct db_tx *tx, const struct repository *r);
/* The sealed secret of its push hook. ERR_NOT_FOUND: it has none, or none is connected. */
enum err repositories_hook(struct ctx *ctx, struct str workspace_id, struct str *sealed);
/* sealed absent: it has none any more. ERR_NOT_FOUND: none is connected. */
enum err repositories_put_hook(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str sealed);
enum err repositories_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id);

#endif
