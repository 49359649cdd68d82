/* test/run/engine_test.c: claiming, turns, the record and its guards, without threads of our own:
 * the test is the worker, so it can stop where a crash would. */
#include "rig.h"

#include <math.h>

#include "run/record.h"

enum { LEASE_US = 3600 * 1000000LL };

/* -- a worker made by hand --------------------------------------------------------------------------- */

struct hand {
	struct owner owner;
	struct lease_terms terms;
	atomic_bool stop;
};

static struct hand *hand_new(struct rig *r, int64_t attempts)
{
	struct hand *h = NEW(&r->mem, struct hand);

	assert_int_equal(owner_init(&r->ctx, rig_path(r, "workers.lock"), &h->owner), OK);
	h->terms = (struct lease_terms){ .owner = &h->owner, .lease_us = LEASE_US, .attempts = attempts };
	return h;
}

/* ERR_NOT_FOUND: nothing to claim. */
static enum err take(struct rig *r, struct hand *h, struct job *job)
{
	bool more;

	*job = (struct job){ .limits = RUN_LIMITS, .lease_us = LEASE_US, .stop = &h->stop };
	TRY(lease_claim(&r->ctx, &h->terms, &job->run, &more));
	return job_load(&r->ctx, job);
}

static struct job taken(struct rig *r, struct hand *h)
{
	struct job job;

	assert_int_equal(take(r, h, &job), OK);
	return job;
}

static enum err turns(struct rig *r, struct job *job)
{
	while (!job->over && !atomic_load(job->stop))
		TRY(run_turn(&r->ctx, job));
	return OK;
}

/* The process of this worker dies, and another finds out. */
static void die(struct rig *r, struct hand *h)
{
	struct hand *other = hand_new(r, 3);

	owner_fini(&h->owner);
	assert_int_equal(lease_bury(&r->ctx, &other->owner), OK);
	owner_fini(&other->owner);
}

static size_t n_steps(struct rig *r, struct str run_id)
{
	struct list steps;

	assert_int_equal(run_steps_list(&r->ctx, r->ctx.actor.workspace_id, run_id, &steps), OK);
	return steps.n;
}

static struct run carried_out(struct rig *r, struct str message)
{
	struct hand *h = hand_new(r, 3);
	struct run run = rig_run(r, message);
	struct job job = taken(r, h);

	assert_int_equal(turns(r, &job), OK);
	owner_fini(&h->owner);
	return rig_read(r, run.id);
}

/* Ends the run with a reply of its own. */
static enum err finish_by_hand(struct rig *r, struct job *job)
{
	struct model_reply reply = { .text = S("done"), .tokens_input = 10, .tokens_output = 1,
				     .tokens_cache_read = 100, .tokens_cache_write = 20 };
	struct record record;

	TRY(record_read(&r->ctx, &job->run, &record));
	return record_success(&r->ctx, job, &record, &reply);
}

struct stored_spec {
	struct str run_id, spec;
};

static enum err put_spec(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	static const struct sql SQL = { "test.put_spec", "UPDATE run SET spec = $2 WHERE id = $1" };
	AUTO(stmt_done) struct stmt s = { 0 };
	const struct stored_spec *p = arg;

	TRY(stmt_write(ctx, tx, &SQL, &s));
	bind_str(&s, p->run_id);
	bind_str(&s, p->spec);
	return stmt_run(ctx, &s, NULL);
}

static void store_spec(struct rig *r, struct str run_id, struct str spec)
{
	assert_int_equal(db_write(&r->ctx, put_spec, &(struct stored_spec){ run_id, spec }), OK);
}

/* -- what a run is made of ---------------------------------------------------------------------------- */

static void a_run_is_frozen_when_it_is_created(void **state)
{
	struct rig *r = *state;
	struct run run = rig_run(r, S("hello"));
	struct hand *h = hand_new(r, 3);
	struct agent agent;
	struct job job;

	assert_str(run.status, "queued");
	assert_str(run.model, "builtin:extractive");
	assert_true(str_starts(run.agent_path, S("managed/")));
	assert_true(str_eq(run.created_by, r->ctx.actor.user_id));
	assert_int_equal(agents_by_id(&r->ctx, r->ctx.actor.workspace_id, run.agent_id, &agent), OK);
	assert_int_equal(agent_delete(&r->ctx, agent.id), OK);
	job = taken(r, h);
	assert_str(job.spec.agent.system_prompt, "Be brief.");
	assert_int_equal(job.spec.agent.model.max_tokens, 100);
	assert_int_equal(turns(r, &job), OK);
	assert_str(rig_read(r, run.id).status, "succeeded");
	owner_fini(&h->owner);
}

