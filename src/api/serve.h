/* api/serve.h: what answers the requests. */
#ifndef API_SERVE_H
#define API_SERVE_H

#include "api/op.h"

struct api;

struct api_options {
	struct db *db;                       /* borrowed; outlives the api */
	size_t n_threads, n_stream_threads;  /* handler threads that will call api_handle, as in http_options */
	const char *public_url;              /* origin to put into documents; NULL: the request's Host */
	const char *cors_origins;            /* "https://a.example, https://b.example"; "*" = all; NULL: none */
	void (*run_created)(void *arg);      /* rings the bell of the run workers; may be NULL */
	void *run_created_arg;
};

/* The caller owns the result. */
struct api *api_new(const struct api_options *options);
void api_free(struct api *api);                         /* NULL is fine; after the server stopped */

/* The callbacks of struct http_options; user is the struct api. */
void api_handle(void *api, size_t thread, struct http_exchange *x);
void api_thread_end(void *api, size_t thread);
size_t api_body_limit(void *api, const struct http_request *head);
void api_refusal(void *api, struct http_exchange *x, int status, const char *why);

/* For operations: what the server was started with. */
const struct api_options *api_options_of(const struct ctx *ctx);

#endif
