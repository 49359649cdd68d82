/* api/serve.c: the flow of a request, from top to bottom.
 *
 *     api_handle            one request: an operation, or a mount or a page outside /api/v1
 *       find and admit      route, key, role        (workspace contract 2.7, studio 1.2 to 1.7)
 *       check               parameters and body against the row's field tables
 *       carry out           the row's function, or the stored reply to a repeated request
 *       reply               in the manner of the contract, or at the end of a stream of progress
 *
 * The order of the checks is the contract's: a caller without the role learns nothing about
 * bodies and ids.
 */
#include "api/serve.h"

#include <stdlib.h>

#include "api/cors.h"
#include "api/credential.h"
#include "api/idempotency.h"
#include "api/invoke.h"
#include "api/manner.h"
#include "api/progress.h"
#include "api/route.h"
#include "api/site.h"
#include "api/upload.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/url.h"
#include "db/db.h"
#include "domain/key.h"

#define API_ROOT S("/api/v1")

enum { NO_CONTENT = 204, PERMANENT_REDIRECT = 308 };

/* Who shows no key is refused, but only after the body: this much of it is waited for. */
enum { STRANGER_BODY_MAX = 64 << 10 };

struct api {
	struct api_options options;
	struct db_conn **readers;            /* one per handler thread, made on first use */
};

/* One request on its way through this file. */
struct turn {
	struct ctx ctx;
	struct issues issues;
	struct api *api;
	struct http_exchange *x;
	const struct http_request *request;
	struct route route;
	const struct manner *manner;
	struct call call;
	struct progress watch;               /* of an operation that takes long, when it is not to tell of it */
	bool streams;                        /* it is: the answer is a stream */
	struct progress_stream stream;
	bool admitted;                       /* by key and role */
	int64_t began_us;
};

static size_t most_threads(const struct api *api)
{
	return api->options.n_threads + api->options.n_stream_threads;
}

struct api *api_new(const struct api_options *options)
{
	struct api *api = xcalloc(1, sizeof(*api));

	api->options = *options;
	api->readers = xcalloc(most_threads(api), sizeof(*api->readers));
	return api;
}

void api_free(struct api *api)
{
	if (!api)
		return;
	for (size_t i = 0; i < most_threads(api); i++)
		db_reader_close(api->readers[i]);
	free(api->readers);
	free(api);
}

void api_thread_end(void *user, size_t thread)
{
	struct api *api = user;

	db_reader_close(TAKE(api->readers[thread]));
}

/* -- reply ------------------------------------------------------------------------------------------ */

static void reply_with(struct turn *t, struct kept_reply reply)
{
	if (t->streams) {
		progress_stream_result(&t->stream, reply.body);
		return;
	}
	if (reply.body.p)
		http_set_header(t->x, "Content-Type", str_of(t->manner->content_type));
	http_reply_static(t->x, (int)reply.status, reply.body);
}

static struct str error_body(struct turn *t, enum err e, const char *why)
{
	struct buf body = { .mem = t->ctx.mem };
	struct json_writer w = { .out = &body };

	t->manner->error(&w, e, why, &t->call, &t->issues);
	return buf_view(&body);
}

static void reply_error(struct turn *t, enum err e, const char *why)
{
	struct str body = error_body(t, e, why);

	if (t->stream.begun) {
		progress_stream_error(&t->stream, err_status(e), body);
		return;
	}
	http_set_header(t->x, "Content-Type", str_of(t->manner->content_type));
	if (e == ERR_UNAUTHENTICATED && t->manner->challenges)
		http_set_header(t->x, "WWW-Authenticate", S("Bearer"));
	if (e == ERR_BUSY)
		http_set_header(t->x, "Retry-After", S("1"));
	if (e == ERR_BAD_METHOD)
		http_set_header(t->x, "Allow", route_allow(t->ctx.mem, t->route.methods));
	buf_str(http_body(t->x), body);
	http_reply(t->x, err_status(e));
}

/* What went wrong on our side is for the log; the caller learns only that it did. */
static void reply_failure(struct turn *t, enum err e)
{
	if (e != ERR_INTERNAL) {
		reply_error(t, e, t->ctx.why[0] ? t->ctx.why : err_text(e));
		return;
	}
	log_error("http.failed", kv_s("id", t->request->id), kv_z("op", t->call.op ? t->call.op->id : ""),
		  kv_z("why", t->ctx.why));
	reply_error(t, e, "Internal server error");
}

