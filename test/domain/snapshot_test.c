/* test/domain/snapshot_test.c: a store goes out and comes in again, and foreign snapshots come in whole or not at
 * all. */
#include "domain/snapshot.h"

#include "connected.h"
#include "base/clock.h"
#include "domain/agent.h"
#include "domain/agent_memory.h"
#include "domain/audit.h"
#include "domain/inbox.h"
#include "domain/key.h"
#include "domain/knowledge_base.h"
#include "domain/provider.h"
#include "domain/run.h"
#include "domain/secret.h"
#include "domain/slack_app.h"
#include "domain/stored_secret.h"
#include "store/agent_versions.h"
#include "store/automations.h"
#include "store/repositories.h"

#define STORED_SECRET "sesame-of-a-tool"
#define SLACK_SECRET "sesame-of-a-bot"
#define PROVIDER_KEY "sk-a-key-of-a-provider-1234567890"

/* -- what most tests need ------------------------------------------------------------------------ */

static enum err append(struct ctx *ctx, void *arg, struct str piece)
{
	(void)ctx;
	buf_str(arg, piece);
	return OK;
}

static struct str exported(struct rig *r, struct ctx *ctx)
{
	struct buf out = { .mem = &r->mem };
	struct buf kept = { NULL, 0, 0, NULL };

	/* Not in the arena that rows rewind. */
	assert_int_equal(snapshot_export(ctx, &(struct snapshot_sink){ append, &kept }), OK);
	buf_str(&out, buf_view(&kept));
	buf_fini(&kept);
	return buf_view(&out);
}

/* Another store, empty but for the tables. */
static struct ctx another_store(struct rig *r)
{
	struct ctx ctx = { .mem = &r->mem, .actor = r->ctx.actor };
	struct db_options options = { .path = rig_path(r, "another.db"), .create = true, .migrations = store_migrations,
				      .n_migrations = n_store_migrations };

	assert_int_equal(db_open(&ctx, &options, &ctx.db), OK);
	return ctx;
}

static void close_store(struct ctx *ctx)
{
	db_reader_close(TAKE(ctx->reader));
	db_close(TAKE(ctx->db));
}

static enum err import(struct ctx *ctx, struct str text)
{
	struct snapshot_summary summary;

	return snapshot_import(ctx, text, false, &summary);
}

static int64_t count(struct ctx *ctx, const struct sql *sql)
{
	AUTO(stmt_done) struct stmt s = {0};
	bool row;

	db_snapshot_end(ctx);
	assert_int_equal(stmt_read(ctx, sql, &s), OK);
	assert_int_equal(stmt_step(ctx, &s, &row), OK);
	assert_true(row);
	return col_int(&s);
}

static const struct sql COUNT_USERS = { "test.users", "SELECT count(*) FROM user" };
static const struct sql COUNT_APPS = { "test.apps", "SELECT count(*) FROM app WHERE is_default" };

/* -- a store with some of everything --------------------------------------------------------------- */

