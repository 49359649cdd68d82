/* test/model/fake_embeddings.h: a server that speaks POST /embeddings, strictly, and misbehaves on demand.
 *
 * Its vectors are bags of words, so that texts with words in common are near. They are not of unit
 * length. What a request must not look like is answered with 400, as a real server would, and counted.
 */
#ifndef TEST_MODEL_FAKE_EMBEDDINGS_H
#define TEST_MODEL_FAKE_EMBEDDINGS_H

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>

#include "../unit.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/log.h"
#include "http/client.h"
#include "http/server.h"
#include "json/json.h"
#include "json/write.h"
#include "model/embed.h"

enum { FAKE_DIMENSIONS = 24, FAKE_SCALE = 3 };
#define FAKE_MODEL "fake-embed"
#define FAKE_KEY "sk-test-sesame"

enum fault {
	FAULT_NONE, FAULT_STATUS, FAULT_CUT, FAULT_SILENCE, FAULT_GARBAGE, FAULT_NO_DATA, FAULT_GIANT, FAULT_FEWER,
	FAULT_MORE, FAULT_TWICE, FAULT_STRANGE_INDEX, FAULT_SHORT_VECTOR, FAULT_LONG_VECTOR, FAULT_NULL, FAULT_NAN,
	FAULT_TEXT, FAULT_HUGE_NUMBER, FAULT_ZEROS, FAULT_SHORT_BASE64, FAULT_BAD_BASE64,
};

static struct {
	/* Set by a test, before it asks. */
	enum fault fault;                    /* see fake_goes_wrong */
	int status;                          /* of FAULT_STATUS */
	const char *retry_after, *message;   /* may be NULL */
	int n_faulty;                        /* so many requests go wrong; -1: all */
	bool base64, backwards, unnumbered, uncounted, wants_no_key;
	const char *model;                   /* NULL: FAKE_MODEL */
	size_t dimensions;                   /* 0: FAKE_DIMENSIONS */

	/* What it saw. */
	_Atomic int n_requests, n_offences, n_texts, most_at_once, at_once;
	_Atomic size_t largest_batch;
	char offence[128];

	struct http_server *server;
	pthread_t thread;
	struct arena mem;
	struct str base_url;
} fake;

static inline size_t fake_dimensions(void)
{
	return fake.dimensions ? fake.dimensions : FAKE_DIMENSIONS;
}

/* What goes wrong with the request that this thread answers. */
static _Thread_local enum fault doing;

/* -- vectors -------------------------------------------------------------------------------------- */

static inline void fake_vector(struct str text, float *out, size_t dimensions)
{
	memset(out, 0, dimensions * sizeof(*out));
	out[0] = FAKE_SCALE / 10.0f;         /* a text without words has a direction too */
	while (text.p) {
		struct str word = str_cut(&text, ' ');
		uint32_t hash = 2166136261u;

		for (size_t i = 0; i < word.n; i++)
			hash = (hash ^ (unsigned char)to_lower(word.p[i])) * 16777619u;
		out[1 + hash % (dimensions - 1)] += word.n ? FAKE_SCALE : 0;
	}
}

static inline void fake_write_numbers(struct json_writer *w, const float *v, size_t n)
{
	jw_array(w);
	for (size_t i = 0; i < n; i++) {
		if (i != 1 || doing < FAULT_NULL || doing > FAULT_HUGE_NUMBER)
			jw_num(w, (double)v[i]);
		else
			jw_raw(w, doing == FAULT_NULL ? S("null") : doing == FAULT_NAN ? S("NaN") :
				  doing == FAULT_TEXT ? S("\"0.5\"") : S("1e300"));
	}
	jw_end(w);
}

static inline void fake_write_vector(struct json_writer *w, struct arena *mem, const float *v, size_t n)
{
	size_t room = sodium_base64_ENCODED_LEN(n * sizeof(*v), sodium_base64_VARIANT_ORIGINAL);
	char *text = arena_alloc(mem, room);

	if (!fake.base64) {
		fake_write_numbers(w, v, n);
		return;
	}
	sodium_bin2base64(text, room, (const unsigned char *)v, n * sizeof(*v), sodium_base64_VARIANT_ORIGINAL);
	if (doing == FAULT_BAD_BASE64)
		text[3] = '!';
	jw_z(w, text);
}

