/* bench/serve.c: agentd's server with one more page, a constant of the size asked for.
 *
 * What the product costs per request can only be told beside what the same server costs for
 * nothing: same process, same loop, same handler threads, same number of bytes. On its end it
 * prints how many writes shared how many commits.
 *
 *     bench-serve DATA CONSTANT_BYTES THREADS        listens on a free port and prints it
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/serve.h"
#include "base/log.h"
#include "db/db.h"
#include "store/schema.h"

static struct http_server *server;
static struct api *api;
static struct str constant;

static void handle(void *user, size_t thread, struct http_exchange *x)
{
	if (!str_is(http_request_of(x)->path, "/bench/constant")) {
		api_handle(user, thread, x);
		return;
	}
	http_set_header(x, "Content-Type", S("application/json; charset=utf-8"));
	http_reply_static(x, 200, constant);
}

static void stop(int sig)
{
	(void)sig;
	http_server_stop(server);
}

static void die(const struct ctx *ctx)
{
	fprintf(stderr, "bench-serve: %s\n", ctx->why);
	exit(1);
}

int main(int argc, char **argv)
{
	struct arena mem;
	struct ctx ctx = { .mem = &mem };
	struct db_options store = { .migrations = store_migrations, .n_migrations = n_store_migrations };
	struct http_options http = { .listen = "127.0.0.1:0", .handle = handle, .body_limit = api_body_limit,
				     .refusal = api_refusal, .thread_end = api_thread_end };
	struct db_stats stats;

	if (argc != 4)
		return 2;
	log_setup(LOG_WARN, LOG_TEXT);
	arena_init(&mem, 0);
	store.path = arena_printf(&mem, "%s/agentd.db", argv[1]).p;
	if (db_open(&ctx, &store, &ctx.db) != OK)
		die(&ctx);
	constant = (struct str){ memset(xmalloc((size_t)atoi(argv[2])), 'x', (size_t)atoi(argv[2])), (size_t)atoi(argv[2]) };
	http.n_threads = (size_t)atoi(argv[3]);
	api = api_new(&(struct api_options){ .db = ctx.db, .n_threads = http.n_threads });
	http.user = api;
	if (http_server_new(&ctx, &http, &server) != OK)
		die(&ctx);
	signal(SIGTERM, stop);
	signal(SIGPIPE, SIG_IGN);
	printf("%.*s\n", STR(http_server_address(server)));
	fflush(stdout);
	http_server_run(server);
	http_server_free(server);
	api_free(api);
	db_stats(ctx.db, &stats);
	printf("writes %llu commits %llu\n", (unsigned long long)stats.writes, (unsigned long long)stats.commits);
	db_close(ctx.db);
	arena_fini(&mem);
	return 0;
}