static enum err add_rows(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct str ws = ctx->actor.workspace_id, user = ctx->actor.user_id;
	const struct run *run = arg;
	struct agent_version v = {
		.id = uuid_new(ctx->mem), .workspace_id = ws, .agent_name = S("greeter"), .number = 1, .path = S("agents/x/g.yaml"),
		.framework = S("pydantic-agentspec"), .format = S("yaml"), .text = S("name: greeter\n"), .summary = S("First."),
		.created_by = user, .created_at = 1000001 };
	struct agent_state state = { .workspace_id = ws, .agent_name = S("greeter"), .stable_version_id = v.id,
				     .owner_user_id = user, .locked = true, .updated_at = 2000002 };
	struct automation automation = {
		.id = uuid_new(ctx->mem), .workspace_id = ws, .name = S("Nightly"), .agent_name = S("greeter"), .cron = S("0 0 * * *"),
		.timezone = S("Europe/Berlin"), .input_message = S("Hi"), .overlap = S("skip"), .owner_user_id = user,
		.created_by = user, .last_fired_at = 6100000, .last_fire_error = S("Once."), .floor_at = 6100000,
		.created_at = 6000006, .updated_at = 6000007 };
	bool fresh;

	TRY(agent_versions_insert(ctx, tx, &v));
	TRY(agent_states_put(ctx, tx, &state));
	TRY(repositories_put(ctx, tx, &(struct repository){
		.workspace_id = ws, .url = S("https://git.example.com/a.git"), .branch = S("main"), .connected_by = user,
		.connected_at = 3000003, .commit = S("abc"), .fetched_at = 4000004 }));
	TRY(automations_insert(ctx, tx, &automation));
	TRY(automation_windows_insert(ctx, tx, &(struct automation_window){
		.automation_id = automation.id, .workspace_id = ws, .window_at = 6000000, .run_id = run->id,
		.fired_at = 6100000 }, &fresh));
	TRY(run_steps_insert(ctx, tx, &(struct run_step){
		.run_id = run->id, .workspace_id = ws, .ordinal = 0, .kind = S("reply"), .body = S("{\"text\":\"\\u0001\"}"),
		.tokens_input = 3, .tokens_output = 4, .created_at = 5000005 }));
	return audit_add(ctx, tx, &(struct audit){ .kind = "agent.lock.changed", .agent_name = S("greeter") });
}

static void fill(struct rig *r)
{
	struct str texts[] = { S("The harbour closes at night."), S("Apples ripen in autumn.\n\nPears ripen later.") };
	struct knowledge_base_draft draft = { S("text"), S("Valley \u2603"), { NULL, 0 }, { .texts = { texts, COUNT_OF(texts) } } };
	struct model_setting model = { .id = S("gpt-x"), .name = S("X") };
	struct provider_setting provider = { .provider = S("OPENAI"), .key = S(PROVIDER_KEY), .models = { &model, 1 } };
	struct agent agent = { .name = S("desk"), .visibility = S("private"), .agent_mode = S("CHAT"),
			       .model = { .provider = S("CUSTOM"), .model = S("builtin/extractive"), .max_tokens = 9 } };
	struct run_request request = { .agent = S("desk"), .message = S("When?"), .trigger = "manual" };
	struct slack_app_input bot = { .name = S("Bot"), .agent_labels = { texts, 1 }, .signing_secret = S(SLACK_SECRET) };
	struct slack_app app;
	const struct json *context;
	struct inbox_item item;
	struct knowledge_base kb;
	struct api_key key;
	struct str secret;
	struct run run;
	int64_t number;

	assert_int_equal(secret_load(&r->ctx, rig_path(r, "secret.key")), OK);
	assert_int_equal(key_create(&r->ctx, &(struct key_request){ r->ctx.actor.workspace_id, r->ctx.actor.user_id,
		KEY_WORKSPACE, S("A key"), { NULL, 0 }, S("90d") }, &key, &secret), OK);
	assert_int_equal(provider_set(&r->ctx, r->ctx.actor.workspace_id, &provider), OK);
	assert_int_equal(knowledge_base_create(&r->ctx, &draft, NULL, &kb), OK);
	assert_int_equal(agent_create(&r->ctx, &agent, &agent), OK);
	assert_int_equal(agent_memory_add(&r->ctx, agent.id, S("Likes pears."), &number), OK);
	assert_int_equal(run_create(&r->ctx, &request, &run), OK);
	assert_int_equal(db_write(&r->ctx, add_rows, &run), OK);
	connect(r, SOURCE_BROKERED, "gmail", "work", "ACTIVE");
	connect(r, SOURCE_NATIVE, "attio", "default", "active");
	cache_tool(r, SOURCE_NATIVE, "attio", "default", "create");
	assert_int_equal(stored_secret_set(&r->ctx, S("weather"), S("Forecasts"), S(STORED_SECRET)), OK);
	assert_int_equal(slack_app_create(&r->ctx, &bot, &app), OK);
	assert_int_equal(json_parse(&r->ctx, S("[{\"b\":1,\"a\":\"https://a.example\"}]"), JSON_STRICT, &context), OK);
	assert_int_equal(inbox_produce(&r->ctx, &(struct inbox_push){
		.title = S("Answer"), .item_type = S("note"), .context = context, .external_ts = -1 }, &item), OK);
	secret_unload();
}

