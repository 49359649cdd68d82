/* test/domain/knowledge_base_test.c: the rules of knowledge bases. */
#include "domain/knowledge_base.h"
#include "knowledge/sweep.h"

#include "../store/workspace.h"
#include "model/extractive.h"
#include "model/retry.h"
#include "store/embedders.h"

/* -- what most tests need ------------------------------------------------------------------------ */

enum { TEXTS_MAX = 4 };

static struct material texts(struct rig *r, const char *const all[static TEXTS_MAX])
{
	struct str *items = arena_array(&r->mem, TEXTS_MAX, sizeof(*items));
	size_t n = 0;

	for (; n < TEXTS_MAX && all[n]; n++)
		items[n] = str_of(all[n]);
	return (struct material){ .texts = { items, n } };
}

#define TEXTS(...) texts(r, (const char *const[TEXTS_MAX]){ __VA_ARGS__ })

static struct knowledge_base create(struct rig *r, struct material material)
{
	struct knowledge_base_draft draft = { S("text"), S("Valley"), { NULL, 0 }, material };
	struct knowledge_base kb;

	assert_int_equal(knowledge_base_create(&r->ctx, &draft, NULL, &kb), OK);
	return kb;
}

static size_t n_bases(struct rig *r)
{
	struct list all;

	assert_int_equal(knowledge_base_list_all(&r->ctx, &all), OK);
	return all.n;
}

static size_t n_found(struct rig *r, struct str text)
{
	struct search s = { .text = text, .everywhere = true, .top_k = 10, .min_similarity = 0.5 };
	struct search_result found;

	assert_int_equal(knowledge_base_search(&r->ctx, &s, &found), OK);
	return found.hits.n;
}

static enum err update(struct rig *r, struct str id, struct str json, struct knowledge_base *out)
{
	const struct json *body;

	assert_int_equal(json_parse(&r->ctx, json, JSON_STRICT, &body), OK);
	return knowledge_base_update(&r->ctx, id, body, out);
}

/* The i-th issue has this code and lies at list[index]. */
static void assert_issue(struct rig *r, size_t i, const char *code, const char *list, size_t index)
{
	assert_true(i < r->ctx.issues->n);
	assert_string_equal(r->ctx.issues->items[i].code, code);
	assert_int_equal(r->ctx.issues->items[i].path->index, index);
	assert_str(r->ctx.issues->items[i].path->up->name, list);
}

/* -- content going in ---------------------------------------------------------------------------- */

static void what_was_created_is_found_at_once(void **state)
{
	struct rig *r = *state;
	struct knowledge_base kb = create(r, TEXTS("The harbour closes at night.", "Apples ripen in autumn."));

	assert_str(kb.title, "Valley");
	assert_str(kb.type, "text");
	assert_null(kb.description.p);
	assert_true(str_eq(kb.created_by, r->ctx.actor.user_id));
	assert_int_equal(kb.created_at, kb.updated_at);
	assert_int_equal(kb.size.bytes, 51);
	assert_str(kb.size.formatted, "51 B");
	assert_int_equal(kb.size.words, 9);
	assert_int_equal(kb.size.chunks, 2);
	assert_int_equal(n_found(r, S("When does the harbour close?")), 1);
}

static void one_text_that_is_blank_fails_all_of_it(void **state)
{
	struct rig *r = *state;
	struct knowledge_base_draft draft = { S("text"), S("Valley"), { NULL, 0 }, TEXTS("Apples.", " \n ", "Pears.") };
	struct knowledge_base kb;

	assert_int_equal(knowledge_base_create(&r->ctx, &draft, NULL, &kb), ERR_INVALID);
	assert_int_equal(r->ctx.issues->n, 1);
	assert_issue(r, 0, "ingest_failed", "content", 1);
	assert_int_equal(n_bases(r), 0);
	assert_int_equal(n_found(r, S("apples")), 0);
}

static void a_shell_for_files_is_empty(void **state)
{
	struct rig *r = *state;
	struct knowledge_base_draft draft = { .type = S("files"), .title = S("Manuals"), .description = S("To come") };
	struct knowledge_base_status status;
	struct knowledge_base kb;

	assert_int_equal(knowledge_base_create(&r->ctx, &draft, NULL, &kb), OK);
	assert_str(kb.description, "To come");
	assert_int_equal(kb.size.chunks, 0);
	assert_str(kb.size.formatted, "0 B");
	assert_int_equal(knowledge_base_status(&r->ctx, kb.id, &status), OK);
	assert_str(status.status, "empty");
}