static inline void fake_write_item(struct json_writer *w, struct arena *mem, const struct json *input, size_t i)
{
	size_t n = fake_dimensions();
	float *v = arena_array(mem, n + 1, sizeof(*v));

	fake_vector(input->items[i].text, v, n);
	if (doing == FAULT_ZEROS)
		memset(v, 0, n * sizeof(*v));
	if (doing == FAULT_SHORT_VECTOR || doing == FAULT_SHORT_BASE64)
		n--;
	if (doing == FAULT_LONG_VECTOR)
		n++;
	jw_object(w);
	jw_key(w, "object");
	jw_z(w, "embedding");
	if (!fake.unnumbered) {
		jw_key(w, "index");
		jw_int(w, doing == FAULT_TWICE ? 0 : doing == FAULT_STRANGE_INDEX ? -1 : (int64_t)i);
	}
	jw_key(w, "embedding");
	fake_write_vector(w, mem, v, n);
	jw_end(w);
}

/* -- answers -------------------------------------------------------------------------------------- */

static inline void fake_refuse(struct http_exchange *x, int status, const char *message)
{
	struct json_writer w = { .out = http_body(x) };

	jw_object(&w);
	jw_key(&w, "error");
	jw_object(&w);
	jw_key(&w, "message");
	jw_z(&w, message);
	jw_end(&w);
	jw_end(&w);
	http_set_header(x, "Content-Type", S("application/json"));
	http_reply(x, status);
}

static inline void fake_embed(struct http_exchange *x, const struct json *input)
{
	struct json_writer w = { .out = http_body(x) };
	size_t n = input->n_items + (doing == FAULT_MORE) - (doing == FAULT_FEWER);

	jw_object(&w);
	jw_key(&w, doing == FAULT_NO_DATA ? "datum" : "data");
	jw_array(&w);
	for (size_t i = 0; i < n; i++)
		fake_write_item(&w, http_arena(x), input, fake.backwards ? n - 1 - i : i % input->n_items);
	jw_end(&w);
	if (!fake.uncounted) {
		jw_key(&w, "usage");
		jw_object(&w);
		jw_key(&w, "prompt_tokens");
		jw_int(&w, 100 * (int64_t)input->n_items);
		jw_end(&w);
	}
	jw_end(&w);
	if (doing == FAULT_GARBAGE)
		http_body(x)->n /= 2;
	for (int i = 0; doing == FAULT_GIANT && i < 1024; i++)
		memset(buf_room(http_body(x), 1024), ' ', 1024), http_body(x)->n += 1024;
	http_reply(x, 200);
}

/* Answers half and breaks off. */
static inline void fake_cut(struct http_exchange *x)
{
	http_stream_begin(x, 200);
	(void)http_stream_write(x, S("{\"data\": ["));
}

static inline void fake_misbehave(struct http_exchange *x, const struct json *input)
{
	if (doing && fake.retry_after)
		http_set_header(x, "Retry-After", str_of(fake.retry_after));
	switch (doing) {
	case FAULT_STATUS:
		fake_refuse(x, fake.status, fake.message ? fake.message : "no");
		break;
	case FAULT_CUT:
		fake_cut(x);
		break;
	case FAULT_SILENCE:
		http_stream_begin(x, 200);
		while (http_stream_alive(x))
			usleep(10000);
		break;
	default:
		fake_embed(x, input);
	}
}

/* -- requests ------------------------------------------------------------------------------------- */

static inline const char *fake_offence_of_head(const struct http_request *r)
{
	size_t n;
	struct str key = http_header_get(r, "authorization", &n);

	if (r->method != HTTP_POST || !str_is(r->target, "/v1/embeddings"))
		return "not POST /v1/embeddings";
	if (!str_is(http_header_get(r, "content-type", NULL), "application/json"))
		return "not application/json";
	if (fake.wants_no_key ? n != 0 : n != 1 || !str_is(key, "Bearer " FAKE_KEY))
		return "the key is not as it should be";
	return NULL;
}

static inline const char *fake_offence_of_input(const struct json *input)
{
	if (!json_is(input, JSON_ARRAY) || input->n_items == 0)
		return "input is no list of texts";
	for (size_t i = 0; i < input->n_items; i++)
		if (!json_is(&input->items[i], JSON_STR) || input->items[i].text.n == 0)
			return "an input is no text";
	return NULL;
}