static void a_conversation_is_frozen_with_its_run(void **state)
{
	static const struct run_line LINES[] = { { S("user"), S("Hello") }, { S("assistant"), S("Hi") } };
	struct rig *r = *state;
	struct run_request request = { .agent = S("greeter"), .message = S("And?"), .trigger = "manual",
				       .history = { (void *)LINES, 2 } };
	struct hand *h = hand_new(r, 3);
	struct run run;
	struct job job;

	r->ctx.actor.run_id = S("01890000-0000-7000-8000-000000000001");
	assert_int_equal(run_create(&r->ctx, &request, &run), OK);
	r->ctx.actor.run_id = (struct str){ NULL, 0 };
	job = taken(r, h);
	assert_int_equal(job.spec.history.n, 2);
	assert_str(LIST_AT(job.spec.history, struct run_line, 1)->role, "assistant");
	assert_str(LIST_AT(job.spec.history, struct run_line, 1)->text, "Hi");
	assert_str(job.run.parent_run_id, "01890000-0000-7000-8000-000000000001");
	assert_null(rig_run(r, S("")).parent_run_id.p);
	owner_fini(&h->owner);
}

static void a_conversation_is_of_known_roles_and_only_so_long(void **state)
{
	struct rig *r = *state;
	struct run_line lines[] = { { S("user"), filler(&r->mem, RUN_HISTORY_BYTES_MAX) }, { S("assistant"), S("") } };
	struct run_request request = { .agent = S("greeter"), .message = S(""), .trigger = "manual",
				       .history = { lines, 2 } };
	struct run run;

	assert_int_equal(run_create(&r->ctx, &request, &run), OK);
	lines[1].text = S("x");
	assert_int_equal(run_create(&r->ctx, &request, &run), ERR_TOO_LARGE);
	assert_string_equal(r->ctx.why, "the conversation before the message is larger than 1048576 bytes");
	lines[0] = (struct run_line){ S("tool"), S("x") };
	assert_int_equal(run_create(&r->ctx, &request, &run), ERR_INVALID);
}

/* As far as it goes, with a schema for the answer. */
static struct run answered_by(struct rig *r, const char *schema, bool is_cargo)
{
	struct hand *h = hand_new(r, 3);
	struct run run = rig_run(r, S("hello"));
	struct job job = taken(r, h);

	assert_int_equal(json_parse(&r->ctx, str_of(schema), JSON_STRICT, &job.spec.output_schema), OK);
	job.spec.is_cargo = is_cargo;
	assert_int_equal(turns(r, &job), OK);
	owner_fini(&h->owner);
	return rig_read(r, run.id);
}

#define A_NUMBER "{\"type\": \"object\", \"properties\": {\"n\": {\"type\": \"integer\"}}, \"required\": [\"n\"]}"

static void an_answer_that_fits_its_schema_is_the_output(void **state)
{
	struct rig *r = *state;
	struct run run;

	script.says[0] = "\n```json\n{\"n\": 7}\n```\n";
	run = answered_by(r, A_NUMBER, false);
	assert_str(run.status, "succeeded");
	assert_str(run.output, "user> hello\n\n{\"n\": 7}");
}

static void an_answer_that_does_not_fit_is_asked_for_once_more(void **state)
{
	struct rig *r = *state;
	struct run run;

	script.says[0] = "Seven.", script.says[1] = "{\"n\": 7}";
	run = answered_by(r, A_NUMBER, false);
	assert_str(run.status, "succeeded");
	assert_str(run.output, "user> hello\n\n{\"n\": 7}");
	assert_int_equal(script.asked, 2);
	assert_int_equal(run.tokens_input, 20);
	script.asked = 0;
	script.says[1] = "{\"n\": \"7\"}", script.says[2] = "{\"n\": 7}";
	run = answered_by(r, A_NUMBER, false);
	assert_str(run.status, "failed");
	assert_str(run.error_message, "The answer does not fit the agent's output_schema, even when asked for again: "
				      "n: must be of type integer");
	assert_int_equal(script.asked, 2);
}

static void an_answer_of_a_cargo_agent_is_shown_as_lines(void **state)
{
	struct rig *r = *state;

	script.says[0] = "{\"n\": 7, \"why\": \"counted\"}";
	assert_str(answered_by(r, "{\"properties\": {\"why\": {}, \"n\": {}, \"absent\": {}}}", true).output,
		   "user> hello\n\nwhy: counted\nn: 7");
}

static void a_run_that_cannot_be_carried_out_fails_before_anybody_is_asked(void **state)
{
	struct rig *r = *state;
	struct hand *h = hand_new(r, 3);
	struct run run = rig_run(r, S("hello"));
	struct job job = taken(r, h);

	job.spec.refusal = S("`agent_schema` is required");
	assert_int_equal(turns(r, &job), OK);
	assert_str(rig_read(r, run.id).error_message, "`agent_schema` is required");
	assert_int_equal(script.asked, 0);
	owner_fini(&h->owner);
}