struct kept_reply call_reply(struct arena *mem, const struct call *call)
{
	struct buf body = { .mem = mem };
	struct json_writer w = { .out = &body };

	if (!call->op->out)
		return (struct kept_reply){ NO_CONTENT, { NULL, 0 } };
	manners[call->op->contract].success(&w, call);
	return (struct kept_reply){ call->op->status ? call->op->status : 200, buf_view(&body) };
}

/* -- check ------------------------------------------------------------------------------------------ */

static struct str param_text(void *arg, const struct field *f)
{
	struct turn *t = arg;

	if (f->in == IN_QUERY)
		return url_param_get(t->ctx.mem, t->request->query, f->name);
	for (size_t i = 0; i < t->route.n_params; i++)
		if (str_is(t->route.params[i].name, f->name))
			return t->route.params[i].value;
	return (struct str){ NULL, 0 };
}

static enum err read_body(struct turn *t)
{
	struct call *call = &t->call;

	if (call->op->takes_files)
		return upload_read(&t->ctx, t->request, &call->files);
	if (!call->op->body)
		return OK;
	if (json_parse(&t->ctx, t->request->body, t->manner->json, &call->json) != OK)
		return invoke_refuse_body(&t->ctx, call->op, t->ctx.why);
	return invoke_read_body(&t->ctx, call);
}

/* Both are looked at before either is refused: all issues come in one pass. */
static enum err check(struct turn *t)
{
	enum err params = invoke_read_params(&t->ctx, &t->call, param_text, t), body;

	if (params == OK && t->call.op->find)
		TRY(t->call.op->find(&t->ctx, &t->call));
	body = read_body(t);
	return params ? params : body;
}

/* -- find and admit ----------------------------------------------------------------------------------- */

enum err api_authenticate(struct ctx *ctx, const struct http_request *r, bool bare, enum key_verdict *verdict)
{
	struct credential c = credential_of(r);

	*verdict = KEY_UNKNOWN;
	/* All that a request reads, the key included, is of one moment. */
	TRY(db_snapshot_begin(ctx));
	return c.bare && !bare ? OK : key_authenticate(ctx, c.token, verdict, &ctx->actor);
}

static enum err authenticate(struct turn *t)
{
	enum key_verdict verdict;

	TRY(api_authenticate(&t->ctx, t->request, !t->manner->needs_scheme, &verdict));
	if (verdict == KEY_UNKNOWN || (verdict == KEY_NOT_A_MEMBER && t->manner->members_only))
		return fail(&t->ctx, ERR_UNAUTHENTICATED, "%s", t->manner->unauthenticated);
	return OK;
}

static enum err authorise(struct turn *t)
{
	t->admitted = t->ctx.actor.role >= t->call.op->role && t->ctx.actor.role != ROLE_NONE;
	return t->admitted ? OK : fail(&t->ctx, ERR_FORBIDDEN, "%s", t->manner->forbidden);
}

static enum err no_operation(struct turn *t)
{
	if (t->route.known_path && t->manner->allows)
		return fail(&t->ctx, ERR_BAD_METHOD, "this path has no such method");
	return fail(&t->ctx, ERR_NO_ROUTE, "no such endpoint");
}

/* The contract whose manners apply: the path's, or on paths of both (and of none) `key`'s. */
static const struct manner *manner_of(const struct route *r, enum contract key)
{
	return &manners[r->known_path && !r->key_decides ? r->contract : key];
}

/* Whether the workspace contract has what was found on a shared path: it publishes no list of agents, and names
 * each by an id, where the studio's files have names. */
static bool is_of_workspace(struct arena *mem, const struct route *r)
{
	struct str id;

	return r->op && !r->op->extension && (r->n_params == 0 || uuid_parse(mem, r->params[0].value, &id));
}

static void find(struct turn *t, struct str path)
{
	struct credential shown = credential_of(t->request);
	enum contract kind = credential_contract(shown);

	route_find(t->ctx.mem, t->request->method, path, kind, &t->route);
	/* Who shows a key of neither kind may be anybody's client: then what was asked for decides. */
	if (t->route.key_decides && !credential_has_kind(shown) && !is_of_workspace(t->ctx.mem, &t->route)) {
		kind = STUDIO_API;
		route_find(t->ctx.mem, t->request->method, path, kind, &t->route);
	}
	t->manner = manner_of(&t->route, kind);
	t->call.op = t->route.op;
	t->ctx.deadline_ms = invoke_deadline_ms(t->call.op);
}