static inline const char *fake_offence_of_body(const struct json *body)
{
	int64_t dimensions = FAKE_DIMENSIONS;

	if (!json_is(body, JSON_OBJECT))
		return "the body is no object";
	for (size_t i = 0; i < body->n_members; i++)
		if (!str_is_one_of(body->members[i].key,
				   (const char *const[]){ "model", "input", "encoding_format", "dimensions", NULL }))
			return "an unknown member";
	if (!str_is(json_get_str(body, "model"), fake.model ? fake.model : FAKE_MODEL))
		return "no such model";
	if (!str_is(json_get_str(body, "encoding_format"), "float"))
		return "encoding_format is not float";
	if (json_get(body, "dimensions") && (!json_as_int(json_get(body, "dimensions"), &dimensions) ||
					     (size_t)dimensions != fake_dimensions()))
		return "dimensions cannot be chosen";
	return fake_offence_of_input(json_get(body, "input"));
}

static inline void fake_saw(const struct json *input)
{
	atomic_fetch_add(&fake.n_texts, (int)input->n_items);
	if (input->n_items > atomic_load(&fake.largest_batch))
		atomic_store(&fake.largest_batch, input->n_items);
}

static inline void fake_answer(struct http_exchange *x)
{
	const struct http_request *r = http_request_of(x);
	struct ctx ctx = { .mem = http_arena(x) };
	const struct json *body = NULL;
	const char *offence = fake_offence_of_head(r);

	if (!offence && json_parse(&ctx, r->body, JSON_STRICT, &body) != OK)
		offence = "the body is not JSON";
	if (!offence)
		offence = fake_offence_of_body(body);
	if (offence) {
		atomic_fetch_add(&fake.n_offences, 1);
		snprintf(fake.offence, sizeof(fake.offence), "%s", offence);
		fake_refuse(x, 400, offence);
		return;
	}
	fake_saw(json_get(body, "input"));
	fake_misbehave(x, json_get(body, "input"));
}

static inline void fake_handle(void *user, size_t thread, struct http_exchange *x)
{
	int now = atomic_fetch_add(&fake.at_once, 1) + 1;
	int n = atomic_fetch_add(&fake.n_requests, 1) + 1;

	if (now > atomic_load(&fake.most_at_once))
		atomic_store(&fake.most_at_once, now);
	doing = fake.n_faulty < 0 || n <= fake.n_faulty ? fake.fault : FAULT_NONE;
	fake_answer(x);
	atomic_fetch_sub(&fake.at_once, 1);
}

/* -- its life ------------------------------------------------------------------------------------- */

static inline void *fake_main(void *arg)
{
	http_server_run(fake.server);
	return NULL;
}

static inline void fake_start(void)
{
	struct http_options options = { .listen = "127.0.0.1:0", .n_threads = 16, .n_stream_threads = 16,
					.handle = fake_handle };
	struct ctx ctx = { .mem = &fake.mem };

	memset(&fake, 0, sizeof(fake));
	arena_init(&fake.mem, 0);
	assert_int_equal(http_server_new(&ctx, &options, &fake.server), OK);
	fake.base_url = arena_printf(&fake.mem, "http://%.*s/v1", STR(http_server_address(fake.server)));
	assert_int_equal(pthread_create(&fake.thread, NULL, fake_main, NULL), 0);
}

static inline void fake_stop(void)
{
	http_server_stop(fake.server);
	pthread_join(fake.thread, NULL);
	http_server_free(fake.server);
	arena_fini(&fake.mem);
}

/* From now on: so many requests go wrong, in this way; -1: all. */
static inline void fake_goes_wrong(enum fault fault, int times)
{
	atomic_store(&fake.n_requests, 0);
	fake.fault = fault;
	fake.n_faulty = times;
}

/* Its model, as the store would describe it. */
static inline struct embedding_model fake_model(void)
{
	return (struct embedding_model){ .id = 2, .provider = S("CUSTOM"), .name = S(FAKE_MODEL),
					 .base_url = fake.base_url, .key = S(FAKE_KEY), .dimensions = FAKE_DIMENSIONS };
}

#endif