static void an_agent_is_found_by_id_before_its_name_and_only_in_its_workspace(void **state)
{
	struct rig *r = *state;
	struct agent agent;
	struct run_request request = { .message = S(""), .trigger = "manual" };
	struct run run;

	assert_int_equal(agents_by_name(&r->ctx, r->ctx.actor.workspace_id, S("greeter"), &agent), OK);
	request.agent = agent.id;
	assert_int_equal(run_create(&r->ctx, &request, &run), OK);
	assert_str(run.agent_name, "greeter");
	request.agent = S("Greeter");
	assert_int_equal(run_create(&r->ctx, &request, &run), ERR_NOT_FOUND);
	assert_string_equal(r->ctx.why, "Agent \"Greeter\" is no longer in the connected repo.");
	enter_workspace(r, S("other"));
	request.agent = agent.id;
	assert_int_equal(run_create(&r->ctx, &request, &run), ERR_NOT_FOUND);
}

static void the_output_is_a_transcript_with_the_tokens_of_all_turns(void **state)
{
	struct rig *r = *state;
	struct run run;

	script.n_turns = 2, script.n_calls = 2;
	run = carried_out(r, S("hello"));
	assert_str(run.status, "succeeded");
	assert_str(run.output, "user> hello\n\ndone: 0, 1, 4, 5");
	assert_int_equal(run.tokens_input, 30);
	assert_int_equal(run.tokens_output, 3);
	assert_true(isnan(run.cost_usd));
	assert_true(run.started_at >= run.created_at && run.completed_at >= run.started_at);
	assert_null(run.lease_owner.p);
	assert_int_equal(n_steps(r, run.id), 7);
}

static void a_transcript_holds_all_of_an_answer_whatever_stands_in_it(void **state)
{
	struct rig *r = *state;
	struct run run = { .user_message = S("a\0b") };

	run.output = run_transcript(&r->mem, run.user_message, S("c\0d\n "));
	assert_true(str_eq(run.output, S("user> a\0b\n\nc\0d")));
	assert_true(str_eq(run_answer(&run), S("c\0d")));
}

static void without_a_message_the_output_is_the_answer_alone(void **state)
{
	struct rig *r = *state;

	assert_str(carried_out(r, S("")).output, "done:");
}

static void a_failing_tool_is_a_result_the_model_reads(void **state)
{
	struct rig *r = *state;
	struct run run;

	script.n_turns = 1, script.tool_fails = true;
	run = carried_out(r, S(""));
	assert_str(run.status, "succeeded");
	assert_str(run.output, "done: the tool is broken");
}

static void a_failing_model_fails_the_run_in_its_own_words(void **state)
{
	struct rig *r = *state;
	struct run run;

	script.model_fails = true;
	run = carried_out(r, S("hello"));
	assert_str(run.status, "failed");
	assert_str(run.error_message, "the model is out of order");
	assert_str(run.output, "");
	assert_true(run.tokens_input == NO_INT);
}

/* The run of an agent with another model. */
static struct run carried_out_with(struct rig *r, struct str provider, struct str model)
{
	struct hand *h = hand_new(r, 3);
	struct run run = rig_run(r, S("hello"));
	struct job job = taken(r, h);

	job.spec.agent.model.provider = provider;
	job.spec.agent.model.model = model;
	assert_int_equal(turns(r, &job), OK);
	owner_fini(&h->owner);
	assert_int_equal(script.asked, 0);
	return rig_read(r, run.id);
}

static void a_model_that_cannot_be_reached_fails_the_run_clearly(void **state)
{
	struct rig *r = *state;

	unsetenv("OPENAI_API_KEY");
	assert_str(carried_out_with(r, S("OPENAI"), S("openai/gpt-5")).error_message,
		   "The workspace is not connected to the model provider OPENAI.");
	assert_str(carried_out_with(r, S("gemini"), S("x")).error_message,
		   "There is no model provider 'gemini'; a model is written provider:model.");
	assert_str(carried_out_with(r, S("CUSTOM"), S("x")).error_message,
		   "The model provider CUSTOM has no base URL.");
}

