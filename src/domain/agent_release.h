/* domain/agent_release.h: which text of an agent file is its stable one, and who may say so (studio
 * contract 4.12).
 *
 * The draft is the file as it is in the source. Promoting it freezes its text as the next version and
 * makes that the stable one, which runs use unless they prefer the draft. There is no way back but
 * forward: an older text is promoted again as a new version.
 *
 * Changes are the actor's, in the actor's workspace. Those of an agent that has an owner are the owner's
 * and the administrators' to make (ERR_FORBIDDEN); of one that has none, every operator's. Each writes
 * an audit event in the transaction that makes it.
 */
#ifndef DOMAIN_AGENT_RELEASE_H
#define DOMAIN_AGENT_RELEASE_H

#include "store/agent_versions.h"

/* How the draft is to the stable version. */
enum draft_state { DRAFT_SAME, DRAFT_CHANGED, DRAFT_NEW, DRAFT_INVALID, DRAFT_GONE };

/* "changed"; of one without a stable version: "new". */
extern const char *const draft_state_names[];

/* What there is to know of an agent. */
struct agent_release {
	struct str name;
	struct str path;                     /* of the draft; absent: it is gone */
	enum draft_state draft;
	int64_t stable;                      /* number of the stable version; NO_INT: none */
	struct str owner_user_id;            /* may be absent */
	bool locked;
};

/* All agents of the source in its order, then those whose file is gone by name. *out: of struct
 * agent_release. Errors: those of agent_catalog_open. */
enum err agent_release_list(struct ctx *ctx, struct list *out);

/* What may be looked at: a version by its number, or one of these. */
enum { VERSION_DRAFT = 0, VERSION_STABLE = -1 };

/* *out: the text and what the file says of itself; of the draft without id, summary and time. Also a draft
 * that is no valid agent has a text, but no framework then. ERR_NOT_FOUND: there is no such agent, version
 * or stable version. */
enum err agent_release_read(struct ctx *ctx, struct str name, int64_t number, struct agent_version *out);
/* The newest first. *out: of struct agent_version. ERR_NOT_FOUND: no such agent; one that was never promoted
 * has none. */
enum err agent_release_versions(struct ctx *ctx, struct str name, struct list *out);

struct agent_comparison {
	int64_t from, to;                    /* their numbers; VERSION_DRAFT of the draft */
	struct str diff;                     /* in unified form; "" when they are the same */
};

enum err agent_release_compare(struct ctx *ctx, struct str name, int64_t from, int64_t to,
			       struct agent_comparison *out);

/* ERR_UNPROCESSABLE: the draft is no valid agent. ERR_CONFLICT: it is what is stable already. *out is
 * filled inside the transaction. */
enum err agent_release_promote(struct ctx *ctx, struct str name, struct agent_version *out);

/* user_id: of a member; absent: nobody's from now on. Nothing is written when that changes nothing. */
enum err agent_release_set_owner(struct ctx *ctx, struct str name, struct str user_id);
/* A lock keeps proposed changes away, and runs going. For administrators only. */
enum err agent_release_set_locked(struct ctx *ctx, struct str name, bool locked);

#endif