static void web_pages_are_refused_one_by_one(void **state)
{
	struct rig *r = *state;
	/* Nobody is asked: these are addresses that only an operator opens. */
	struct str urls[] = { S("http://127.0.0.1:1/a"), S("http://127.0.0.1:1/b") };
	struct knowledge_base_draft draft = { .type = S("website"), .title = S("Pages"), .material.urls = { urls, 2 } };
	struct knowledge_base kb;

	assert_int_equal(knowledge_base_create(&r->ctx, &draft, NULL, &kb), ERR_INVALID);
	assert_int_equal(r->ctx.issues->n, 2);
	assert_issue(r, 0, "ingest_failed", "urls", 0);
	assert_issue(r, 1, "ingest_failed", "urls", 1);
	assert_int_equal(n_bases(r), 0);
}

static void appended_content_adds_up_and_is_found(void **state)
{
	struct rig *r = *state;
	struct knowledge_base kb = create(r, TEXTS("The harbour closes at night.")), more;
	struct material material = TEXTS("Apples ripen in autumn.");

	assert_int_equal(knowledge_base_append(&r->ctx, kb.id, &material, NULL, &more), OK);
	assert_int_equal(more.size.bytes, 51);
	assert_int_equal(more.size.chunks, 2);
	assert_true(more.updated_at >= kb.updated_at);
	assert_int_equal(n_found(r, S("When do apples ripen?")), 1);
	assert_int_equal(n_found(r, S("When does the harbour close?")), 1);
}

static void a_failed_append_leaves_the_base_as_it_was(void **state)
{
	struct rig *r = *state;
	struct knowledge_base kb = create(r, TEXTS("The harbour closes at night.")), after;
	struct material material = TEXTS("Apples ripen in autumn.", "\t");

	assert_int_equal(knowledge_base_append(&r->ctx, kb.id, &material, NULL, &after), ERR_INVALID);
	assert_int_equal(knowledge_base_get(&r->ctx, kb.id, &after), OK);
	assert_int_equal(after.size.bytes, kb.size.bytes);
	assert_int_equal(after.size.chunks, 1);
	assert_int_equal(after.updated_at, kb.updated_at);
	assert_int_equal(n_found(r, S("When do apples ripen?")), 0);
}

static void an_unknown_base_is_told_before_bad_content(void **state)
{
	struct rig *r = *state;
	struct material material = TEXTS(" ");
	struct knowledge_base kb;

	assert_int_equal(knowledge_base_append(&r->ctx, uuid_new(&r->mem), &material, NULL, &kb), ERR_NOT_FOUND);
	assert_int_equal(r->ctx.issues->n, 0);
}

/* -- the model changes meanwhile ------------------------------------------------------------------ */

static enum err replace_model(struct ctx *ctx, struct db_tx *tx, void *current)
{
	struct embedder next = *(struct embedder *)current;

	next.created_at = 1;
	TRY(embedders_move(ctx, tx, next.id, EMBEDDER_CURRENT, EMBEDDER_RETIRED));
	return embedders_insert(ctx, tx, &next, &next.id);
}

struct meddler {
	struct rig *rig;
	int times;                           /* that it still changes the model */
	int n_embedded;                      /* how often an item was embedded */
};

/* Another model becomes current as soon as the content is embedded. */
static void meddle(void *arg, enum progress_stage stage, const struct progress_item *item, int64_t n)
{
	struct meddler *m = arg;
	struct embedder current;

	(void)item, (void)n;
	if (stage != PROGRESS_EMBEDDED)
		return;
	m->n_embedded++;
	if (m->times-- <= 0)
		return;
	assert_int_equal(embedders_current(&m->rig->ctx, &current), OK);
	assert_int_equal(db_write(&m->rig->ctx, replace_model, &current), OK);
}

