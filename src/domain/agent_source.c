/* domain/agent_source.c: choosing the source, and keeping a connected one fetched.
 *
 * The commit that serves stands in the store. A fetch that fails leaves it alone, so that the last good
 * state keeps serving; what went wrong stands beside it.
 */
#include "domain/agent_source.h"

#include "assets.h"
#include "base/clock.h"
#include "domain/audit.h"
#include "domain/secret.h"
#include "repo/mirror.h"

#define BUILTIN_BRANCH "main"

enum { FIRST_FETCH_MS = 5000 };

static struct agent_source_options options;

void agent_source_setup(const struct agent_source_options *o)
{
	options = *o;
}

/* -- the folders ------------------------------------------------------------------------------------- */

static const char *mirror_folder(struct ctx *ctx, struct str workspace_id)
{
	return arena_printf(ctx->mem, "%s/%.*s.git", options.git_folder, STR(workspace_id)).p;
}

static const char *builtin_folder(struct ctx *ctx)
{
	return arena_printf(ctx->mem, "%s/builtin.git", options.git_folder).p;
}

enum err agent_source_make_builtin(struct ctx *ctx)
{
	static const struct {
		const char *asset, *path;
	} SAMPLES[] = {
		{ "sample/hello.yaml", "agents/pydantic-agentspec/hello.yaml" },
		{ "sample/release-notes.yaml", "agents/pydantic-agentspec/release-notes.yaml" },
	};
	struct mirror_file files[COUNT_OF(SAMPLES)];
	struct str commit;
	enum err e = mirror_head(ctx, builtin_folder(ctx), BUILTIN_BRANCH, &commit);

	if (e != ERR_NOT_FOUND)
		return e;
	for (size_t i = 0; i < COUNT_OF(SAMPLES); i++) {
		const struct asset *a = asset_find(SAMPLES[i].asset);

		files[i] = (struct mirror_file){ SAMPLES[i].path, { (const char *)a->data, a->size } };
	}
	return mirror_make(ctx, builtin_folder(ctx), files, COUNT_OF(files), &commit);
}

/* -- fetching ------------------------------------------------------------------------------------------ */

static struct secret_row secret_row_of(struct str workspace_id)
{
	return (struct secret_row){ workspace_id, "repository", S("token") };
}

static enum err open_token(struct ctx *ctx, const struct repository *r, struct str *token)
{
	struct secret_row row = secret_row_of(r->workspace_id);

	*token = (struct str){ NULL, 0 };
	return r->sealed_token.p ? secret_open(ctx, &row, r->sealed_token, token) : OK;
}

static const struct fetch_terms USUAL;

static struct mirror mirror_of(struct ctx *ctx, struct str workspace_id, const struct fetch_terms *terms)
{
	return (struct mirror){ .folder = mirror_folder(ctx, workspace_id), .timeout_ms = terms->timeout_ms,
				.at_once = terms->at_once, .go_on = terms->go_on, .arg = terms->arg };
}

/* Held until what was fetched is stored, so that no older commit is stored after a newer one. Like a fetch it may
 * take a while, and a snapshot held meanwhile would hold up the store's log: what was read before is read again. */
static enum err lock_mirror(struct ctx *ctx, struct str workspace_id, const struct fetch_terms *terms, int *lock)
{
	struct mirror m = mirror_of(ctx, workspace_id, terms);

	db_snapshot_end(ctx);
	return mirror_lock(ctx, &m, lock);
}

/* Fetches into *r: its commit when that worked, else its error. Under the lock. */
static enum err fetch(struct ctx *ctx, struct repository *r, const struct fetch_terms *terms)
{
	struct mirror m = mirror_of(ctx, r->workspace_id, terms);
	const char *code;
	enum err e;

	m.url = r->url;
	m.branch = r->branch;
	TRY(open_token(ctx, r, &m.token));
	db_snapshot_end(ctx);
	e = mirror_fetch(ctx, &m, &r->commit, &code);
	secret_wipe(&m.token);
	r->fetched_at = now_us();
	r->error_code = r->error = (struct str){ NULL, 0 };
	if (e == OK)
		return OK;
	if (e != ERR_UPSTREAM && e != ERR_TIMEOUT)
		return e;
	r->error_code = str_of(code);
	r->error = arena_str(ctx->mem, str_of(ctx->why));
	return OK;
}

static enum err store_fetched(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	return repositories_fetched(ctx, tx, arg);
}

static enum err fetch_and_store(struct ctx *ctx, struct repository *r, const struct fetch_terms *terms)
{
	struct str before = r->commit;

	TRY(fetch(ctx, r, terms));
	if (r->error.p)
		r->commit = before;
	return db_write(ctx, store_fetched, r);
}

static enum err sync_on(struct ctx *ctx, const struct fetch_terms *terms, struct repository *r)
{
	AUTO(mirror_unlock) int lock = -1;

	TRY(lock_mirror(ctx, r->workspace_id, terms, &lock));
	/* As it is now: whoever had the lock may have connected another. */
	TRY(repositories_get(ctx, r->workspace_id, r));
	return fetch_and_store(ctx, r, terms);
}

