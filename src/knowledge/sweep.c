/* knowledge/sweep.c: look, then erase: looking alone keeps nobody from writing. */
#include "knowledge/sweep.h"

#include "store/kb_hidden.h"

/* Of a transaction, which takes about a hundredth of a second then. */
enum { STEP_ROWS = 256 };

static enum err erase(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const int64_t *now = arg;

	return contents_erase(ctx, tx, *now, STEP_ROWS);
}

enum err knowledge_sweep(struct ctx *ctx, int64_t now, bool *more)
{
	TRY(contents_leaving(ctx, now, more));
	return *more ? db_write(ctx, erase, &now) : OK;
}

enum err knowledge_sweep_all(struct ctx *ctx, int64_t now)
{
	bool more = true;

	while (more)
		TRY(knowledge_sweep(ctx, now, &more));
	return OK;
}
