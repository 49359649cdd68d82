/* tools/update_plan.c: the steps a model means to take, and how far it has come.
 *
 *     {"done": 1, "left": 2}
 *
 * Nothing is stored beside the run: the call itself stands in its record, where the model sees it again with
 * each turn, and people see what was planned.
 */
#include "tools/tools_internal.h"

struct progress_out {
	int64_t done, left;
};
static const struct field progress_fields[] = {
	{ F_INT("done", progress_out, done) },
	{ F_INT("left", progress_out, left) },
};
static const struct schema progress_schema = SCHEMA(NULL, progress_out, progress_fields);

enum err update_plan(struct ctx *ctx, const struct tool_scope *scope, const void *arguments, struct str *text)
{
	const struct update_plan_in *in = arguments;
	struct progress_out out = {0};

	for (size_t i = 0; i < in->steps.n; i++) {
		bool done = str_is(LIST_AT(in->steps, struct plan_step, i)->status, "done");

		out.done += done;
		out.left += !done;
	}
	*text = schema_text(ctx->mem, &progress_schema, &out, WRITE_REPLY);
	return OK;
}

enum err plan_briefing(struct ctx *ctx, const struct tool_scope *scope, struct buf *out)
{
	buf_z(out, "If the job takes more than one step, plan before you act: call update_plan with all steps, and "
		   "again when one is begun, done, or turns out to be different.");
	return OK;
}