static void content_is_embedded_again_when_the_model_has_changed(void **state)
{
	struct rig *r = *state;
	struct meddler meddler = { r, 1, 0 };
	struct progress progress = { meddle, NULL, &meddler };
	struct knowledge_base_draft draft = { S("text"), S("Valley"), { NULL, 0 }, TEXTS("The harbour closes at night.") };
	struct knowledge_base_status status;
	struct knowledge_base kb;

	assert_int_equal(knowledge_base_create(&r->ctx, &draft, &progress, &kb), OK);
	assert_int_equal(meddler.n_embedded, 2);
	assert_int_equal(n_found(r, S("When does the harbour close?")), 1);
	assert_int_equal(knowledge_base_status(&r->ctx, kb.id, &status), OK);
	assert_str(status.status, "ready");
}

static void a_model_that_changes_all_the_time_is_a_conflict_in_the_end(void **state)
{
	struct rig *r = *state;
	struct meddler meddler = { r, 100, 0 };
	struct progress progress = { meddle, NULL, &meddler };
	struct knowledge_base kb = create(r, TEXTS("The harbour closes at night.")), after;
	struct material material = TEXTS("Apples ripen in autumn.");

	assert_int_equal(knowledge_base_append(&r->ctx, kb.id, &material, &progress, &after), ERR_CONFLICT);
	assert_int_equal(meddler.n_embedded, 3);
	assert_int_equal(knowledge_base_get(&r->ctx, kb.id, &after), OK);
	assert_int_equal(after.size.chunks, 1);
}

static enum err clash(struct ctx *ctx, struct db_tx *tx, void *n)
{
	(void)tx;
	++*(int *)n;
	return fail(ctx, ERR_CONFLICT, "something else");
}

static void a_conflict_of_another_kind_is_told_at_once(void **state)
{
	struct rig *r = *state;
	struct knowledge_base_draft draft = { S("text"), S("Valley"), { NULL, 0 }, TEXTS("Apples.") };
	struct knowledge_base kb;
	int n = 0;

	r->ctx.before_commit = (struct tx_hook){ clash, &n };
	assert_fails(&r->ctx, knowledge_base_create(&r->ctx, &draft, NULL, &kb), ERR_CONFLICT, "something else");
	r->ctx.before_commit = (struct tx_hook){0};
	assert_int_equal(n, 1);
	assert_int_equal(n_bases(r), 0);
}

/* -- changing and deleting ----------------------------------------------------------------------- */

static void an_update_changes_what_is_sent_and_nothing_else(void **state)
{
	struct rig *r = *state;
	struct knowledge_base kb = create(r, TEXTS("Apples.")), after;

	assert_int_equal(update(r, kb.id, S("{\"description\":\"Fruit\"}"), &after), OK);
	assert_int_equal(knowledge_base_get(&r->ctx, kb.id, &after), OK);
	assert_str(after.title, "Valley");
	assert_str(after.description, "Fruit");
	assert_true(after.updated_at > kb.updated_at);
	assert_int_equal(update(r, kb.id, S("{\"title\":\"Hill\",\"description\":null}"), &after), OK);
	assert_int_equal(knowledge_base_get(&r->ctx, kb.id, &after), OK);
	assert_str(after.title, "Hill");
	assert_null(after.description.p);
	assert_int_equal(after.size.chunks, 1);
}

static void an_empty_update_is_none(void **state)
{
	struct rig *r = *state;
	struct knowledge_base kb = create(r, TEXTS("Apples.")), after;

	assert_int_equal(update(r, kb.id, S("{}"), &after), OK);
	assert_str(after.title, "Valley");
	assert_int_equal(after.updated_at, kb.updated_at);
}

/* An agent that uses the bases given, and whose prompt says what is given. */
static struct agent agent_with(struct rig *r, struct str name, struct list bases, struct str prompt)
{
	struct str app_id;

	assert_int_equal(apps_default(&r->ctx, r->ctx.actor.workspace_id, &app_id), OK);
	return (struct agent){
		.id = uuid_new(&r->mem), .workspace_id = r->ctx.actor.workspace_id, .created_by = r->ctx.actor.user_id,
		.created_at = 1, .updated_at = 1, .name = name, .system_prompt = prompt, .visibility = S("private"),
		.agent_mode = S("CHAT"), .model = { .provider = S("CUSTOM"), .model = S("builtin/extractive") },
		.capabilities = { .knowledge_bases = bases }, .app_id = app_id,
	};
}

