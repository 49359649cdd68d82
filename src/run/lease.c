/* run/lease.c: each of these is one write; two workers cannot claim the same run, because writes
 * of one store happen one after the other.
 *
 * Who holds a lease is of no use after a power loss: nobody holds any then. So the disk is not waited
 * for when a run is claimed, and a model is asked that much sooner; what was lost is claimed anew.
 */
#include "run/lease.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"

/* -- claim -------------------------------------------------------------------------------------------- */

struct claim {
	const struct lease_terms *terms;
	struct run *out;
	bool found, more;
};

static enum err give_up(struct ctx *ctx, struct db_tx *tx, const struct run *was)
{
	struct run now = *was;

	now.error_message = arena_printf(ctx->mem, "The run was interrupted %lld times and is not tried again.",
					 (long long)was->attempts);
	TRY(run_move(ctx, tx, was, &now, RUN_FAILED));
	log_warn("run.given_up", kv_s("run", was->id), kv_i("attempts", was->attempts));
	return OK;
}

static enum err take(struct ctx *ctx, struct db_tx *tx, const struct lease_terms *terms, const struct run *was,
		     struct run *out)
{
	*out = *was;
	out->attempts++;
	out->lease_owner = str_of(terms->owner->name);
	out->lease_expires_at = now_us() + terms->lease_us;
	return run_move(ctx, tx, was, out, RUN_RUNNING);
}

static bool waits(const struct run *r, int64_t now)
{
	enum run_status s = run_status_of(r);

	return s == RUN_QUEUED || (s == RUN_RUNNING && r->lease_expires_at <= now);
}

static enum err find_next(struct ctx *ctx, const struct lease_terms *terms, int64_t now, struct run *out)
{
	if (!terms->only_run.p)
		return runs_next(ctx, now, out);
	TRY(runs_by_id(ctx, terms->only_workspace, terms->only_run, out));
	return waits(out, now) ? OK : ERR_NOT_FOUND;
}

/* Finding none is no error here: what was given up on the way must be committed. */
static enum err claim_next(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct claim *c = arg;
	int64_t now = now_us();
	struct run next;
	enum err e;

	while ((e = find_next(ctx, c->terms, now, &next)) == OK && next.attempts >= c->terms->attempts)
		TRY(give_up(ctx, tx, &next));
	if (e == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	TRY(take(ctx, tx, c->terms, &next, c->out));
	c->found = true;
	return runs_waiting(ctx, now, &c->more);
}

enum err lease_claim(struct ctx *ctx, const struct lease_terms *terms, struct run *out, bool *more)
{
	struct claim c = { .terms = terms, .out = out };

	TRY(db_write_unsynced(ctx, claim_next, &c));
	*more = c.more;
	return c.found ? OK : fail(ctx, ERR_NOT_FOUND, "no run waits");
}

/* -- return and renew --------------------------------------------------------------------------------- */

static enum err hand_back(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct run *was = arg;
	struct run now = *was;

	now.attempts--;
	return run_move(ctx, tx, was, &now, RUN_QUEUED);
}

enum err lease_return(struct ctx *ctx, const struct run *run)
{
	struct run was = *run;

	return db_write(ctx, hand_back, &was);
}

struct renewal {
	const struct lease_terms *terms;
	const struct run *runs;
	size_t n;
	bool *lost;
};

static enum err renew_all(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct renewal *r = arg;
	int64_t until = now_us() + r->terms->lease_us;

	for (size_t i = 0; i < r->n; i++) {
		struct run held = r->runs[i];
		enum err e;

		held.lease_expires_at = until;
		e = runs_renew(ctx, tx, &held);
		r->lost[i] = e == ERR_CONFLICT;
		if (e != OK && e != ERR_CONFLICT)
			return e;
	}
	return OK;
}

enum err lease_renew(struct ctx *ctx, const struct lease_terms *terms, const struct run *runs, size_t n, bool *lost)
{
	struct renewal r = { terms, runs, n, lost };

	return n ? db_write_unsynced(ctx, renew_all, &r) : OK;
}

static int by_id(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

enum err lease_check(struct ctx *ctx, const struct lease_terms *terms, const struct run *runs, size_t n, bool *lost)
{
	struct list held;

	if (n == 0)
		return OK;
	TRY(runs_held(ctx, str_of(terms->owner->name), &held));
	if (held.n > 0)
		qsort(held.items, held.n, sizeof(struct str), by_id);
	for (size_t i = 0; i < n; i++)
		lost[i] = held.n == 0 || !bsearch(&runs[i].id, held.items, held.n, sizeof(struct str), by_id);
	return OK;
}

/* -- the dead ------------------------------------------------------------------------------------------- */

static enum err expire(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct str *owner = arg;

	return runs_expire(ctx, tx, *owner);
}

enum err lease_bury(struct ctx *ctx, const struct owner *self)
{
	struct list owners;

	TRY(runs_owners(ctx, &owners));
	for (size_t i = 0; i < owners.n; i++) {
		struct str *owner = LIST_AT(owners, struct str, i);

		if (!owner_is_gone(self, *owner))
			continue;
		TRY(db_write(ctx, expire, owner));
		log_info("run.owner_gone", kv_s("owner", *owner));
	}
	return OK;
}