static void a_store_that_was_exported_and_imported_is_exported_the_same(void **state)
{
	struct rig *r = *state;
	AUTO(close_store) struct ctx other = another_store(r);
	struct str first, second;

	fill(r);
	first = exported(r, &r->ctx);
	assert_int_equal(import(&other, first), OK);
	second = exported(r, &other);
	assert_true(str_eq(first, second));
	/* It is not the same because it is empty. */
	for (size_t i = 0; i < 2; i++)
		assert_true(str_find(first, i ? S("When?") : S("harbour")) > 0);
	assert_true(str_find(first, S("\"createdAt\":\"1970-01-01T00:00:01.000001Z\"")) > 0);
}

static void no_list_of_a_full_store_is_empty(void **state)
{
	struct rig *r = *state;

	fill(r);
	assert_true(str_find(exported(r, &r->ctx), S(":[],\n\"")) < 0);
}

static void a_snapshot_holds_no_secret(void **state)
{
	struct rig *r = *state;
	struct str text;

	fill(r);
	text = exported(r, &r->ctx);
	assert_true(str_find(text, S(PROVIDER_KEY)) < 0);
	assert_true(str_find(text, S(STORED_SECRET)) < 0);
	assert_true(str_find(text, S(SLACK_SECRET)) < 0);
	assert_true(str_find(text, S("sealed")) < 0);
	assert_true(str_find(text, S("\"token\"")) < 0);
}

static void what_was_imported_can_be_found_by_meaning_and_by_words(void **state)
{
	struct rig *r = *state;
	AUTO(close_store) struct ctx other = another_store(r);
	static const enum search_mode MODES[] = { SEARCH_SEMANTIC, SEARCH_KEYWORD };

	fill(r);
	assert_int_equal(import(&other, exported(r, &r->ctx)), OK);
	for (size_t i = 0; i < COUNT_OF(MODES); i++) {
		struct search s = { .text = S("when do apples ripen?"), .everywhere = true, .top_k = 1, .mode = MODES[i] };
		struct search_result found;

		assert_int_equal(knowledge_base_search(&other, &s, &found), OK);
		assert_int_equal(found.hits.n, 1);
		assert_true(str_find(LIST_AT(found.hits, struct search_hit, 0)->content, S("Apples")) >= 0);
	}
}

/* -- foreign snapshots -------------------------------------------------------------------------------- */

#define WS "\"10000000-0000-4000-8000-000000000001\""
#define PEOPLE \
	"\"users\":[{\"id\":\"u1\",\"email\":\"u1@example.com\",\"name\":\"U\"}]," \
	"\"workspaces\":[{\"id\":" WS ",\"slug\":\"acme\",\"name\":\"Acme\",\"createdBy\":\"u1\"}]," \
	"\"members\":[{\"workspaceId\":" WS ",\"userId\":\"u1\",\"role\":\"operator\"}]"
#define RUN(status, more) \
	"{\"id\":\"30000000-0000-4000-8000-000000000001\",\"workspaceId\":" WS ",\"agentName\":\"a\",\"agentPath\":\"p\"," \
	"\"model\":\"m\",\"status\":\"" status "\",\"trigger\":\"manual\",\"createdBy\":\"u1\"," \
	"\"createdAt\":\"2026-02-01T00:01:00.001001Z\"" more "}"

#define CHUNK \
	"{\"id\":\"c0000000-0000-4000-8000-000000000001\",\"workspaceId\":" WS ",\"knowledgeBaseId\":" WS ",\"contentId\":" WS "," \
	"\"index\":0,\"text\":\"x\",\"createdAt\":\"2026-02-01T00:01:00Z\""