static enum err admit(struct turn *t)
{
	bool studio_path = t->route.known_path && t->manner->allows;

	/* The studio contract tells about methods without asking who wants to know (1.7). */
	if (!t->call.op && studio_path)
		return no_operation(t);
	if (t->call.op && t->call.op->role == ROLE_NONE)
		return OK;
	TRY(authenticate(t));
	if (!t->call.op)
		return no_operation(t);
	return authorise(t);
}

/* -- carry out ------------------------------------------------------------------------------------------ */

/* Those who wait for a plain answer are not seen to leave, but to be cut off: when the server stops. */
static bool is_connected(void *x)
{
	return http_stream_alive(x);
}

static void prepare_progress(struct turn *t)
{
	t->streams = progress_stream_wanted(&t->call);
	t->watch = (struct progress){ .wanted = is_connected, .arg = t->x };
	t->call.progress = t->streams ? &t->stream.progress : &t->watch;
	if (t->streams)
		progress_stream_init(&t->stream, t->ctx.mem, t->x);
}

static void prepare(struct turn *t)
{
	invoke_prepare(&t->ctx, &t->call);
	if (t->call.op->streams)
		prepare_progress(t);
}

/* *kept: the reply to the same request when it came before. */
static enum err carry_out(struct turn *t, struct kept_reply *kept)
{
	TRY(check(t));
	prepare(t);
	TRY(idempotency_begin(&t->ctx, &t->call, kept));
	if (kept->body.p)
		return OK;
	return idempotency_end(&t->ctx, t->call.op->run(&t->ctx, &t->call), kept);
}

static enum err stream(struct turn *t)
{
	TRY(check(t));
	return t->call.op->stream(&t->ctx, &t->call, t->x);
}

static void operate(struct turn *t)
{
	struct kept_reply kept = {0};
	enum err e = admit(t);

	if (e == OK && t->call.op->serve) {
		t->call.op->serve(&t->ctx, t->x);
		return;
	}
	if (e == OK)
		e = t->call.op->stream ? stream(t) : carry_out(t, &kept);
	if (e != OK) {
		reply_failure(t, e);
		return;
	}
	if (t->call.op->stream)
		return;
	if (kept.body.p)
		http_set_header(t->x, "Idempotency-Replayed", S("true"));
	reply_with(t, kept.body.p ? kept : call_reply(t->ctx.mem, &t->call));
}

static void reply_options(struct turn *t)
{
	http_set_header(t->x, "Allow", route_allow(t->ctx.mem, t->route.methods));
	http_reply(t->x, NO_CONTENT);
}

static void handle_api(struct turn *t, struct str path)
{
	find(t, path);
	if (t->request->method == HTTP_OPTIONS && t->route.known_path && t->manner->allows)
		reply_options(t);
	else
		operate(t);
}

/* -- mounts ------------------------------------------------------------------------------------------------ */

static bool is_below(struct str path, struct str mount)
{
	return str_eq(path, mount) || (mount.p[mount.n - 1] == '/' && str_starts(path, mount));
}

/* NULL: nothing is mounted there. */
static const struct api_mount *mount_of(const struct api *api, struct str path)
{
	for (const struct api_mount *m = api->options.mounts; m && m->path; m++)
		if (is_below(path, str_of(m->path)))
			return m;
	return NULL;
}

static void handle_mount(struct turn *t, const struct api_mount *mount)
{
	t->ctx.deadline_ms = invoke_deadline_ms(NULL);
	mount->serve(&t->ctx, t->x);
	t->admitted = t->ctx.actor.role != ROLE_NONE;
}

/* -- one request ------------------------------------------------------------------------------------------ */

static bool below_api(struct str path, struct str *rest)
{
	if (!str_starts(path, API_ROOT))
		return false;
	*rest = str_from(path, API_ROOT.n);
	return rest->n > 0 && rest->p[0] == '/';
}

static void redirect(struct turn *t, struct str path)
{
	struct str query = t->request->query;
	const char *mark = query.n ? "?" : "";

	http_set_header(t->x, "Location", arena_printf(t->ctx.mem, "%.*s%s%.*s", STR(path), mark, STR(query)));
	http_reply(t->x, PERMANENT_REDIRECT);
}

