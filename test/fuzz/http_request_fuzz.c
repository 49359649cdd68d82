/* Any bytes, as a connection would bring them: the first says in pieces of what size, the rest
 * is one request after another.
 *
 * Beyond not crashing: how the bytes are cut makes no difference, and what is taken for a
 * request is one that the rooms above can rely on.
 */
#include <stdlib.h>

#include "http/message.h"

#define REQUIRE(condition) ((condition) ? (void)0 : abort())

enum { MAX_BODY = 256, MAX_HEADERS = 8, MAX_REQUESTS = 8 };

struct reader {
	struct message_rules rules;
	struct arena mem;
	struct message m;
};

static void reader_init(struct reader *r)
{
	*r = (struct reader){ .rules = { .head_bytes = 1024, .n_headers = MAX_HEADERS, .body_bytes = MAX_BODY,
					 .all_bytes = 1200 } };
	arena_init(&r->mem, 4096);
	message_init(&r->m, &r->rules, &r->mem);
	message_begin(&r->m);
}

static void reader_fini(struct reader *r)
{
	message_end(&r->m);
	REQUIRE(r->rules.held_bytes == 0);
	message_fini(&r->m);
	arena_fini(&r->mem);
}

/* Each piece in memory of its own, so that reading past it is seen. */
static size_t feed(struct message *m, struct str text, size_t piece)
{
	size_t total = 0;

	while (text.n > 0 && m->state < MESSAGE_COMPLETE) {
		size_t n = piece < text.n ? piece : text.n, used;
		char *copy = malloc(n);

		memcpy(copy, text.p, n);
		message_feed(m, (struct str){ copy, n }, &used);
		free(copy);
		REQUIRE(used <= n && (used == n || m->state >= MESSAGE_COMPLETE));
		total += used;
		text = str_from(text, n);
	}
	return total;
}

static bool is_free_of(struct str s, const char *set, size_t n)
{
	for (size_t i = 0; i < s.n; i++)
		if (memchr(set, s.p[i], n))
			return false;
	return true;
}

static void check_request(const struct message *m)
{
	static const char UPPER[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ: \t\r\n", ENDS[] = "\r\n";
	const struct http_request *r = &m->request;
	size_t n_hosts;

	http_header_get(r, "host", &n_hosts);
	REQUIRE(n_hosts == 1 || (m->http_1_0 && n_hosts == 0));
	REQUIRE(r->n_headers <= MAX_HEADERS);
	for (size_t i = 0; i < r->n_headers; i++) {
		REQUIRE(r->headers[i].name.n > 0 && is_free_of(r->headers[i].name, UPPER, sizeof(UPPER)));
		REQUIRE(is_free_of(r->headers[i].value, ENDS, sizeof(ENDS)));
	}
	REQUIRE(str_starts(r->path, S("/")) || str_is(r->path, "*"));
	REQUIRE(is_free_of(r->target, " #\t\r\n", 6) && is_free_of(r->path, "?", 1));
	REQUIRE(r->body.n <= MAX_BODY && r->body.p[r->body.n] == '\0');
}

static void check_same(const struct message *a, const struct message *b)
{
	REQUIRE(a->state == b->state && a->refusal == b->refusal);
	REQUIRE(a->state != MESSAGE_COMPLETE || (str_eq(a->request.target, b->request.target) &&
						 str_eq(a->request.body, b->request.body) &&
						 a->request.n_headers == b->request.n_headers));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = { (const char *)data + 1, n - 1 };
	size_t piece = n ? data[0] % 32 + 1u : 1;

	for (int i = 0; n > 0 && i < MAX_REQUESTS && text.n > 0; i++) {
		struct reader whole, cut;
		size_t used, used_cut;
		bool more;

		reader_init(&whole);
		reader_init(&cut);
		used = feed(&whole.m, text, text.n);
		used_cut = feed(&cut.m, text, piece);
		check_same(&whole.m, &cut.m);
		more = whole.m.state == MESSAGE_COMPLETE;
		REQUIRE(!more || used == used_cut);
		if (more)
			check_request(&whole.m);
		reader_fini(&cut);
		reader_fini(&whole);
		if (!more)
			break;
		text = str_from(text, used);
	}
	return 0;
}