static void lists_of_another_server_are_stored_and_unknown_ones_told(void **state)
{
	struct rig *r = *state;
	AUTO(close_store) struct ctx other = another_store(r);
	struct snapshot_summary s;

	assert_int_equal(snapshot_import(&other, S(" {\"dreams\":[{},[1,\"]\"],3],\"empty\":[],\"note\":\"x\"," PEOPLE "}\n"), false, &s), OK);
	assert_int_equal(s.n_stored, 3);
	assert_str(s.stored[1].list, "workspaces");
	assert_int_equal(s.stored[1].n, 1);
	assert_int_equal(s.n_passed_over, 1);
	assert_str(s.passed_over[0].list, "dreams");
	assert_int_equal(s.passed_over[0].n, 3);
	assert_int_equal(count(&other, &COUNT_APPS), 1);
}

static void a_key_comes_as_its_text_and_works(void **state)
{
	struct rig *r = *state;
	AUTO(close_store) struct ctx other = another_store(r);
	struct str token = S("tas_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
	enum key_verdict verdict;
	struct actor actor;
	struct list keys;

	assert_int_equal(import(&other, S("{" PEOPLE ",\"apiKeys\":[{\"id\":\"90000000-0000-4000-8000-000000000001\","
		"\"workspaceId\":" WS ",\"userId\":\"u1\",\"enabled\":true,\"label\":\"@u\","
		"\"token\":\"tas_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}]}")), OK);
	assert_int_equal(key_authenticate(&other, token, &verdict, &actor), OK);
	assert_int_equal(verdict, KEY_GOOD);
	assert_int_equal(actor.role, ROLE_OPERATOR);
	assert_int_equal(keys_list(&other, S("10000000-0000-4000-8000-000000000001"), &keys), OK);
	assert_str(LIST_AT(keys, struct api_key, 0)->name, "@u");
	assert_str(LIST_AT(keys, struct api_key, 0)->preview, "tas_\u2026AAAA");
	assert_true(str_find(exported(r, &other), token) < 0);
}

static void a_run_without_a_spec_is_kept_and_waits_for_nobody(void **state)
{
	struct rig *r = *state;
	static const struct str DOCUMENTS[] = {
		S("{" PEOPLE ",\"runs\":[" RUN("queued", ",\"costUsd\":\"0.000123\",\"agentVersionId\":null") "]}"),
		S("{" PEOPLE ",\"runs\":[" RUN("running", ",\"startedAt\":\"2026-02-01T00:01:00Z\",\"tokensInput\":null") "]}"),
	};

	for (size_t i = 0; i < COUNT_OF(DOCUMENTS); i++) {
		AUTO(close_store) struct ctx other = another_store(r);
		struct run run;
		bool waiting;

		assert_int_equal(import(&other, DOCUMENTS[i]), OK);
		assert_int_equal(runs_waiting(&other, now_us(), &waiting), OK);
		assert_false(waiting);
		assert_int_equal(runs_next(&other, now_us(), &run), ERR_NOT_FOUND);
		assert_int_equal(runs_by_id(&other, S("10000000-0000-4000-8000-000000000001"),
			S("30000000-0000-4000-8000-000000000001"), &run), OK);
		assert_int_equal(run.created_at % US_PER_SECOND, 1001);
		assert_int_equal(run.tokens_input, NO_INT);
		assert_true(i ? run.cost_usd != run.cost_usd : run.cost_usd == 0.000123);
		close_store(&other);
		unlink(rig_path(r, "another.db"));
	}
}

static void a_run_whose_spec_came_along_goes_on(void **state)
{
	struct rig *r = *state;
	AUTO(close_store) struct ctx other = another_store(r);
	struct run run;

	assert_int_equal(import(&other, S("{" PEOPLE ",\"runs\":[" RUN("running", ",\"spec\":\"{}\"") "]}")), OK);
	assert_int_equal(runs_next(&other, now_us(), &run), OK);
}

static void what_is_wrong_is_named_and_nothing_is_stored(void **state)
{
	struct rig *r = *state;
	AUTO(close_store) struct ctx other = another_store(r);
	static const struct {
		const char *text;
		enum err error;
		const char *says;
	} CASES[] = {
		{ "", ERR_INVALID, "not JSON" },
		{ "[]", ERR_INVALID, "a snapshot is a JSON object" },
		{ "{" PEOPLE, ERR_INVALID, "a comma or a bracket is missing" },
		{ "{" PEOPLE "} x", ERR_INVALID, "something follows the end" },
		{ "{\"users\":[],\"users\":[]}", ERR_INVALID, "users stands there twice" },
		{ "{\"snapshotVersion\":2," PEOPLE "}", ERR_INVALID, "version 2" },
		{ "{" PEOPLE ",\"runs\":[7]}", ERR_INVALID, "runs[0]: expected an object, got a number" },
		{ "{" PEOPLE ",\"runs\":[{\"id\":}]}", ERR_INVALID, "runs[0]" },
		{ "{" PEOPLE ",\"runs\":[" RUN("queued", "") "," RUN("done", "") "]}", ERR_INVALID, "runs[1]: status must be one of" },
		{ "{" PEOPLE ",\"runs\":[" RUN("queued", ",\"costUsd\":\"much\"") "]}", ERR_INVALID, "runs[0]: costUsd" },
		{ "{" PEOPLE ",\"runs\":[" RUN("queued", ",\"startedAt\":\"noon\"") "]}", ERR_INVALID, "runs[0]: startedAt" },
		{ "{" PEOPLE ",\"runs\":[" RUN("queued", "") "," RUN("queued", "") "]}", ERR_CONFLICT, "runs[1]" },
		{ "{" PEOPLE ",\"apiKeys\":[{\"id\":\"90000000-0000-4000-8000-000000000001\",\"workspaceId\":" WS
		  ",\"userId\":\"u1\"}]}", ERR_INVALID, "apiKeys[0]: token" },
		{ "{" PEOPLE ",\"repositories\":[{\"workspaceId\":" WS ",\"url\":\"ftp://x\"}]}", ERR_INVALID, "repositories[0]: url" },
		{ "{" PEOPLE ",\"providers\":[{\"workspaceId\":" WS ",\"provider\":\"CUSTOM\",\"baseUrl\":\"http://u:p@h/v1\"}]}",
		  ERR_INVALID, "providers[0]: the base URL must be" },
		{ "{" PEOPLE ",\"lockedAgents\":[{\"workspaceId\":\"20000000-0000-4000-8000-000000000001\",\"agentName\":\"a\"}]}",
		  ERR_CONFLICT, "lockedAgents[0]" },
		{ "{" PEOPLE ",\"knowledgeChunks\":[{}]}", ERR_INVALID, "knowledgeChunks[0]" },
		{ "{" PEOPLE ",\"knowledgeChunks\":[" CHUNK ",\"metadata\":\"[]\"}]}", ERR_INVALID, "knowledgeChunks[0]: metadata" },
		{ "{" PEOPLE ",\"knowledgeChunks\":[" CHUNK "}]}", ERR_CONFLICT, "knowledgeChunks[0]" },
	};

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		assert_fails(&other, import(&other, str_of(CASES[i].text)), CASES[i].error, CASES[i].says);
		assert_int_equal(count(&other, &COUNT_USERS), 0);
	}
}