static void log_request(struct turn *t)
{
	log_info("http.request", kv_s("id", t->request->id), kv_s("method", t->request->method_name),
		 kv_s("path", t->request->path), kv_i("status", http_status_of(t->x)),
		 kv_i("us", mono_us() - t->began_us), kv_s("user", t->ctx.actor.user_id));
}

void api_handle(void *user, size_t thread, struct http_exchange *x)
{
	struct api *api = user;
	struct turn t = {
		.ctx = { .mem = http_arena(x), .db = api->options.db, .reader = api->readers[thread], .app = api },
		.api = api, .x = x, .request = http_request_of(x), .call.request = http_request_of(x),
		.manner = &manners[WORKSPACE_API],
		.began_us = mono_us(),
	};
	struct str path = url_path_normal(t.ctx.mem, t.request->path), rest;
	const struct api_mount *mount = mount_of(api, path);

	t.ctx.issues = &t.issues;
	if (!(cors_allow(api->options.cors_origins, x) && cors_preflight(x))) {
		if (below_api(path, &rest) && str_find(path, S("//")) >= 0)
			redirect(&t, url_path_single(t.ctx.mem, path));
		else if (below_api(path, &rest))
			handle_api(&t, rest);
		else if (mount)
			handle_mount(&t, mount);
		else if (!site_serve(&t.ctx, x))
			reply_error(&t, ERR_NO_ROUTE, "no such page");
	}
	db_snapshot_end(&t.ctx);
	if (t.admitted)
		key_used(&t.ctx, &t.ctx.actor);
	api->readers[thread] = t.ctx.reader;
	log_request(&t);
}

/* -- what the server asks on its loop thread ---------------------------------------------------------- */

/* Where a request goes by its path alone, since nobody has looked at the key yet. */
struct target {
	const struct api_mount *mount;
	struct route route;
};

static struct target target_of(const struct api *api, const struct http_request *head)
{
	struct target target = {0};
	struct arena mem;
	struct str path, rest;

	if (!head->path.p)
		return target;
	arena_init(&mem, 1024);
	path = url_path_normal(&mem, head->path);
	target.mount = mount_of(api, path);
	if (below_api(path, &rest))
		route_find(&mem, head->method, rest, WORKSPACE_API, &target.route);
	arena_fini(&mem);
	return target;
}

static size_t body_max_of(const struct route *r)
{
	return r->op && r->op->body_max ? r->op->body_max : manner_of(r, WORKSPACE_API)->body_max;
}

size_t api_body_limit(void *user, const struct http_request *head)
{
	struct target target = target_of(user, head);
	const struct api_mount *mount = target.mount;
	const struct route *r = &target.route;
	bool is_public = mount ? !mount->needs_key : r->op && r->op->role == ROLE_NONE;
	size_t max = mount ? mount->body_max : body_max_of(r);

	if (is_public || max <= STRANGER_BODY_MAX || key_is_plausible(credential_of(head).token))
		return max;
	return STRANGER_BODY_MAX;
}

static enum err meaning_of(int status)
{
	switch (status) {
	case 408: return ERR_TIMEOUT;
	case 413: case 414: case 431: return ERR_TOO_LARGE;
	case 503: return ERR_BUSY;
	default: return ERR_INVALID;
	}
}

static void refuse_by_manner(struct http_exchange *x, const struct route *r, enum err e, const char *why)
{
	const struct manner *manner = manner_of(r, WORKSPACE_API);
	struct json_writer w = { .out = http_body(x) };

	http_set_header(x, "Content-Type", str_of(manner->content_type));
	manner->error(&w, e, why, NULL, NULL);
}

void api_refusal(void *user, struct http_exchange *x, int status, const char *why)
{
	const struct api *api = user;
	struct target target = target_of(api, http_request_of(x));

	cors_allow(api->options.cors_origins, x);
	if (target.mount && target.mount->refuse)
		target.mount->refuse(x, meaning_of(status), why);
	else
		refuse_by_manner(x, &target.route, meaning_of(status), why);
}

void api_run_created(const struct ctx *ctx)
{
	const struct api_options *options = api_options_of(ctx);

	if (options->run_created)
		options->run_created(options->run_created_arg);
}

const struct api_options *api_options_of(const struct ctx *ctx)
{
	const struct api *api = ctx->app;

	return &api->options;
}
