/* A Content-Type, a line feed, and a body: whatever comes out lies within the body, in order, and put
 * together again gives the same parts. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "http/multipart.h"

#define REQUIRE(condition) ((condition) ? (void)0 : abort())

static void check_part(struct str body, const struct multipart_part *p, const char *behind)
{
	REQUIRE(p->bytes.p >= behind && p->bytes.p + p->bytes.n <= body.p + body.n);
	REQUIRE(p->name.p && utf8_valid(p->name) && utf8_valid(p->file_name));
	REQUIRE(p->name.n <= MULTIPART_HEAD_MAX && p->file_name.n <= MULTIPART_HEAD_MAX);
}

/* A part as a browser would send it. */
static void add_part(struct buf *to, struct str delimiter, const struct multipart_part *p)
{
	buf_str(to, delimiter);
	buf_z(to, "\r\nContent-Disposition: form-data; name=n; filename=f\r\n\r\n");
	buf_str(to, p->bytes);
}

/* Reads all parts; false: it was refused. again (may be NULL) gets them all, in a body of the same boundary. */
static bool read_all(struct arena *mem, struct str type, struct str body, size_t *n, struct buf *again)
{
	struct ctx ctx = { .mem = mem };
	struct multipart m;
	struct multipart_part part;
	const char *behind = body.p;
	bool more = true;

	if (multipart_begin(&ctx, type, body, &m) != OK)
		return false;
	for (*n = 0; multipart_next(&ctx, &m, &part, &more) == OK; ++*n) {
		if (!more) {
			if (again)
				buf_printf(again, "%.*s--", STR(m.delimiter));
			return true;
		}
		check_part(body, &part, behind);
		behind = part.bytes.p + part.bytes.n;
		if (again)
			add_part(again, m.delimiter, &part);
	}
	REQUIRE(ctx.why[0]);
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str body = { (const char *)data, n }, type;
	struct arena mem;
	size_t parts, parts_again;

	arena_init(&mem, 4096);
	type = str_cut(&body, '\n');
	if (body.p) {
		struct buf again = { .mem = &mem };

		if (read_all(&mem, type, body, &parts, &again)) {
			REQUIRE(parts <= MULTIPART_PARTS_MAX);
			REQUIRE(read_all(&mem, type, buf_view(&again), &parts_again, NULL) && parts == parts_again);
		}
	}
	arena_fini(&mem);
	return 0;
}
