/* domain/agent_change.c: the checks that come before the account of a coding agent is looked for. */
#include "domain/agent_change.h"

#include "base/utf8.h"
#include "domain/agent_source.h"

static const char *const FRAMEWORKS[] = { "pydantic-agentspec", "cargo-ai", NULL };

enum { VALUE_SHOWN = 200 };

enum err agent_change_request(struct ctx *ctx, const struct agent_change *change, struct agent_change_task *out)
{
	bool connected;

	(void)out;
	if (change->framework.p && !str_is_one_of(change->framework, FRAMEWORKS))
		return fail(ctx, ERR_INVALID, "unknown framework \"%.*s\"",
			    STR(utf8_cut(change->framework, VALUE_SHOWN)));
	TRY(agent_source_connected(ctx, &connected));
	if (!connected)
		return fail(ctx, ERR_CONFLICT, "no repository connected to this workspace");
	return fail(ctx, ERR_CONFLICT, "no personal or workspace fallback Tembo account is connected "
		    "(Settings \u2192 Tembo Coding Agent)");
}