static void a_store_that_is_not_empty_is_left_alone_unless_merged(void **state)
{
	struct rig *r = *state;
	int64_t users = count(&r->ctx, &COUNT_USERS);
	struct snapshot_summary s;

	assert_fails(&r->ctx, import(&r->ctx, S("{" PEOPLE "}")), ERR_CONFLICT, "has workspaces already");
	assert_int_equal(snapshot_import(&r->ctx, S("{" PEOPLE "}"), true, &s), OK);
	assert_int_equal(count(&r->ctx, &COUNT_USERS), users + 1);
	assert_fails(&r->ctx, snapshot_import(&r->ctx, S("{" PEOPLE "}"), true, &s), ERR_CONFLICT, "users[0]");
}

#define SHELF(chunks) \
	"{\"knowledgeBases\":[{\"id\":" WS ",\"workspaceId\":" WS ",\"title\":\"Valley\",\"type\":\"text\"," \
	"\"createdBy\":\"u1\",\"createdAt\":\"2026-02-01T00:01:00Z\",\"updatedAt\":\"2026-02-01T00:01:00Z\"," \
	"\"chunkCount\":3}],\"knowledgeContents\":[" ITEM(WS) "," ITEM(OTHER) "],\"knowledgeChunks\":[" chunks "]}"
