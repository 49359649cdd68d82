/* domain/audit.h: saying who changed what, in the transaction that changes it (studio contract 12.1). */
#ifndef DOMAIN_AUDIT_H
#define DOMAIN_AUDIT_H

#include "json/json.h"
#include "store/audit_events.h"

struct audit {
	const char *kind;                    /* "agent.version.promoted" */
	const char *target_type;             /* may be NULL; so may all that follows be absent */
	struct str target_id, agent_name;
	const struct json *payload;          /* an object; how the change came and by which key is added */
};

/* Adds an event of the acting user; without one, of the operator on the command line. */
enum err audit_add(struct ctx *ctx, struct db_tx *tx, const struct audit *event);

#endif