/* The tokens are the script's, the prices Anthropic's for a sonnet. */
static void a_run_has_its_cost_when_the_price_is_known(void **state)
{
	struct rig *r = *state;
	struct hand *h = hand_new(r, 3);
	struct run run = rig_run(r, S("hello"));
	struct job job = taken(r, h);

	script.n_turns = 1;
	assert_int_equal(run_turn(&r->ctx, &job), OK);
	job.spec.agent.model.provider = S("ANTHROPIC");
	job.spec.agent.model.model = S("claude-sonnet-5");
	assert_int_equal(finish_by_hand(r, &job), OK);
	run = rig_read(r, run.id);
	assert_int_equal(run.tokens_input, 20);
	assert_true(fabs(run.cost_usd - ((20 + 0.1 * 200 + 1.25 * 40) * 3 + 2 * 15) / 1e6) < 5e-7);
	owner_fini(&h->owner);
}

static void half_a_count_is_none(void **state)
{
	struct rig *r = *state;
	struct run run;

	script.n_turns = 2, script.uncounted = true;
	run = carried_out(r, S("hello"));
	assert_str(run.status, "succeeded");
	assert_int_equal(run.tokens_input, NO_INT);
	assert_int_equal(run.tokens_output, NO_INT);
	assert_true(isnan(run.cost_usd));
}

static void what_a_provider_wants_back_is_in_the_record(void **state)
{
	struct rig *r = *state;
	struct hand *h = hand_new(r, 3);
	struct record record;
	struct job job;

	rig_run(r, S("hello"));
	job = taken(r, h);
	script.n_turns = 1;
	assert_int_equal(run_turn(&r->ctx, &job), OK);
	assert_int_equal(record_read(&r->ctx, &job.run, &record), OK);
	assert_str(LIST_AT(record.messages, struct message, 0)->own, "a thought");
	owner_fini(&h->owner);
}

/* -- agents that are files ------------------------------------------------------------------------------ */

/* The job of a run whose frozen spec says this besides the agent. */
static struct job loaded(struct rig *r, struct hand *h, const char *settings, int64_t request_limit)
{
	struct run_spec spec = { .request_limit = request_limit };
	struct run run = rig_run(r, S("hello"));
	struct job job;

	assert_int_equal(json_parse(&r->ctx, str_of(settings), JSON_STRICT, &spec.model_settings), OK);
	spec.agent = (struct agent){ .name = S("greeter"),
				     .model = { S("CUSTOM"), S("builtin/extractive"), .max_tokens = 4096 } };
	store_spec(r, run.id, schema_text(&r->mem, &run_spec_schema, &spec, WRITE_STORED));
	job = taken(r, h);
	return job;
}

static void a_file_s_settings_are_all_that_is_said_of_its_model(void **state)
{
	struct rig *r = *state;
	struct hand *h = hand_new(r, 3);
	struct job job = loaded(r, h, "{\"max_tokens\": 77, \"seed\": 1}", 0);
	struct model_choice model = job_model(&job);
	int64_t seed;

	assert_int_equal(model.max_tokens, 77);
	assert_true(isnan(model.temperature) && isnan(model.top_p));
	assert_true(json_as_int(json_get(model.settings, "seed"), &seed) && seed == 1);
	assert_int_equal(job.limits.requests, RUN_LIMITS.requests);
	owner_fini(&h->owner);
}

static void a_file_s_limit_of_requests_counts(void **state)
{
	struct rig *r = *state;
	struct hand *h = hand_new(r, 3);
	struct job job = loaded(r, h, "{}", 2);

	assert_int_equal(job_model(&job).max_tokens, 0);
	script.n_turns = 5;
	assert_int_equal(turns(r, &job), OK);
	assert_str(rig_read(r, job.run.id).error_message, "The run reached its limit of 2 model requests.");
	owner_fini(&h->owner);
}


/* A client that pages by createdAt in milliseconds must be able to tell runs apart. */
static void runs_created_in_a_burst_have_a_millisecond_each(void **state)
{
	struct rig *r = *state;
	int64_t last = 0;

	for (int i = 0; i < 200; i++) {
		int64_t created_at = rig_run(r, S("")).created_at;

		assert_true(created_at / 1000 > last / 1000);
		last = created_at;
	}
	assert_true(last <= now_us() + US_PER_SECOND);
}

/* -- states ----------------------------------------------------------------------------------------------- */

struct move {
	struct run was, now;
	enum run_status to;
};

static enum err move(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct move *m = arg;

	return run_move(ctx, tx, &m->was, &m->now, m->to);
}

/* Puts the row into a state, whatever the rules say. */
static enum err force(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct move *m = arg;

	return runs_update(ctx, tx, &m->was, &m->now);
}