static enum err insert_agent(struct ctx *ctx, struct db_tx *tx, void *agent)
{
	return agents_insert(ctx, tx, agent);
}

struct deletion {
	struct rig *r;
	struct str id;
	int looks, when;                     /* whether anybody waits, so far; at which of them the base is deleted */
};

static bool delete_meanwhile(void *arg)
{
	struct deletion *d = arg;

	if (d->looks++ == d->when)
		assert_int_equal(knowledge_base_delete(&d->r->ctx, d->id), OK);
	return true;
}

static enum err append_and_delete(struct rig *r, const char *text, struct deletion *d)
{
	struct progress progress = { .wanted = delete_meanwhile, .arg = d };
	struct material more = TEXTS(text);
	struct knowledge_base kb;

	*d = (struct deletion){ r, create(r, TEXTS("Pears ripen.")).id, 0, d->when };
	return knowledge_base_append(&r->ctx, d->id, &more, &progress, &kb);
}

static int64_t n_hidden(struct rig *r)
{
	static const struct sql HIDDEN = { "test.hidden", "SELECT count(*) FROM kb_content WHERE knowledge_base_id IS NULL" };
	AUTO(stmt_done) struct stmt s = {0};
	bool row;

	db_snapshot_end(&r->ctx);
	assert_int_equal(stmt_read(&r->ctx, &HIDDEN, &s), OK);
	assert_int_equal(stmt_step(&r->ctx, &s, &row), OK);
	return col_int(&s);
}

static void a_base_that_is_deleted_while_content_is_on_its_way_stays_deleted(void **state)
{
	enum { NEVER = -1, STEPS = 4 };
	struct rig *r = *state;
	struct buf text = { .mem = &r->mem };
	struct deletion d = { .when = NEVER };
	struct knowledge_base kb;
	int looks;

	for (int i = 0; i < 5000; i++)
		buf_printf(&text, "Sentence %d tells of apples. ", i);
	buf_char(&text, '\0');
	assert_int_equal(append_and_delete(r, text.p, &d), OK);
	assert_int_equal(knowledge_base_delete(&r->ctx, d.id), OK);
	/* It is looked for the last time before the last step but one. */
	looks = d.looks;
	for (d.when = looks - STEPS; d.when < looks; d.when++) {
		assert_int_equal(append_and_delete(r, text.p, &d), ERR_NOT_FOUND);
		assert_int_equal(knowledge_base_get(&r->ctx, d.id, &kb), ERR_NOT_FOUND);
		assert_int_equal(n_found(r, S("tells of apples")), 0);
		/* It is given up at once, and not only when its time has passed. */
		assert_true(n_hidden(r) > 0);
		assert_int_equal(knowledge_sweep_all(&r->ctx, 1), OK);
		assert_int_equal(n_hidden(r), 0);
	}
}

static void a_deleted_base_leaves_search_and_every_agent(void **state)
{
	struct rig *r = *state;
	struct knowledge_base gone = create(r, TEXTS("Apples ripen.")), kept = create(r, TEXTS("Pears ripen."));
	struct knowledge_base_reference both[] = { { gone.id, S("read") }, { kept.id, S("read-write") } };
	struct agent a = agent_with(r, S("Gardener"), (struct list){ both, 2 }, (struct str){ NULL, 0 });
	struct knowledge_base kb;

	assert_int_equal(db_write(&r->ctx, insert_agent, &a), OK);
	assert_int_equal(knowledge_base_delete(&r->ctx, gone.id), OK);
	assert_int_equal(knowledge_base_get(&r->ctx, gone.id, &kb), ERR_NOT_FOUND);
	assert_int_equal(knowledge_base_delete(&r->ctx, gone.id), ERR_NOT_FOUND);
	assert_int_equal(n_found(r, S("apples")), 0);
	assert_int_equal(n_found(r, S("pears")), 1);

	assert_int_equal(agents_by_id(&r->ctx, a.workspace_id, a.id, &a), OK);
	assert_int_equal(a.capabilities.knowledge_bases.n, 1);
	assert_true(str_eq(LIST_AT(a.capabilities.knowledge_bases, struct knowledge_base_reference, 0)->id, kept.id));
	assert_str(LIST_AT(a.capabilities.knowledge_bases, struct knowledge_base_reference, 0)->access, "read-write");
	assert_true(a.updated_at > 1);
}

