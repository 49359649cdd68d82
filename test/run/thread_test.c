/* test/run/thread_test.c: what the model is shown of a run. */
#include "../unit.h"
#include "run/thread.h"

struct desk {
	struct arena mem;
	struct ctx ctx;
	struct job job;
	struct record record;
};

static int set_up(void **state)
{
	struct desk *d = xcalloc(1, sizeof(*d));

	arena_init(&d->mem, 0);
	d->ctx.mem = &d->mem;
	d->job.spec.agent.system_prompt = S("Be brief.");
	d->job.run.user_message = S("And now?");
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *d = *state;

	arena_fini(&d->mem);
	free(d);
	return 0;
}

#define AT_A_DESK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* "system: Be brief. | user: And now?" */
static const char *told(struct desk *d)
{
	static const char *const ROLES[] = { "system", "user", "reply", "result" };
	struct list thread;
	struct buf out = { .mem = &d->mem };

	assert_int_equal(thread_of(&d->ctx, &d->job, &d->record, &(struct tool_scope){ .agent = &d->job.spec.agent }, &thread), OK);
	for (size_t i = 0; i < thread.n; i++) {
		const struct message *m = LIST_AT(thread, struct message, i);

		buf_printf(&out, "%s%s: %.*s", i ? " | " : "", ROLES[m->role], STR(m->text));
	}
	buf_char(&out, '\0');
	return out.p;
}

static void history(struct desk *d, const struct run_line *lines, size_t n)
{
	d->job.spec.history = (struct list){ (void *)lines, n };
}

static void instructions_come_before_the_message(void **state)
{
	assert_string_equal(told(*state), "system: Be brief. | user: And now?");
}

static void without_a_message_the_job_is_the_one_described(void **state)
{
	struct desk *d = *state;

	d->job.spec.agent.system_prompt = S("");
	d->job.run.user_message = S("");
	assert_string_equal(told(d), "user: " MESSAGE_GO_AHEAD);
}

static void what_was_said_before_stands_before_the_message_and_the_record_behind_it(void **state)
{
	static const struct run_line LINES[] = { { S("user"), S("Hello") }, { S("assistant"), S("Hi") } };
	struct tool_call call = { S("a"), S("search"), S("{}") };
	struct message reply = { .role = MESSAGE_REPLY, .text = S("Wait."), .calls = { &call, 1 } };
	struct desk *d = *state;

	history(d, LINES, COUNT_OF(LINES));
	d->record.messages = (struct list){ &reply, 1 };
	assert_string_equal(told(d), "system: Be brief. | user: Hello | reply: Hi | user: And now? | reply: Wait.");
}

static void instructions_that_begin_the_conversation_join_the_agent_s_own(void **state)
{
	static const struct run_line LINES[] = {
		{ S("system"), S("Answer in verse.") }, { S("system"), S("") }, { S("system"), S("No names.") },
		{ S("user"), S("Hello") }, { S("system"), S("In prose again.") },
	};
	struct desk *d = *state;

	history(d, LINES, COUNT_OF(LINES));
	assert_string_equal(told(d), "system: Be brief.\n\nAnswer in verse.\n\nNo names. | user: Hello | "
				     "system: In prose again. | user: And now?");
	d->job.spec.agent.system_prompt = S("");
	d->job.spec.history.n = 1;
	assert_string_equal(told(d), "system: Answer in verse. | user: And now?");
}

static void an_answer_that_did_not_fit_is_followed_by_what_is_wrong_with_it(void **state)
{
	struct message reply = { .role = MESSAGE_REPLY, .text = S("{\"a\": \"x\"}") };
	struct desk *d = *state;

	assert_int_equal(json_parse(&d->ctx, S("{\"properties\": {\"a\": {\"type\": \"integer\"}}}"), JSON_STRICT,
				    &d->job.spec.output_schema), OK);
	d->record.messages = (struct list){ &reply, 1 };
	assert_string_equal(told(d), "system: Be brief. | user: And now? | reply: {\"a\": \"x\"} | user: Your answer does not "
				     "fit its JSON Schema: a: must be of type integer. Answer again, with nothing but the "
				     "corrected JSON.");
}

static void a_cargo_agent_is_asked_its_inputs_and_the_message_last(void **state)
{
	static const struct cargo_input INPUTS[] = { { S("text"), S("Classify.") }, { S("text"), S("Be fair.") } };
	struct desk *d = *state;

	d->job.spec.agent.system_prompt = S("");
	d->job.spec.is_cargo = true;
	assert_string_equal(told(d), "user: User input: And now?");
	d->job.spec.inputs = (struct list){ (void *)INPUTS, 2 };
	assert_string_equal(told(d), "user: Classify.\n\nBe fair.\n\nUser input: And now?");
	d->job.run.user_message = S("");
	assert_string_equal(told(d), "user: Classify.\n\nBe fair.");
}

static void a_page_that_cannot_be_read_ends_it_with_its_name(void **state)
{
	static const struct cargo_input INPUTS[] = { { S("url"), S("http://127.0.0.1:1/") } };
	struct desk *d = *state;
	struct list thread;

	d->job.spec.is_cargo = true;
	d->job.spec.inputs = (struct list){ (void *)INPUTS, 1 };
	assert_int_not_equal(thread_of(&d->ctx, &d->job, &d->record, &(struct tool_scope){ .agent = &d->job.spec.agent }, &thread), OK);
	assert_true(str_starts(str_of(d->ctx.why), S("The input http://127.0.0.1:1/ cannot be read: ")));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		AT_A_DESK(instructions_come_before_the_message),
		AT_A_DESK(without_a_message_the_job_is_the_one_described),
		AT_A_DESK(what_was_said_before_stands_before_the_message_and_the_record_behind_it),
		AT_A_DESK(an_answer_that_did_not_fit_is_followed_by_what_is_wrong_with_it),
		AT_A_DESK(a_cargo_agent_is_asked_its_inputs_and_the_message_last),
		AT_A_DESK(a_page_that_cannot_be_read_ends_it_with_its_name),
		AT_A_DESK(instructions_that_begin_the_conversation_join_the_agent_s_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