#define OTHER "\"10000000-0000-4000-8000-000000000002\""
#define ITEM(id) \
	"{\"id\":" id ",\"workspaceId\":" WS ",\"knowledgeBaseId\":" WS ",\"source\":\"text\"," \
	"\"createdAt\":\"2026-02-01T00:01:00Z\"}"
#define PIECE(n, content, index, text) \
	"{\"id\":\"c0000000-0000-4000-8000-00000000000" n "\",\"workspaceId\":" WS ",\"knowledgeBaseId\":" WS "," \
	"\"contentId\":" content ",\"index\":" index ",\"text\":\"" text "\",\"createdAt\":\"2026-02-01T00:01:00Z\"}"

static struct list found_by_words(struct ctx *ctx, const char *text)
{
	struct search s = { .text = str_of(text), .everywhere = true, .top_k = 9, .mode = SEARCH_KEYWORD };
	struct search_result found;

	db_snapshot_end(ctx);
	assert_int_equal(knowledge_base_search(ctx, &s, &found), OK);
	return found.hits;
}

/* Its rows may be there still, and their ids are unique. */
static void a_base_that_was_deleted_a_moment_ago_can_be_imported_again(void **state)
{
	struct str shelf = S(SHELF(PIECE("1", WS, "0", "Apples ripen.") "," PIECE("2", WS, "1", "Pears ripen.") ","
				   PIECE("3", OTHER, "0", "Plums ripen.")));
	struct str id = S("10000000-0000-4000-8000-000000000001"), left;
	struct rig *r = *state;
	struct snapshot_summary s;

	assert_int_equal(snapshot_import(&r->ctx, S("{" PEOPLE "}"), true, &s), OK);
	r->ctx.actor.workspace_id = id;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(snapshot_import(&r->ctx, shelf, true, &s), OK);
		assert_int_equal(found_by_words(&r->ctx, "what ripens?").n, 3);
		assert_str(LIST_AT(found_by_words(&r->ctx, "plums"), struct search_hit, 0)->content, "Plums ripen.");
		assert_int_equal(knowledge_base_delete(&r->ctx, id), OK);
		assert_int_equal(found_by_words(&r->ctx, "what ripens?").n, 0);
		left = exported(r, &r->ctx);
		assert_true(str_find(left, S(OTHER)) < 0 && str_find(left, S("Plums ripen.")) < 0);
		db_snapshot_end(&r->ctx);
	}
}

static void chunks_of_a_content_come_together_or_not_at_all(void **state)
{
	struct str torn = S(SHELF(PIECE("1", WS, "0", "Apples ripen.") "," PIECE("3", OTHER, "0", "Plums ripen.") ","
				  PIECE("2", WS, "1", "Pears ripen.")));
	struct rig *r = *state;
	struct snapshot_summary s;

	assert_int_equal(snapshot_import(&r->ctx, S("{" PEOPLE "}"), true, &s), OK);
	assert_int_equal(snapshot_import(&r->ctx, torn, true, &s), ERR_CONFLICT);
}

static void a_repository_of_the_reference_is_one_on_github(void **state)
{
	struct rig *r = *state;
	AUTO(close_store) struct ctx other = another_store(r);
	struct repository repository;

	assert_int_equal(import(&other, S("{" PEOPLE ",\"repositories\":[{\"workspaceId\":" WS ",\"owner\":\"o\",\"name\":\"n\","
		"\"defaultBranch\":\"main\",\"hasAccessToken\":true}]}")), OK);
	assert_int_equal(repositories_get(&other, S("10000000-0000-4000-8000-000000000001"), &repository), OK);
	assert_str(repository.url, "https://github.com/o/n");
	assert_str(repository.branch, "main");
	assert_int_equal(repository.fetched_at, 0);
}

