/* test/model/provider.h: a provider of models that answers as a script says, and keeps what it was asked. */
#ifndef TEST_MODEL_PROVIDER_H
#define TEST_MODEL_PROVIDER_H

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>

#include "../unit.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/server.h"
#include "model/ask.h"
#include "model/retry.h"

enum { ASKED_MAX = 16, LINES_MAX = 16, ANSWERS_MAX = 16 };
#define PROVIDER_KEY "sk-test-open-sesame"

/* One answer. Lines of a stream are written one by one, each as an event. */
struct scripted {
	int status;                          /* 0: 200 */
	const char *retry_after;
	const char *body;                    /* in place of a stream */
	const char *lines[LINES_MAX];
	/* What comes behind the lines: the end, a cut connection, silence, or more than anyone wants. */
	enum { THEN_END, THEN_CUT, THEN_SILENCE, THEN_FLOOD } then;
};

static struct {
	struct scripted answers[ANSWERS_MAX];  /* copies: a handler may outlive the test; the last is repeated */
	size_t n_answers;

	atomic_int n_asked, n_left;          /* requests; and those that were left while they were answered */
	char *asked[ASKED_MAX];              /* their bodies */
	char path[128], key[128], version[32];
	int64_t left_at_ms;

	struct http_server *server;
	pthread_t thread;
	struct arena mem;
	struct str base_url;
} provider;

static inline void provider_keep(char *to, size_t size, struct str text)
{
	snprintf(to, size, "%.*s", STR(text));
}

static inline void provider_listen(const struct http_request *r, int n)
{
	struct str key = http_header_get(r, "authorization", NULL);

	if (n < ASKED_MAX)
		provider.asked[n] = strndup(r->body.p, r->body.n);
	provider_keep(provider.path, sizeof(provider.path), r->path);
	provider_keep(provider.key, sizeof(provider.key), key.p ? key : http_header_get(r, "x-api-key", NULL));
	provider_keep(provider.version, sizeof(provider.version), http_header_get(r, "anthropic-version", NULL));
}

static inline bool provider_say(struct http_exchange *x, const char *line)
{
	return http_stream_write(x, arena_printf(http_arena(x), "data: %s\n\n", line)) == OK;
}

static inline void provider_flood(struct http_exchange *x)
{
	char *spaces = arena_alloc(http_arena(x), 1 << 20);

	memset(spaces, ' ', 1 << 20);
	spaces[0] = ':';
	spaces[(1 << 20) - 1] = '\n';
	for (int i = 0; i < 100; i++)
		if (http_stream_write(x, (struct str){ spaces, 1 << 20 }) != OK)
			return;
	http_stream_end(x);
}

static inline void provider_stream(struct http_exchange *x, const struct scripted *a)
{
	http_set_header(x, "Content-Type", S("text/event-stream"));
	http_stream_begin(x, 200);
	for (size_t i = 0; i < LINES_MAX && a->lines[i]; i++)
		if (!provider_say(x, a->lines[i]))
			return;
	if (a->then == THEN_END)
		http_stream_end(x);
	if (a->then == THEN_FLOOD)
		provider_flood(x);
	while (a->then == THEN_SILENCE && http_stream_alive(x))
		usleep(2000);
	if (a->then == THEN_SILENCE) {
		provider.left_at_ms = mono_ms();
		provider.n_left++;
	}
}

static inline void provider_handle(void *user, size_t thread, struct http_exchange *x)
{
	int n = provider.n_asked++;
	size_t last = provider.n_answers - 1;
	const struct scripted *a = &provider.answers[(size_t)n < last ? (size_t)n : last];

	provider_listen(http_request_of(x), n);
	if (a->retry_after)
		http_set_header(x, "Retry-After", str_of(a->retry_after));
	if (!a->body && !a->status) {
		provider_stream(x, a);
		return;
	}
	http_set_header(x, "Content-Type", S("application/json"));
	buf_z(http_body(x), a->body ? a->body : "");
	http_reply(x, a->status ? a->status : 200);
}

static inline void *provider_main(void *arg)
{
	http_server_run(provider.server);
	return NULL;
}

static inline void provider_start(void)
{
	struct http_options options = { .listen = "127.0.0.1:0", .n_threads = 4, .n_stream_threads = 4,
					.handle = provider_handle };
	struct ctx ctx = { .mem = &provider.mem };

	memset(&provider, 0, sizeof(provider));
	arena_init(&provider.mem, 0);
	assert_int_equal(http_server_new(&ctx, &options, &provider.server), OK);
	provider.base_url = arena_printf(&provider.mem, "http://%.*s/v1", STR(http_server_address(provider.server)));
	assert_int_equal(pthread_create(&provider.thread, NULL, provider_main, NULL), 0);
}

