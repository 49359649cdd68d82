/* api/serve.h: what answers the requests. */
#ifndef API_SERVE_H
#define API_SERVE_H

#include "api/op.h"
#include "domain/key.h"

struct api;

/* What else is served beside the operations, at paths outside /api/v1. It answers the request, whatever
 * becomes of it; the key, if it wants one, is looked at with api_authenticate. */
struct api_mount {
	const char *path;                    /* "/mcp": this path alone; "/v1/": all that begin so */
	void (*serve)(struct ctx *ctx, struct http_exchange *x);
	size_t body_max;                     /* bytes a request may have */
	bool needs_key;                      /* so who shows none need not send a large body */
	/* Words the answers that the HTTP server itself gives there, as api_refusal; NULL: the workspace API's. */
	void (*refuse)(struct http_exchange *x, enum err e, const char *why);
};

struct api_options {
	struct db *db;                       /* borrowed; outlives the api */
	size_t n_threads, n_stream_threads;  /* handler threads that will call api_handle, as in http_options */
	const char *public_url;              /* origin to put into documents; NULL: the request's Host */
	const char *listen;                  /* as in http_options; what it may be called by: mcp/host.h */
	const char *mcp_hosts;               /* "a.example, b.example": further names for /mcp; NULL: none */
	const char *cors_origins;            /* "https://a.example, https://b.example"; "*" = all; NULL: none */
	void (*run_created)(void *arg);      /* rings the bell of the run workers; may be NULL */
	void *run_created_arg;
	void (*automations_changed)(void *arg);   /* wakes the scheduler; may be NULL */
	void *automations_changed_arg;
	void (*repo_pushed)(void *arg, struct str workspace_id);     /* has its repository fetched; may be NULL */
	void *repo_pushed_arg;
	const struct api_mount *mounts;      /* borrowed; ends with path NULL. May be NULL */
};

/* The caller owns the result. */
struct api *api_new(const struct api_options *options);
void api_free(struct api *api);                         /* NULL is fine; after the server stopped */

/* The callbacks of struct http_options; user is the struct api. */
void api_handle(void *api, size_t thread, struct http_exchange *x);
void api_thread_end(void *api, size_t thread);
size_t api_body_limit(void *api, const struct http_request *head);
void api_refusal(void *api, struct http_exchange *x, int status, const char *why);

/* Whose key a request bears: fills in ctx->actor, and begins the snapshot that the request reads from.
 * OK says nothing about roles: see *verdict. `bare` allows a key without a scheme before it. */
enum err api_authenticate(struct ctx *ctx, const struct http_request *r, bool bare, enum key_verdict *verdict);

/* Rings the bell of the run workers. */
void api_run_created(const struct ctx *ctx);

/* For operations: what the server was started with. */
const struct api_options *api_options_of(const struct ctx *ctx);

#endif
