/* store/kb_hidden.h: contents that nobody sees, because they are part of no base: on their way in or out.
 *
 * A large content has so many rows that one transaction for all of them would keep every other writer waiting
 * for seconds. So its rows are stored and erased in steps, and only its own row says whether it is there:
 *
 *     contents_insert with staged_until, then its rows, in as many transactions as that takes
 *         -> contents_show                    it is part of its base, all of it at once
 *         -> contents_give_up, or staged_until has passed, since whoever stored it was killed
 *     contents_delete, or its base's row is deleted
 *         -> contents_erase, again and again, until nothing is left of it
 *
 * Erasing takes staged_until away before anything else, and what does not have it cannot be shown: nothing comes
 * back in part, whatever the clock does.
 */
#ifndef STORE_KB_HIDDEN_H
#define STORE_KB_HIDDEN_H

#include "db/db.h"

/* Makes a staged content part of the base, as of the revision its row has by then. ERR_CONFLICT: it is being
 * erased, or was. */
enum err contents_show(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str knowledge_base_id,
		       struct str id);
enum err contents_give_up(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id);

/* Whether there is something to erase, in any workspace. */
enum err contents_leaving(struct ctx *ctx, int64_t now, bool *out);
/* Erases some of it, about n rows, of which a chunk with its vectors counts for several; from whichever
 * workspace. */
enum err contents_erase(struct ctx *ctx, struct db_tx *tx, int64_t now, int64_t n);

#endif