static void every_edge_is_as_the_table_says(void **state)
{
	/* Rows: from. Columns: to queued, running, succeeded, failed, cancelled. */
	static const bool LEGAL[5][5] = {
		{ 0, 1, 0, 1, 1 }, { 1, 1, 1, 1, 1 }, { 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0 },
	};
	struct rig *r = *state;

	for (int from = 0; from < 5; from++) {
		for (int to = 0; to < 5; to++) {
			struct move m = { .was = rig_run(r, S("")), .to = (enum run_status)to };

			m.now = m.was;
			m.now.status = str_of(run_status_names[from]);
			assert_int_equal(db_write(&r->ctx, force, &m), OK);
			m.was = m.now;
			assert_int_equal(run_status_of(&m.was), from);
			assert_int_equal(run_is_over(&m.was), from >= RUN_SUCCEEDED);
			assert_int_equal(db_write(&r->ctx, move, &m), LEGAL[from][to] ? OK : ERR_CONFLICT);
			assert_str(rig_read(r, m.was.id).status, run_status_names[LEGAL[from][to] ? to : from]);
		}
	}
}

static void a_run_that_is_not_running_has_no_lease_and_one_that_is_over_has_an_end(void **state)
{
	struct rig *r = *state;
	struct hand *h = hand_new(r, 3);
	struct run run = rig_run(r, S("")), got;
	struct job job = taken(r, h);

	got = rig_read(r, run.id);
	assert_str(got.status, "running");
	assert_str(got.lease_owner, h->owner.name);
	assert_true(got.lease_expires_at > now_us());
	assert_true(got.started_at > 0 && got.completed_at == 0);
	assert_int_equal(lease_return(&r->ctx, &job.run), OK);
	got = rig_read(r, run.id);
	assert_str(got.status, "queued");
	assert_null(got.lease_owner.p);
	assert_int_equal(got.attempts, 0);
	assert_true(got.started_at > 0 && got.completed_at == 0);
	owner_fini(&h->owner);
}

/* -- cancelling --------------------------------------------------------------------------------------------- */

static bool cancel(struct rig *r, struct str id)
{
	bool cancelled;

	assert_int_equal(run_cancel(&r->ctx, id, &cancelled), OK);
	return cancelled;
}

static void a_queued_run_that_is_cancelled_is_never_begun(void **state)
{
	struct rig *r = *state;
	struct run run = rig_run(r, S("hello")), got;
	struct hand *h = hand_new(r, 3);
	struct job job;

	assert_true(cancel(r, run.id));
	assert_false(cancel(r, run.id));
	assert_int_equal(take(r, h, &job), ERR_NOT_FOUND);
	got = rig_read(r, run.id);
	assert_str(got.status, "cancelled");
	assert_str(got.error_message, "Cancelled by user");
	assert_true(got.completed_at > 0 && got.started_at == 0);
	owner_fini(&h->owner);
}

static void a_running_run_that_is_cancelled_stops_and_keeps_its_end(void **state)
{
	struct rig *r = *state;
	struct run run = rig_run(r, S("hello"));
	struct hand *h = hand_new(r, 3);
	struct job job = taken(r, h);

	script.n_turns = 5;
	assert_int_equal(run_turn(&r->ctx, &job), OK);
	assert_true(cancel(r, run.id));
	assert_int_equal(run_turn(&r->ctx, &job), ERR_CONFLICT);
	assert_int_equal(lease_return(&r->ctx, &job.run), ERR_CONFLICT);
	assert_str(rig_read(r, run.id).status, "cancelled");
	assert_int_equal(n_steps(r, run.id), 2);
	owner_fini(&h->owner);
}

static void a_run_that_is_over_cannot_be_cancelled(void **state)
{
	struct rig *r = *state;
	struct run run = carried_out(r, S("hello"));

	assert_false(cancel(r, run.id));
	assert_str(rig_read(r, run.id).status, "succeeded");
}

static void a_run_of_another_workspace_cannot_be_cancelled(void **state)
{
	struct rig *r = *state;
	struct run run = rig_run(r, S("hello"));
	bool cancelled;

	enter_workspace(r, S("other"));
	assert_int_equal(run_cancel(&r->ctx, run.id, &cancelled), ERR_NOT_FOUND);
	assert_string_equal(r->ctx.why, "run not found");
}

/* -- leases --------------------------------------------------------------------------------------------------- */

static void one_run_is_claimed_by_one_worker(void **state)
{
	struct rig *r = *state;
	struct hand *a = hand_new(r, 3), *b = hand_new(r, 3);
	struct job job;

	rig_run(r, S("hello"));
	taken(r, a);
	assert_int_equal(take(r, b, &job), ERR_NOT_FOUND);
	assert_int_equal(take(r, a, &job), ERR_NOT_FOUND);
	owner_fini(&a->owner);
	owner_fini(&b->owner);
}

