/* hooks/repo.c: who may say so, and who is told. */
#include "hooks/repo.h"

#include "api/serve.h"
#include "base/log.h"
#include "base/url.h"
#include "domain/repo_hook.h"
#include "json/write.h"

static void reply(struct http_exchange *x, int status, const char *key, const char *text)
{
	struct json_writer w = { .out = http_body(x) };

	jw_object(&w);
	jw_key(&w, key);
	jw_z(&w, text);
	jw_end(&w);
	http_set_header(x, "Content-Type", S("application/json"));
	http_reply(x, status);
}

static struct repo_push push_of(struct ctx *ctx, const struct http_request *r)
{
	/* As the server reads it to find its way here. */
	struct str path = url_path_normal(ctx->mem, r->path);

	return (struct repo_push){
		.workspace = str_from(path, strlen(REPO_HOOK_ROOT)), .body = r->body,
		.signature = http_header_get(r, "x-hub-signature-256", NULL),
		.token = http_header_get(r, "x-gitlab-token", NULL),
	};
}

static void refuse(struct ctx *ctx, struct http_exchange *x, enum err e)
{
	if (e == ERR_INTERNAL)
		log_error("repo.hook", kv_z("why", ctx->why));
	reply(x, err_status(e), "error", e == ERR_INTERNAL ? err_text(e) : ctx->why);
}

void repo_hook_serve(struct ctx *ctx, struct http_exchange *x)
{
	const struct http_request *r = http_request_of(x);
	const struct api_options *options = api_options_of(ctx);
	struct repo_push push = push_of(ctx, r);
	struct str workspace_id;
	enum err e;

	if (r->method != HTTP_POST) {
		http_set_header(x, "Allow", S("POST"));
		reply(x, err_status(ERR_BAD_METHOD), "error", "method not allowed");
		return;
	}
	e = repo_hook_verify(ctx, &push, &workspace_id);
	if (e != OK) {
		refuse(ctx, x, e);
		return;
	}
	if (options->repo_pushed)
		options->repo_pushed(options->repo_pushed_arg, workspace_id);
	reply(x, 202, "status", "accepted");
}
