/* store/audit_events.h: who changed what (studio contract 12.1). Rows are only ever added. */
#ifndef STORE_AUDIT_EVENTS_H
#define STORE_AUDIT_EVENTS_H

#include "db/db.h"
#include "json/field.h"

struct audit_event {
	struct str id, workspace_id;
	struct str actor_user_id;            /* absent: the operator, on the command line */
	int64_t at;
	struct str source, kind;             /* "human_action", "agent.version.promoted" */
	struct str target_type;              /* what it was done to; this and the next two may be absent */
	struct str target_id, agent_name;
	struct str payload;                  /* a JSON object; never a secret, never a text of a user's */
};

/* A place in the order of events. */
struct audit_place {
	int64_t at;
	struct str id;
};

/* What is absent, or 0, does not narrow the list. */
struct audit_filter {
	struct str kinds;                    /* kinds, and beginnings of kinds with their dot, a comma around each */
	struct str actor_user_id, target_type, target_id, agent_name;
	int64_t since, until;                /* from this moment on, and before that */
	struct audit_place after;            /* go on behind this place of the same list; id absent: its beginning */
	bool ascending;                      /* the oldest first; else the newest */
	int64_t limit;
};

/* *out: of struct audit_event. */
enum err audit_events_list(struct ctx *ctx, struct str workspace_id, const struct audit_filter *f, struct list *out);
enum err audit_events_insert(struct ctx *ctx, struct db_tx *tx, const struct audit_event *e);

#endif
