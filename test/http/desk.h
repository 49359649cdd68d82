/* test/http/desk.h: where tests of the client call from, and pages that several of them want. */
#ifndef TEST_HTTP_DESK_H
#define TEST_HTTP_DESK_H

#include "far.h"

#include "http/client.h"

/* -- pages that several tests want ----------------------------------------------------------------- */

static inline void page_hello(struct visit *v)
{
	far_answer(v, "200 OK", "Content-Type: text/plain; charset=latin1\r\n", S("hello"));
}

static inline void page_short(struct visit *v)
{
	far_say(v, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
	v->keep = false;
}

/* -- the caller's side ------------------------------------------------------------------------------ */

/* What each test works with. */
struct desk {
	struct arena mem;
	struct ctx ctx;
};

static inline void desk_fini(struct desk *d)
{
	arena_fini(&d->mem);
}

#define DESK(name)                                                                         \
	AUTO(desk_fini) struct desk name = { .mem = { .block_bytes = 16384 } };            \
	name.ctx.mem = &name.mem

static inline struct str url_of(struct desk *d, const struct far *far, const char *path)
{
	return arena_printf(&d->mem, "http://127.0.0.1:%d%s", far->port, path);
}

static inline struct http_call get(struct desk *d, const struct far *far, const char *path)
{
	return (struct http_call){ .method = "GET", .url = url_of(d, far, path) };
}

static inline bool says(struct str text, const char *part)
{
	return str_find(text, str_of(part)) >= 0;
}

/* What guarded calls may reach besides public addresses. */
static inline void open_to(struct desk *d, struct str allow)
{
	assert_int_equal(http_client_setup(&d->ctx, allow), OK);
}

#endif
