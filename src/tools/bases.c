/* tools/bases.c: which of an agent's knowledge bases there still are.
 *
 * An agent is frozen when its run is created; a base it names may have been deleted since.
 */
#include "tools/tools_internal.h"

enum err bases_of(struct ctx *ctx, const struct agent *agent, bool writable, struct list *out)
{
	const struct list *references = &agent->capabilities.knowledge_bases;
	struct knowledge_base *bases = arena_array(ctx->mem, references->n, sizeof(*bases));

	*out = (struct list){ bases, 0 };
	for (size_t i = 0; i < references->n; i++) {
		const struct knowledge_base_reference *r = LIST_AT(*references, struct knowledge_base_reference, i);
		enum err e;

		if (writable && !str_is(r->access, "read-write"))
			continue;
		e = knowledge_base_get(ctx, r->id, &bases[out->n]);
		if (e != OK && e != ERR_NOT_FOUND)
			return e;
		out->n += e == OK;
	}
	return OK;
}