static void a_claim_tells_whether_more_runs_wait(void **state)
{
	struct rig *r = *state;
	struct hand *h = hand_new(r, 3);
	struct run run;
	bool more;

	rig_run(r, S("one"));
	rig_run(r, S("two"));
	assert_int_equal(lease_claim(&r->ctx, &h->terms, &run, &more), OK);
	assert_true(more);
	assert_str(run.user_message, "one");
	assert_int_equal(lease_claim(&r->ctx, &h->terms, &run, &more), OK);
	assert_false(more);
	owner_fini(&h->owner);
}

static void a_lease_that_ran_out_is_taken_over_and_its_old_holder_can_write_no_more(void **state)
{
	struct rig *r = *state;
	struct hand *slow = hand_new(r, 3), *quick = hand_new(r, 3);
	struct run run = rig_run(r, S("hello"));
	struct job theirs, ours;
	bool lost = false;

	script.n_turns = 1;
	slow->terms.lease_us = -1; /* over as soon as it is given */
	theirs = taken(r, slow);
	ours = taken(r, quick);
	assert_true(str_eq(theirs.run.id, ours.run.id));
	assert_int_equal(ours.run.attempts, 2);
	assert_int_equal(run_turn(&r->ctx, &theirs), ERR_CONFLICT);
	assert_int_equal(lease_renew(&r->ctx, &slow->terms, &theirs.run, 1, &lost), OK);
	assert_true(lost);
	assert_int_equal(n_steps(r, run.id), 0);
	assert_int_equal(turns(r, &ours), OK);
	assert_str(rig_read(r, run.id).output, "user> hello\n\ndone: 0");
	owner_fini(&slow->owner);
	owner_fini(&quick->owner);
}

static void a_renewed_lease_is_not_taken_over(void **state)
{
	struct rig *r = *state;
	struct hand *a = hand_new(r, 3), *b = hand_new(r, 3);
	struct job job, none;
	bool lost = true;

	rig_run(r, S("hello"));
	a->terms.lease_us = -1;
	job = taken(r, a);
	a->terms.lease_us = LEASE_US;
	assert_int_equal(lease_renew(&r->ctx, &a->terms, &job.run, 1, &lost), OK);
	assert_false(lost);
	assert_int_equal(take(r, b, &none), ERR_NOT_FOUND);
	owner_fini(&a->owner);
	owner_fini(&b->owner);
}

static void the_runs_of_a_dead_process_go_on_at_once_and_those_of_a_living_one_do_not(void **state)
{
	struct rig *r = *state;
	struct hand *dead = hand_new(r, 3), *alive = hand_new(r, 3), *next = hand_new(r, 3);
	struct run one = rig_run(r, S("one"));
	struct job job;

	taken(r, dead);
	rig_run(r, S("two"));
	taken(r, alive);
	die(r, dead);
	job = taken(r, next);
	assert_true(str_eq(job.run.id, one.id));
	assert_int_equal(take(r, next, &job), ERR_NOT_FOUND);
	owner_fini(&alive->owner);
	owner_fini(&next->owner);
}

static void a_run_that_was_interrupted_too_often_is_given_up(void **state)
{
	struct rig *r = *state;
	struct run run = rig_run(r, S("hello")), got;
	struct job job;

	for (int i = 0; i < 3; i++) {
		struct hand *h = hand_new(r, 3);

		job = taken(r, h);
		assert_int_equal(job.run.attempts, i + 1);
		die(r, h);
	}
	assert_int_equal(take(r, hand_new(r, 3), &job), ERR_NOT_FOUND);
	got = rig_read(r, run.id);
	assert_str(got.status, "failed");
	assert_str(got.error_message, "The run was interrupted 3 times and is not tried again.");
	assert_int_equal(script.asked, 0);
}

static void a_run_that_is_given_up_does_not_hide_the_next(void **state)
{
	struct rig *r = *state;
	struct hand *h = hand_new(r, 1), *next = hand_new(r, 1);
	struct job job;

	rig_run(r, S("one"));
	taken(r, h);
	rig_run(r, S("two"));
	die(r, h);
	job = taken(r, next);
	assert_str(job.run.user_message, "two");
	owner_fini(&next->owner);
}

static void handing_back_keeps_the_steps_and_costs_no_attempt(void **state)
{
	struct rig *r = *state;
	struct run run = rig_run(r, S("hello"));
	struct hand *h = hand_new(r, 1);

	script.n_turns = 3;
	for (int turn = 0; turn < 3; turn++) {
		struct job job = taken(r, h);

		assert_int_equal(run_turn(&r->ctx, &job), OK);
		assert_int_equal(lease_return(&r->ctx, &job.run), OK);
		assert_int_equal(n_steps(r, run.id), 2 * (size_t)(turn + 1));
	}
	assert_int_equal(script.asked, 3);
	owner_fini(&h->owner);
}

