/* base/ctx.h: what one request, one turn of a run, or one background job carries down the house.
 *
 * Memory, the acting user, the deadline and the explanation of a failure travel together, so
 * that no function needs them as four arguments and no thread-local state is needed. A ctx
 * belongs to one thread at a time; it is lent to the writer thread while its owner waits.
 */
#ifndef BASE_CTX_H
#define BASE_CTX_H

#include "base/arena.h"
#include "base/err.h"

struct db;
struct db_conn;
struct db_tx;
struct issues;

/* Both contracts' roles, in one order (architecture section 1). */
enum role { ROLE_NONE, ROLE_VIEWER, ROLE_OPERATOR, ROLE_ADMIN };

/* Who is asking. All text lives in the ctx's arena; empty for the server itself. */
struct actor {
	struct str workspace_id;
	struct str user_id;
	struct str key_id;
	enum role role;
	int64_t key_last_used_us;    /* before this request; 0 = never */
	const char *via;             /* "mcp", "run"; NULL: "api" with a key, "cli" without */
	/* The run it acts from, and that run's agent: a tool called by one of our own runs (studio
	 * contract 3.6). Of this workspace; absent for everyone else. */
	struct str run_id, run_agent;
};

/* Runs inside the transaction of a write, just before it is committed. */
struct tx_hook {
	enum err (*run)(struct ctx *ctx, struct db_tx *tx, void *arg);
	void *arg;
};

struct ctx {
	struct arena *mem;           /* ends with the request, or with the turn */
	struct actor actor;
	int64_t deadline_ms;         /* monotonic; every wait looks at it; 0 = none */
	struct db *db;
	struct db_conn *reader;      /* this thread's read connection, made on first use */
	struct issues *issues;       /* where validation lists what is wrong; may be NULL */
	void *app;                   /* what the uppermost room put there for itself */
	struct tx_hook before_commit;
	char why[512];               /* set by fail(), read by whoever reports */
};

#endif