enum err repository_sync(struct ctx *ctx, struct str workspace_id, const struct fetch_terms *terms,
			 struct repository *out)
{
	TRY(repositories_get(ctx, workspace_id, out));
	return sync_on(ctx, terms ? terms : &USUAL, out);
}

/* -- choosing ---------------------------------------------------------------------------------------- */

static enum err fetched_tree(struct ctx *ctx, const struct repository *r, struct tree *out)
{
	*out = (struct tree){ .kind = TREE_COMMIT, .root = mirror_folder(ctx, r->workspace_id), .commit = r->commit };
	if (r->commit.p)
		return OK;
	/* Only a network's failure has details (2.1, 3.7). */
	issue_add(ctx, NULL, arena_strz(ctx->mem, r->error_code), "%.*s",
		  STR(str_is(r->error_code, "network") ? r->error : S("")));
	return fail(ctx, ERR_UPSTREAM, "could not read agents from the repository");
}

static enum err default_tree(struct ctx *ctx, struct tree *out)
{
	if (options.agents_dir) {
		*out = (struct tree){ .kind = TREE_FOLDER, .root = options.agents_dir };
		return OK;
	}
	if (options.nothing_else || !options.git_folder)
		return fail(ctx, ERR_CONFLICT, "no repository connected to this workspace");
	*out = (struct tree){ .kind = TREE_COMMIT, .root = builtin_folder(ctx) };
	return mirror_head(ctx, out->root, BUILTIN_BRANCH, &out->commit);
}

/* An import connects repositories without fetching them: the network may be slow, or elsewhere. Whoever asks
 * first fetches, and waits no longer than a client would; others who ask for the same wait for him. */
static enum err fetch_first(struct ctx *ctx, struct repository *r)
{
	const struct fetch_terms terms = { .timeout_ms = FIRST_FETCH_MS };
	AUTO(mirror_unlock) int lock = -1;

	TRY(lock_mirror(ctx, r->workspace_id, &terms, &lock));
	/* Not as it was when the request began. */
	TRY(repositories_get(ctx, r->workspace_id, r));
	return r->fetched_at ? OK : fetch_and_store(ctx, r, &terms);
}

enum err agent_source_tree(struct ctx *ctx, struct tree *out)
{
	struct repository r;
	enum err e = repositories_get(ctx, ctx->actor.workspace_id, &r);

	if (e == OK && !r.fetched_at)
		e = fetch_first(ctx, &r);
	if (e == ERR_NOT_FOUND)
		return default_tree(ctx, out);
	return e == OK ? fetched_tree(ctx, &r, out) : e;
}

enum err agent_source_connected(struct ctx *ctx, bool *out)
{
	struct repository r;
	enum err e = repositories_get(ctx, ctx->actor.workspace_id, &r);

	*out = e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

/* -- connecting ---------------------------------------------------------------------------------------- */

static enum err put_repository(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct repository *r = arg;

	TRY(repositories_put(ctx, tx, r));
	return audit_add(ctx, tx, &(struct audit){ .kind = "repo.connected", .target_type = "repository", .target_id = r->url });
}

static enum err check_setting(struct ctx *ctx, const struct repository_setting *s)
{
	if (!mirror_url_valid(s->url))
		return fail(ctx, ERR_INVALID, "not a URL that can be fetched: https://, ssh://, user@host:path or file:///, "
			    "without a password");
	if (s->branch.p && !mirror_branch_valid(s->branch))
		return fail(ctx, ERR_INVALID, "not a branch");
	return OK;
}

/* What serves already, when the same is connected again, with another token for instance; absent: nothing. */
static enum err commit_served(struct ctx *ctx, const struct repository_setting *s, struct str *out)
{
	struct repository before;
	enum err e = repositories_get(ctx, ctx->actor.workspace_id, &before);
	bool same = e == OK && str_eq(before.url, s->url) && str_eq(before.branch, s->branch);

	*out = same ? before.commit : (struct str){ NULL, 0 };
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err repository_connect(struct ctx *ctx, const struct repository_setting *s, struct repository *out)
{
	struct secret_row row = secret_row_of(ctx->actor.workspace_id);
	AUTO(mirror_unlock) int lock = -1;
	struct str served;

	TRY(check_setting(ctx, s));
	TRY(lock_mirror(ctx, ctx->actor.workspace_id, &USUAL, &lock));
	TRY(commit_served(ctx, s, &served));
	*out = (struct repository){
		.workspace_id = ctx->actor.workspace_id, .url = s->url, .branch = s->branch,
		.connected_by = ctx->actor.user_id.p ? ctx->actor.user_id : S(""), .connected_at = now_us(),
	};
	if (s->token.p)
		out->sealed_token = secret_seal(ctx, &row, s->token);
	TRY(fetch(ctx, out, &USUAL));
	if (out->error.p)
		out->commit = served;
	return db_write(ctx, put_repository, out);
}

static enum err delete_repository(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	(void)arg;
	TRY(repositories_delete(ctx, tx, ctx->actor.workspace_id));
	return audit_add(ctx, tx, &(struct audit){ .kind = "repo.disconnected", .target_type = "repository" });
}

enum err repository_disconnect(struct ctx *ctx)
{
	return db_write(ctx, delete_repository, NULL);
}