static void a_worker_that_is_told_to_stop_does_so_between_two_steps(void **state)
{
	struct rig *r = *state;
	struct run run = rig_run(r, S("hello"));
	struct hand *h = hand_new(r, 3);
	struct job job = taken(r, h);

	script.n_turns = 1, script.n_calls = 3;
	atomic_store(&h->stop, true);
	assert_int_equal(run_turn(&r->ctx, &job), OK);
	assert_int_equal(n_steps(r, run.id), 1);
	assert_int_equal(script.called[0], 0);
	owner_fini(&h->owner);
}

/* Cancellations of other runs are none of its business. */
static void a_reply_is_broken_off_when_its_run_is_cancelled(void **state)
{
	struct rig *r = *state;
	struct hand *h = hand_new(r, 3);
	struct run run = rig_run(r, S("hello")), other = rig_run(r, S("other"));
	struct job job = taken(r, h);

	assert_true(str_eq(job.run.id, run.id));
	job.cancellations = run_cancellations();
	script.n_turns = 1;
	assert_true(cancel(r, other.id));
	assert_int_equal(run_turn(&r->ctx, &job), OK);
	script.endless = true;
	assert_true(cancel(r, run.id));
	assert_int_equal(run_turn(&r->ctx, &job), ERR_CONFLICT);
	assert_int_equal(script.left, 1);
	assert_int_equal(n_steps(r, run.id), 2);
	owner_fini(&h->owner);
}

/* -- crashes -------------------------------------------------------------------------------------------------- */

/* The commit, counted from 0, at which everything stops. */
struct fault {
	int at, commits;
};

static enum err strike(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct fault *fault = arg;

	(void)tx;
	return fault->commits++ == fault->at ? fail(ctx, ERR_INTERNAL, "struck") : OK;
}

/* Works until the fault strikes, or to the end. True: it struck. */
static bool work_until_struck(struct rig *r, struct hand *h, struct fault *fault)
{
	struct job job = taken(r, h);
	enum err e;

	r->ctx.before_commit = (struct tx_hook){ strike, fault };
	e = turns(r, &job);
	r->ctx.before_commit = (struct tx_hook){ 0 };
	assert_true(e == OK || e == ERR_INTERNAL);
	return e != OK;
}

/* A step that is struck did not happen, even if its tool was called; every other step happened
 * once. So only the call in flight may be repeated. */
static void a_crash_before_any_commit_repeats_at_most_the_step_in_flight(void **state)
{
	enum { TURNS = 3, CALLS = 2, STEPS = TURNS * (1 + CALLS) + 1 };
	struct rig *r = *state;

	for (int at = 0; at <= STEPS; at++) {
		struct fault fault = { .at = at };
		struct hand *first = hand_new(r, 3), *second = hand_new(r, 3);
		struct run run, got;
		int repeated = 0;

		script_reset();
		script.n_turns = TURNS, script.n_calls = CALLS;
		run = rig_run(r, S("hello"));
		assert_int_equal(work_until_struck(r, first, &fault), at < STEPS);
		assert_int_equal(n_steps(r, run.id), at < STEPS ? at : STEPS);
		die(r, first);
		if (at < STEPS)
			assert_false(work_until_struck(r, second, &(struct fault){ .at = -1 }));
		got = rig_read(r, run.id);
		assert_str(got.status, "succeeded");
		assert_str(got.output, "user> hello\n\ndone: 0, 1, 4, 5, 8, 9");
		assert_int_equal(got.tokens_input, 10 * (TURNS + 1));
		assert_int_equal(n_steps(r, run.id), STEPS);
		for (size_t i = 0; i < COUNT_OF(script.called); i++)
			repeated += script.called[i] > 1 ? script.called[i] - 1 : 0;
		assert_true(repeated <= 1);
		assert_true(script.asked <= TURNS + 2);
		owner_fini(&second->owner);
	}
}

/* -- limits --------------------------------------------------------------------------------------------------- */

static struct run limited(struct rig *r, struct run_limits limits)
{
	struct hand *h = hand_new(r, 3);
	struct run run = rig_run(r, S("hello"));
	struct job job = taken(r, h);

	job.limits = limits;
	assert_int_equal(turns(r, &job), OK);
	owner_fini(&h->owner);
	run = rig_read(r, run.id);
	assert_str(run.status, "failed");
	return run;
}

static void a_run_asks_its_model_only_so_often(void **state)
{
	struct rig *r = *state;

	script.n_turns = TURNS_MAX - 1;
	assert_str(limited(r, RUN_LIMITS).error_message, "The run reached its limit of 50 model requests.");
	assert_int_equal(script.asked, 50);
}