static void an_agent_that_only_mentions_a_deleted_base_is_left_alone(void **state)
{
	struct rig *r = *state;
	struct knowledge_base kb = create(r, TEXTS("Apples ripen."));
	struct agent a = agent_with(r, S("Gardener"), (struct list){ NULL, 0 }, kb.id);

	assert_int_equal(db_write(&r->ctx, insert_agent, &a), OK);
	assert_int_equal(knowledge_base_delete(&r->ctx, kb.id), OK);
	assert_int_equal(agents_by_id(&r->ctx, a.workspace_id, a.id, &a), OK);
	assert_int_equal(a.updated_at, 1);
}

/* -- other workspaces ---------------------------------------------------------------------------- */

static void a_base_of_another_workspace_does_not_exist(void **state)
{
	struct rig *r = *state;
	struct knowledge_base kb = create(r, TEXTS("Apples ripen.")), out;
	struct actor owner = r->ctx.actor;
	struct material material = TEXTS("Mine.");
	struct knowledge_question question = { .text = S("apples"), .top_k = 1, .max_answer_tokens = 1 };
	struct search search = { .text = S("apples"), .knowledge_base_ids = { &kb.id, 1 }, .top_k = 1 };
	struct knowledge_base_status status;
	struct search_result found;
	struct knowledge_answer answer;
	struct list list;
	int64_t total;

	enter_workspace(r, S("other"));
	assert_int_equal(knowledge_base_get(&r->ctx, kb.id, &out), ERR_NOT_FOUND);
	assert_int_equal(update(r, kb.id, S("{\"title\":\"Mine\"}"), &out), ERR_NOT_FOUND);
	assert_int_equal(knowledge_base_append(&r->ctx, kb.id, &material, NULL, &out), ERR_NOT_FOUND);
	assert_int_equal(knowledge_base_delete(&r->ctx, kb.id), ERR_NOT_FOUND);
	assert_int_equal(knowledge_base_search(&r->ctx, &search, &found), ERR_NOT_FOUND);
	assert_int_equal(knowledge_base_ask(&r->ctx, kb.id, &question, &answer), ERR_NOT_FOUND);
	assert_int_equal(knowledge_base_status(&r->ctx, kb.id, &status), ERR_NOT_FOUND);
	assert_int_equal(knowledge_base_embeddings(&r->ctx, kb.id, 10, 0, &list, &total), ERR_NOT_FOUND);
	r->ctx.actor = owner;
	assert_int_equal(knowledge_base_get(&r->ctx, kb.id, &out), OK);
	assert_str(out.title, "Valley");
}

static void one_unknown_base_in_the_scope_fails_the_search(void **state)
{
	struct rig *r = *state;
	struct str scope[] = { create(r, TEXTS("Apples.")).id, uuid_new(&r->mem) };
	struct search search = { .text = S("apples"), .knowledge_base_ids = { scope, 2 }, .top_k = 1 };
	struct search_result found;

	assert_int_equal(knowledge_base_search(&r->ctx, &search, &found), ERR_NOT_FOUND);
	search.knowledge_base_ids.n = 1;
	assert_int_equal(knowledge_base_search(&r->ctx, &search, &found), OK);
	assert_int_equal(found.hits.n, 1);
}

/* -- asking -------------------------------------------------------------------------------------- */

static enum err ask(struct rig *r, struct str id, const struct model_config *model, int64_t max_tokens,
		    struct knowledge_answer *out)
{
	struct knowledge_question question = { .text = S("When does the harbour close?"), .top_k = 6,
					       .min_similarity = 0.5, .max_answer_tokens = max_tokens,
					       .model = model };

	r->ctx.issues->n = 0;
	return knowledge_base_ask(&r->ctx, id, &question, out);
}

static void an_answer_cites_what_it_quotes(void **state)
{
	struct rig *r = *state;
	struct knowledge_base kb = create(r, TEXTS("The harbour closes at night.", "Apples ripen in autumn."));
	struct knowledge_answer a;

	assert_int_equal(ask(r, kb.id, NULL, 500, &a), OK);
	assert_str(a.question, "When does the harbour close?");
	assert_true(str_find(a.answer, S("The harbour closes at night.")) >= 0);
	assert_true(str_find(a.answer, S("[1]")) >= 0);
	assert_int_equal(a.citations.n, 1);
	assert_str(LIST_AT(a.citations, struct search_hit, 0)->content, "The harbour closes at night.");
	assert_int_equal(a.usage.embedding_tokens, 7);
	assert_int_equal(a.usage.total_tokens, a.usage.prompt_tokens + a.usage.completion_tokens);
	assert_str(a.usage.model, "builtin/extractive");
	assert_str(a.usage.embedding_model, "builtin/lexical");
}

