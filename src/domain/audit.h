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
	const char *source;                  /* absent: "human_action" */
	struct str workspace_id;             /* absent: the actor's */
};

/* Adds an event of the acting user; without one, of the operator on the command line. */
enum err audit_add(struct ctx *ctx, struct db_tx *tx, const struct audit *event);
/* The same to the log of every workspace: of what concerns the whole server. */
enum err audit_add_everywhere(struct ctx *ctx, struct db_tx *tx, const struct audit *event);

/* .payload = AUDIT_PAYLOAD({ S("role"), AUDIT_TEXT(role) }, ...). Lives as long as the block it stands in. */
#define AUDIT_PAYLOAD(...)                                                                                   \
	&(const struct json)                                                                                 \
	{                                                                                                    \
		.type = JSON_OBJECT, .members = (const struct json_member[]){ __VA_ARGS__ },                  \
		.n_members = sizeof((const struct json_member[]){ __VA_ARGS__ }) / sizeof(struct json_member), \
	}
#define AUDIT_TEXT(str_) { .type = JSON_STR, .text = (str_) }

/* -- reading ------------------------------------------------------------------------------------- */

struct audit_entry {
	struct audit_event event;
	const struct json *payload;
};

extern const struct schema audit_entry_schema;

/* A list of the workspace's events. filter->kinds: kinds, and what they begin with up to a dot ("agent",
 * "agent.version"), with commas between; the rest is as in store/audit_events.h. *out: of struct audit_entry. */
enum err audit_list(struct ctx *ctx, const struct audit_filter *filter, struct list *out);

/* Where a list goes on behind the event: for audit_filter's `after`. In mem. False: that is no such place. */
struct str audit_cursor(struct arena *mem, const struct audit_event *event);
bool audit_cursor_read(struct arena *mem, struct str cursor, struct audit_place *out);

#endif