static void a_run_takes_only_so_long(void **state)
{
	struct rig *r = *state;
	struct run_limits limits = RUN_LIMITS;

	limits.time_ms = 0;
	assert_str(limited(r, limits).error_message, "The run reached its time limit of 0 seconds.");
	assert_int_equal(script.asked, 0);
}

static void an_output_is_only_so_long(void **state)
{
	struct rig *r = *state;

	script.answer_bytes = (size_t)RUN_LIMITS.output_bytes + 1;
	assert_str(limited(r, RUN_LIMITS).error_message, "The output is larger than the limit of 1048576 bytes.");
}

static void a_result_is_only_so_long(void **state)
{
	struct rig *r = *state;

	script.n_turns = 1;
	script.result_bytes = (size_t)RUN_LIMITS.result_bytes + 1;
	assert_str(limited(r, RUN_LIMITS).error_message,
		   "The result of search_knowledge is larger than the limit of 1048576 bytes.");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_AN_AGENT(a_run_is_frozen_when_it_is_created),
		WITH_AN_AGENT(a_conversation_is_frozen_with_its_run),
		WITH_AN_AGENT(a_conversation_is_of_known_roles_and_only_so_long),
		WITH_AN_AGENT(an_answer_that_fits_its_schema_is_the_output),
		WITH_AN_AGENT(an_answer_that_does_not_fit_is_asked_for_once_more),
		WITH_AN_AGENT(an_answer_of_a_cargo_agent_is_shown_as_lines),
		WITH_AN_AGENT(a_run_that_cannot_be_carried_out_fails_before_anybody_is_asked),
		WITH_AN_AGENT(an_agent_is_found_by_id_before_its_name_and_only_in_its_workspace),
		WITH_AN_AGENT(the_output_is_a_transcript_with_the_tokens_of_all_turns),
		WITH_AN_AGENT(a_transcript_holds_all_of_an_answer_whatever_stands_in_it),
		WITH_AN_AGENT(without_a_message_the_output_is_the_answer_alone),
		WITH_AN_AGENT(a_failing_tool_is_a_result_the_model_reads),
		WITH_AN_AGENT(a_failing_model_fails_the_run_in_its_own_words),
		WITH_AN_AGENT(a_model_that_cannot_be_reached_fails_the_run_clearly),
		WITH_AN_AGENT(a_run_has_its_cost_when_the_price_is_known),
		WITH_AN_AGENT(half_a_count_is_none),
		WITH_AN_AGENT(what_a_provider_wants_back_is_in_the_record),
		WITH_AN_AGENT(a_file_s_settings_are_all_that_is_said_of_its_model),
		WITH_AN_AGENT(a_file_s_limit_of_requests_counts),
		WITH_AN_AGENT(runs_created_in_a_burst_have_a_millisecond_each),
		WITH_AN_AGENT(every_edge_is_as_the_table_says),
		WITH_AN_AGENT(a_run_that_is_not_running_has_no_lease_and_one_that_is_over_has_an_end),
		WITH_AN_AGENT(a_queued_run_that_is_cancelled_is_never_begun),
		WITH_AN_AGENT(a_running_run_that_is_cancelled_stops_and_keeps_its_end),
		WITH_AN_AGENT(a_run_that_is_over_cannot_be_cancelled),
		WITH_AN_AGENT(a_run_of_another_workspace_cannot_be_cancelled),
		WITH_AN_AGENT(one_run_is_claimed_by_one_worker),
		WITH_AN_AGENT(a_claim_tells_whether_more_runs_wait),
		WITH_AN_AGENT(a_lease_that_ran_out_is_taken_over_and_its_old_holder_can_write_no_more),
		WITH_AN_AGENT(a_renewed_lease_is_not_taken_over),
		WITH_AN_AGENT(the_runs_of_a_dead_process_go_on_at_once_and_those_of_a_living_one_do_not),
		WITH_AN_AGENT(a_run_that_was_interrupted_too_often_is_given_up),
		WITH_AN_AGENT(a_run_that_is_given_up_does_not_hide_the_next),
		WITH_AN_AGENT(handing_back_keeps_the_steps_and_costs_no_attempt),
		WITH_AN_AGENT(a_worker_that_is_told_to_stop_does_so_between_two_steps),
		WITH_AN_AGENT(a_reply_is_broken_off_when_its_run_is_cancelled),
		WITH_AN_AGENT(a_crash_before_any_commit_repeats_at_most_the_step_in_flight),
		WITH_AN_AGENT(a_run_asks_its_model_only_so_often),
		WITH_AN_AGENT(a_run_takes_only_so_long),
		WITH_AN_AGENT(an_output_is_only_so_long),
		WITH_AN_AGENT(a_result_is_only_so_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
