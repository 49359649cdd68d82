/* test/extract/child.h: a test that is its own `agentd extract`, and what it sees of its children.
 *
 * extract_run starts /proc/self/exe, which here is the test; its main hands over to extract_main first.
 */
#ifndef TEST_EXTRACT_CHILD_H
#define TEST_EXTRACT_CHILD_H

#include "../unit.h"

#include "base/ctx.h"
#include "base/log.h"
#include "base/utf8.h"
#include "extract/extract_internal.h"

/* The test's own rows, the last one without a name. */
static const struct extractor *own_rows;

#define PROGRAM(...) (const char *const[]){ __VA_ARGS__, NULL }
#define PYTHON(script) PROGRAM("/usr/bin/python3", "-I", "-S", "-c", script)

/* One of its own, else one of the real ones. */
static inline const struct extractor *row_called(const char *name)
{
	for (const struct extractor *row = own_rows; row->name; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return extractor_of(document_kind_by_name(str_of(name)));
}

/* Ends the process if it was started as a child: NAME extract --kind KIND [--charset=NAME]. */
static inline void extract_main(int argc, char **argv, const struct extractor *rows)
{
	struct arena mem = { .block_bytes = 4096 };
	struct ctx ctx = { .mem = &mem };
	struct str charset = { NULL, 0 };

	own_rows = rows;
	log_setup(LOG_OFF, LOG_TEXT);        /* refusals are logged, and are meant here */
	if (argc < 4 || strcmp(argv[1], "extract") != 0)
		return;
	if (argc > 4)
		charset = str_from(str_of(argv[4]), strlen("--charset="));
	if (!utf8_valid(charset))            /* as options_read has it */
		_exit(1);
	_exit(extractor_child(&ctx, row_called(argv[3]), charset));
}

/* -- what is seen -------------------------------------------------------------------------------- */

struct seen {
	struct arena mem;
	struct ctx ctx;
	struct document document;
	enum err e;
};

static inline void seen_fini(struct seen *s)
{
	arena_fini(&s->mem);
}

#define SEEN(name) AUTO(seen_fini) struct seen name = {0}

static inline void run_bytes(struct seen *s, const char *name, struct str bytes)
{
	struct extract_job job = { .bytes = bytes };

	s->ctx.mem = &s->mem;
	s->e = extractor_run(&s->ctx, row_called(name), &job, &s->document);
}

static inline void run(struct seen *s, const char *name)
{
	run_bytes(s, name, S("hello, world"));
}

static inline struct str text_of(const struct seen *s, size_t i)
{
	if (s->e != OK)
		print_error("error %d: %s\n", s->e, s->ctx.why);
	assert_int_equal(s->e, OK);
	assert_true(i < s->document.parts.n);
	return LIST_AT(s->document.parts, struct document_part, i)->text;
}

static inline void assert_refused(const char *name, const char *why)
{
	SEEN(s);

	run(&s, name);
	if (s.e != ERR_INVALID)
		print_error("%s: error %d: %s\n", name, s.e, s.ctx.why);
	assert_int_equal(s.e, ERR_INVALID);
	assert_string_equal(s.ctx.why, why);
}

/* In run.c's words. */
static const char DAMAGED[] = "the document cannot be read: it is damaged, or not what it seems to be";
static const char TOO_SLOW[] = "the document takes too long to read";
static const char TOO_BIG[] = "the document needs too much memory to be read";

static inline enum err read_lines(struct ctx *ctx, struct str output, struct document_sink *out)
{
	sink_text(out, output);
	return OK;
}

#endif