static void without_a_passage_the_answer_says_so(void **state)
{
	struct rig *r = *state;
	struct knowledge_base kb = create(r, TEXTS("Apples ripen in autumn."));
	struct knowledge_answer a;

	assert_int_equal(ask(r, kb.id, NULL, 500, &a), OK);
	assert_str(a.answer, EXTRACTIVE_NOTHING);
	assert_int_equal(a.citations.n, 0);
	assert_int_equal(a.usage.total_tokens, 0);
}

static void the_models_limit_lowers_the_answers_and_never_raises_it(void **state)
{
	struct rig *r = *state;
	struct knowledge_base kb = create(r, TEXTS("The harbour closes at night, and a bell tells it to all."));
	struct model_config small = { .max_tokens = 5 }, large = { .max_tokens = 1000 };
	struct knowledge_answer a;

	assert_int_equal(ask(r, kb.id, NULL, 500, &a), OK);
	assert_true(a.usage.completion_tokens > 5);
	assert_int_equal(ask(r, kb.id, &small, 500, &a), OK);
	assert_true(a.usage.completion_tokens <= 5);
	assert_int_equal(ask(r, kb.id, &large, 5, &a), OK);
	assert_true(a.usage.completion_tokens <= 5);
}

static void only_a_model_that_can_answer_is_accepted(void **state)
{
	static const struct {
		struct model_config model;
		enum err expected;
	} CASES[] = {
		{ { .provider = { "CUSTOM", 6 } }, OK },
		{ { .model = { "builtin/extractive", 18 } }, OK },
		{ { .model = { "made/up", 7 } }, ERR_INVALID },
		/* Not connected. */
		{ { .provider = { "ANTHROPIC", 9 }, .model = { "anthropic/claude-sonnet-5", 25 } }, ERR_INVALID },
		/* Connected, by the environment, but it does not answer. */
		{ { .provider = { "OPENAI", 6 }, .model = { "openai/gpt-5", 12 } }, ERR_INTERNAL },
		/* Half a pair goes with the default's other half. */
		{ { .provider = { "OPENAI", 6 } }, ERR_INVALID },
	};
	struct rig *r = *state;
	struct knowledge_base kb = create(r, TEXTS("The harbour closes at night."));
	struct knowledge_answer a;

	unsetenv("ANTHROPIC_API_KEY");
	setenv("OPENAI_API_KEY", "sk-test", 1);
	setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1", 1);
	retry_first_ms = 1;
	log_setup(LOG_OFF, LOG_TEXT);
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		assert_int_equal(ask(r, kb.id, &CASES[i].model, 500, &a), CASES[i].expected);
		assert_int_equal(r->ctx.issues->n, CASES[i].expected == ERR_INVALID);
		if (CASES[i].expected != ERR_INVALID)
			continue;
		assert_string_equal(r->ctx.issues->items[0].code, "not_configured");
		assert_str(r->ctx.issues->items[0].path->name, "model");
		assert_str(r->ctx.issues->items[0].path->up->name, "options");
	}
	unsetenv("OPENAI_API_KEY");
	unsetenv("OPENAI_BASE_URL");
}

/* -- looking inside ------------------------------------------------------------------------------ */

static void the_status_counts_what_there_is(void **state)
{
	struct rig *r = *state;
	struct knowledge_base kb = create(r, TEXTS("Apples.", "Pears."));
	struct knowledge_base_status status;

	assert_int_equal(knowledge_base_status(&r->ctx, kb.id, &status), OK);
	assert_str(status.status, "ready");
	assert_int_equal(status.contents, 2);
	assert_int_equal(status.chunks, 2);
	assert_int_equal(status.embedded, 2);
	assert_null(status.error.p);
	assert_int_equal(status.updated_at, kb.updated_at);
}