static inline void provider_stop(void)
{
	http_server_stop(provider.server);
	pthread_join(provider.thread, NULL);
	http_server_free(provider.server);
	for (int i = 0; i < ASKED_MAX; i++)
		free(provider.asked[i]);
	arena_fini(&provider.mem);
}

/* -- who asks ------------------------------------------------------------------------------------------ */

struct search_in {
	struct str query;
};
static const struct field search_fields[] = { { F_STR("query", search_in, query), .required = true } };
static const struct schema search_schema = SCHEMA(NULL, search_in, search_fields);
static const struct tool_offer SEARCH_OFFER = { { "search", 6 }, { "Looks it up.", 12 }, &search_schema };

struct desk {
	struct arena mem;
	struct ctx ctx;
	struct model_choice model;
	struct model_watch watch;
	struct message messages[8];
	struct list thread, tools;
	struct model_reply reply;
	struct buf seen;                     /* what was shown */
	int n_shown, patience;               /* how often go_on says yes; -1: always */
};

static inline void desk_see(void *arg, struct str text)
{
	struct desk *d = arg;

	buf_str(&d->seen, text);
	d->n_shown++;
}

static inline bool desk_go_on(void *arg)
{
	struct desk *d = arg;

	if (d->patience > 0)
		d->patience--;
	return d->patience != 0;
}

static inline int desk_set_up(void **state)
{
	struct desk *d = xcalloc(1, sizeof(*d));

	log_setup(LOG_ERROR, LOG_TEXT);
	retry_first_ms = 2;
	provider_start();
	arena_init(&d->mem, 0);
	d->ctx.mem = &d->mem;
	d->patience = -1;
	d->watch = (struct model_watch){ desk_see, desk_go_on, d };
	d->model = (struct model_choice){
		.provider = S("OPENAI"), .model = S("gpt-4o"), .base_url = provider.base_url, .key = S(PROVIDER_KEY),
		.temperature = NAN, .top_p = NAN, .frequency_penalty = NAN, .presence_penalty = NAN, .watch = &d->watch,
	};
	d->messages[0] = (struct message){ .role = MESSAGE_SYSTEM, .text = S("Be brief.") };
	d->messages[1] = (struct message){ .role = MESSAGE_USER, .text = S("Hello?") };
	d->thread = (struct list){ d->messages, 2 };
	*state = d;
	return 0;
}

static inline int desk_tear_down(void **state)
{
	struct desk *d = *state;

	provider_stop();
	buf_fini(&d->seen);
	arena_fini(&d->mem);
	free(d);
	return 0;
}

#define AT_A_DESK(test) cmocka_unit_test_setup_teardown(test, desk_set_up, desk_tear_down)

static inline enum err ask_all(struct desk *d, const struct scripted *answers, size_t n)
{
	assert_true(n <= ANSWERS_MAX);
	memcpy(provider.answers, answers, n * sizeof(*answers));
	provider.n_answers = n;
	provider.n_asked = 0;
	for (int i = 0; i < ASKED_MAX; i++)
		free(TAKE(provider.asked[i]));
	d->ctx.why[0] = '\0';
	return model_ask(&d->ctx, &d->model, &d->thread, &d->tools, &d->reply);
}

/* The answers stand in the macro's arguments. */
#define ASK(d, ...) ask_all(d, (const struct scripted[]){ __VA_ARGS__ }, \
			    COUNT_OF(((const struct scripted[]){ __VA_ARGS__ })))

/* The text is for the owner of a run: the words, and neither key nor address. */
static inline void check_why(struct desk *d, const char *words)
{
	if (!strstr(d->ctx.why, words))
		print_error("\"%s\" does not say \"%s\"\n", d->ctx.why, words);
	assert_non_null(strstr(d->ctx.why, words));
	assert_null(strstr(d->ctx.why, "sesame"));
	assert_null(strstr(d->ctx.why, "127.0.0.1"));
}

#define assert_asked(n, expected)                                                                       \
	do {                                                                                            \
		assert_true(provider.n_asked > (n));                                                    \
		assert_string_equal(provider.asked[n], expected);                                       \
	} while (0)

static inline const struct json *settings(struct desk *d, const char *text)
{
	const struct json *v;

	assert_int_equal(json_parse(&d->ctx, str_of(text), JSON_STRICT, &v), OK);
	return v;
}

#endif
