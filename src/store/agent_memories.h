/* store/agent_memories.h: what agents were told to remember, a row per note.
 *
 * A note is one agent's and one user's, and has a number by which both speak of it. It goes when the agent goes.
 */
#ifndef STORE_AGENT_MEMORIES_H
#define STORE_AGENT_MEMORIES_H

#include "db/db.h"
#include "json/field.h"

struct agent_memory {
	struct str workspace_id, agent_id, user_id;
	int64_t number;                      /* from 1 */
	struct str text;
	int64_t created_at;
};

/* By number. *out: of struct agent_memory. */
enum err agent_memories_list(struct ctx *ctx, struct str workspace_id, struct str agent_id, struct str user_id,
			     struct list *out);
/* ERR_CONFLICT: there is no such agent, or a note of that number. */
enum err agent_memories_insert(struct ctx *ctx, struct db_tx *tx, const struct agent_memory *m);
/* ERR_NOT_FOUND: there is no such note. */
enum err agent_memories_delete(struct ctx *ctx, struct db_tx *tx, const struct agent_memory *m);

#endif