static enum err announce_model(struct ctx *ctx, struct db_tx *tx, void *id)
{
	struct embedder next = { .provider = S("CUSTOM"), .model = S("other"), .dimensions = 4, .state = EMBEDDER_NEXT,
				 .created_at = 1 };

	return embedders_insert(ctx, tx, &next, id);
}

static enum err stop_model(struct ctx *ctx, struct db_tx *tx, void *id)
{
	return embedders_set_error(ctx, tx, *(int64_t *)id, S("it does not answer"));
}

static void a_change_of_model_shows_in_the_status_and_nowhere_else(void **state)
{
	struct rig *r = *state;
	struct knowledge_base kb = create(r, TEXTS("The harbour closes at night."));
	struct knowledge_base empty = create(r, (struct material){0});
	struct knowledge_base_status status;
	int64_t next;

	assert_int_equal(db_write(&r->ctx, announce_model, &next), OK);
	assert_int_equal(knowledge_base_status(&r->ctx, kb.id, &status), OK);
	assert_str(status.status, "processing");
	assert_int_equal(status.embedded, 0);
	assert_null(status.error.p);
	assert_int_equal(db_write(&r->ctx, stop_model, &next), OK);
	assert_int_equal(knowledge_base_status(&r->ctx, kb.id, &status), OK);
	assert_str(status.status, "failed");
	assert_str(status.error, "it does not answer");
	assert_int_equal(knowledge_base_status(&r->ctx, empty.id, &status), OK);
	assert_str(status.status, "empty");
	assert_null(status.error.p);
	assert_int_equal(n_found(r, S("When does the harbour close?")), 1);
}

static void embeddings_come_in_slices(void **state)
{
	struct rig *r = *state;
	struct knowledge_base kb = create(r, TEXTS("One.", "Two.", "Three."));
	struct list slice;
	int64_t total;

	assert_int_equal(knowledge_base_embeddings(&r->ctx, kb.id, 2, 1, &slice, &total), OK);
	assert_int_equal(total, 3);
	assert_int_equal(slice.n, 2);
	assert_str(LIST_AT(slice, struct kb_chunk, 0)->text, "Two.");
	assert_int_equal(knowledge_base_embeddings(&r->ctx, kb.id, 2, 3, &slice, &total), OK);
	assert_int_equal(total, 3);
	assert_int_equal(slice.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORKSPACE(what_was_created_is_found_at_once),
		IN_WORKSPACE(one_text_that_is_blank_fails_all_of_it),
		IN_WORKSPACE(a_shell_for_files_is_empty),
		IN_WORKSPACE(web_pages_are_refused_one_by_one),
		IN_WORKSPACE(appended_content_adds_up_and_is_found),
		IN_WORKSPACE(a_failed_append_leaves_the_base_as_it_was),
		IN_WORKSPACE(an_unknown_base_is_told_before_bad_content),
		IN_WORKSPACE(content_is_embedded_again_when_the_model_has_changed),
		IN_WORKSPACE(a_model_that_changes_all_the_time_is_a_conflict_in_the_end),
		IN_WORKSPACE(a_conflict_of_another_kind_is_told_at_once),
		IN_WORKSPACE(an_update_changes_what_is_sent_and_nothing_else),
		IN_WORKSPACE(an_empty_update_is_none),
		IN_WORKSPACE(a_base_that_is_deleted_while_content_is_on_its_way_stays_deleted),
		IN_WORKSPACE(a_deleted_base_leaves_search_and_every_agent),
		IN_WORKSPACE(an_agent_that_only_mentions_a_deleted_base_is_left_alone),
		IN_WORKSPACE(a_base_of_another_workspace_does_not_exist),
		IN_WORKSPACE(one_unknown_base_in_the_scope_fails_the_search),
		IN_WORKSPACE(an_answer_cites_what_it_quotes),
		IN_WORKSPACE(without_a_passage_the_answer_says_so),
		IN_WORKSPACE(the_models_limit_lowers_the_answers_and_never_raises_it),
		IN_WORKSPACE(only_a_model_that_can_answer_is_accepted),
		IN_WORKSPACE(the_status_counts_what_there_is),
		IN_WORKSPACE(a_change_of_model_shows_in_the_status_and_nowhere_else),
		IN_WORKSPACE(embeddings_come_in_slices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