/* What it was stays behind, so that it is not found where it is needed. */
static void that_there_was_a_bot_token_is_kept(void **state)
{
	struct rig *r = *state;
	AUTO(close_store) struct ctx other = another_store(r);
	struct slack_app app;

	assert_int_equal(import(&other, S("{" PEOPLE ",\"slackApps\":[{\"id\":" WS ",\"workspaceId\":" WS ",\"name\":\"Ops BOT\","
		"\"status\":\"installed\",\"hasBotToken\":true,\"teamId\":\"T0\",\"slackAppId\":null,\"agentLabels\":[\"a\",\"b\"],"
		"\"defaultOwnerUserId\":\"u1\"}]}")), OK);
	assert_int_equal(slack_apps_by_id(&other, S("10000000-0000-4000-8000-000000000001"), S("10000000-0000-4000-8000-000000000001"),
					  &app), OK);
	assert_true(app.has_bot_token);
	assert_null(app.sealed_bot_token.p);
	assert_str(app.folded_name, "ops bot");
	assert_int_equal(app.agent_labels.n, 2);
	assert_true(str_find(exported(r, &other), S("\"hasBotToken\":true")) > 0);
}

static void a_connection_without_a_way_of_signing_in_has_the_usual_one(void **state)
{
	struct rig *r = *state;
	AUTO(close_store) struct ctx other = another_store(r);
	struct list list;

	assert_int_equal(import(&other, S("{" PEOPLE ",\"nativeConnections\":[{\"id\":" WS ",\"workspaceId\":" WS ",\"userId\":\"u1\","
		"\"provider\":\"notion\",\"name\":\"old\",\"status\":\"expired\",\"authType\":null,"
		"\"tokenExpiresAt\":\"2026-01-01T00:00:00Z\"}]}")), OK);
	assert_int_equal(connections_list(&other, S("10000000-0000-4000-8000-000000000001"), S("u1"), &list), OK);
	assert_str(LIST_AT(list, struct connection, 0)->auth_type, "oauth2");
	assert_str(LIST_AT(list, struct connection, 0)->source, SOURCE_NATIVE);
}

static void a_store_of_many_rows_goes_out_in_pieces(void **state)
{
	struct rig *r = *state;
	struct buf text = {0};
	struct snapshot_summary s;
	struct str out;

	buf_z(&text, "{\"users\":[");
	for (int i = 0; i < 5000; i++)
		buf_printf(&text, "%s{\"id\":\"u%d\",\"email\":\"u%d@example.com\",\"name\":\"%0100d\"}", i ? "," : "", i, i, i);
	buf_z(&text, "]}");
	assert_int_equal(snapshot_import(&r->ctx, buf_view(&text), true, &s), OK);
	assert_int_equal(s.stored[0].n, 5000);
	buf_fini(&text);
	out = exported(r, &r->ctx);
	assert_true(out.n > 5000 * 150);
	assert_true(str_find(out, S("u4999@example.com")) > 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_WORKSPACE(a_store_that_was_exported_and_imported_is_exported_the_same),
		IN_WORKSPACE(no_list_of_a_full_store_is_empty),
		IN_WORKSPACE(a_snapshot_holds_no_secret),
		IN_WORKSPACE(what_was_imported_can_be_found_by_meaning_and_by_words),
		IN_WORKSPACE(lists_of_another_server_are_stored_and_unknown_ones_told),
		IN_WORKSPACE(a_key_comes_as_its_text_and_works),
		IN_WORKSPACE(a_run_without_a_spec_is_kept_and_waits_for_nobody),
		IN_WORKSPACE(a_run_whose_spec_came_along_goes_on),
		IN_WORKSPACE(what_is_wrong_is_named_and_nothing_is_stored),
		IN_WORKSPACE(a_store_that_is_not_empty_is_left_alone_unless_merged),
		IN_WORKSPACE(a_base_that_was_deleted_a_moment_ago_can_be_imported_again),
		IN_WORKSPACE(chunks_of_a_content_come_together_or_not_at_all),
		IN_WORKSPACE(a_repository_of_the_reference_is_one_on_github),
		IN_WORKSPACE(that_there_was_a_bot_token_is_kept),
		IN_WORKSPACE(a_connection_without_a_way_of_signing_in_has_the_usual_one),
		IN_WORKSPACE(a_store_of_many_rows_goes_out_in_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
