/* test/run/rig.h: a workspace with an agent, and in place of models and tools a script.
 *
 * builtin_ops and search_knowledge are defined here, so the linker takes these and leaves the
 * real ones in the library. The scripted model goes through script.n_turns turns of calls, then
 * answers; the scripted tool counts how often it was called for each of its arguments.
 */
#ifndef TEST_RUN_RIG_H
#define TEST_RUN_RIG_H

#include <pthread.h>
#include <unistd.h>

#include "../store/workspace.h"
#include "base/clock.h"
#include "domain/agent.h"
#include "domain/run.h"
#include "model/ask_internal.h"
#include "run/lease.h"
#include "run/turn.h"
#include "tools/tools_internal.h"

enum { TURNS_MAX = 64, CALLS_MAX = 4 };

static struct {
	int n_turns, n_calls; /* turns that call tools, and how many each calls */
	bool model_fails, tool_fails;
	size_t answer_bytes, result_bytes; /* 0: as long as they come */
	void (*thinking)(void);            /* before each reply */
	bool endless;                      /* replies until nobody watches any more */
	bool uncounted;                    /* the second reply does not say what it took */
	const char *says[TURNS_MAX];       /* in place of the answer, by how many replies there were before */
	_Atomic int asked, left, called[TURNS_MAX * CALLS_MAX];
} script;

static inline void script_reset(void)
{
	memset(&script, 0, sizeof(script));
	script.n_calls = 1;
}

static inline struct str filler(struct arena *mem, size_t bytes)
{
	char *p = arena_alloc(mem, bytes);

	memset(p, 'x', bytes);
	return (struct str){ p, bytes };
}

static inline int replies_in(const struct list *thread)
{
	int n = 0;

	for (size_t i = 0; i < thread->n; i++)
		n += LIST_AT(*thread, struct message, i)->role == MESSAGE_REPLY;
	return n;
}

static inline struct list calls_of_turn(struct arena *mem, int turn)
{
	struct tool_call *calls = arena_array(mem, CALLS_MAX, sizeof(*calls));

	for (int i = 0; i < script.n_calls; i++)
		calls[i] =
		    (struct tool_call){ arena_printf(mem, "call_%d", turn * CALLS_MAX + i), S("search_knowledge"),
					arena_printf(mem, "{\"query\": \"%d\"}", turn * CALLS_MAX + i) };
	return (struct list){ calls, (size_t)script.n_calls };
}

/* "0, 1, 4, 5": every result in the thread, which is what a run must not lose or repeat. */
static inline struct str results_in(struct arena *mem, const struct list *thread)
{
	struct buf out = { .mem = mem };

	for (size_t i = 0; i < thread->n; i++) {
		const struct message *m = LIST_AT(*thread, struct message, i);

		if (m->role == MESSAGE_RESULT)
			buf_printf(&out, "%s%.*s", out.n ? ", " : "", STR(m->text));
	}
	return buf_view(&out);
}

static inline enum err reply_endlessly(struct ctx *ctx, const struct model_watch *watch)
{
	int64_t end = mono_ms() + 60000;

	while (watch->go_on(watch->arg)) {
		assert_true(mono_ms() < end);
		usleep(1000);
	}
	script.left++;
	return fail(ctx, ERR_GONE, "nobody waits");
}

static inline enum err scripted_ask(struct ctx *ctx, const struct model_choice *model, const struct list *thread,
				    const struct list *tools, struct model_reply *out)
{
	const struct model_watch *watch = model->watch;
	int turn = replies_in(thread);

	(void)tools;
	script.asked++;
	if (script.endless)
		return reply_endlessly(ctx, watch);
	if (script.thinking)
		script.thinking();
	if (script.model_fails)
		return fail(ctx, ERR_UPSTREAM, "the model is out of order");
	out->tokens_input = 10;
	out->tokens_output = 1;
	out->tokens_cache_read = 100;
	out->tokens_cache_write = 20;
	out->uncounted = script.uncounted && turn == 1;
	out->own = S("a thought");
	if (turn < script.n_turns) {
		out->calls = calls_of_turn(ctx->mem, turn);
		return OK;
	}
	if (script.says[turn]) {
		out->text = str_of(script.says[turn]);
		return OK;
	}
	out->text = script.answer_bytes ? filler(ctx->mem, script.answer_bytes)
					: arena_printf(ctx->mem, "done: %.*s \n", STR(results_in(ctx->mem, thread)));
	return OK;
}

const struct model_ops builtin_ops = { .ask = scripted_ask };

enum err search_knowledge(struct ctx *ctx, const struct tool_scope *scope, const void *arguments, struct str *text)
{
	const struct search_knowledge_in *in = arguments;
	int64_t n;

	(void)scope;
	assert_true(str_to_int(in->query, &n));
	script.called[n]++;
	if (script.tool_fails)
		return fail(ctx, ERR_UPSTREAM, "the tool is broken");
	*text = script.result_bytes ? filler(ctx->mem, script.result_bytes) : arena_str(ctx->mem, in->query);
	return OK;
}

/* -- a workspace to run in ---------------------------------------------------------------------------- */

static const struct tool_reference SEARCH = { .kind = { "system", 6 }, .id = { "search_knowledge", 16 } };

static inline struct agent rig_agent(struct rig *r, struct str name, struct str provider)
{
	struct agent draft = { .name = name,
			       .system_prompt = S("Be brief."),
			       .model = { provider, S("builtin/extractive"), .max_tokens = 100 } },
		     made;

	draft.visibility = S("private");
	draft.agent_mode = S("CHAT");
	draft.capabilities.tools = (struct list){ (void *)&SEARCH, 1 };
	assert_int_equal(agent_create(&r->ctx, &draft, &made), OK);
	return made;
}

static inline struct run rig_run(struct rig *r, struct str message)
{
	struct run_request request = { .agent = S("greeter"), .message = message, .trigger = "manual" };
	struct run run;

	assert_int_equal(run_create(&r->ctx, &request, &run), OK);
	return run;
}

static inline struct run rig_read(struct rig *r, struct str id)
{
	struct run run;

	assert_int_equal(run_get(&r->ctx, id, &run), OK);
	return run;
}

static inline int run_set_up(void **state)
{
	struct rig *r;

	workspace_set_up(state);
	r = *state;
	log_setup(LOG_OFF, LOG_TEXT);
	script_reset();
	rig_agent(r, S("greeter"), S("CUSTOM"));
	return 0;
}

#define WITH_AN_AGENT(test) cmocka_unit_test_setup_teardown(test, run_set_up, rig_tear_down)

#endif
