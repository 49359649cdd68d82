/* store/audit_events.h: who changed what (studio contract 12.1). Rows are only ever added. */
#ifndef STORE_AUDIT_EVENTS_H
#define STORE_AUDIT_EVENTS_H

#include "db/db.h"

struct audit_event {
	struct str id, workspace_id;
	struct str actor_user_id;            /* absent: the operator, on the command line */
	int64_t at;
	struct str source, kind;             /* "human_action", "agent.version.promoted" */
	struct str target_type;              /* what it was done to; this and the next two may be absent */
	struct str target_id, agent_name;
	struct str payload;                  /* a JSON object; never a secret, never a text of a user's */
};

enum err audit_events_insert(struct ctx *ctx, struct db_tx *tx, const struct audit_event *e);

#endif
