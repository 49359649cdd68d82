/* test/extract/documents.h: the documents of test/data/documents, read in the cage as the server reads them. */
#ifndef TEST_EXTRACT_DOCUMENTS_H
#define TEST_EXTRACT_DOCUMENTS_H

#include <sys/resource.h>

#include "child.h"

static const struct extractor NO_ROWS[] = { { 0 } };

/* The bytes of a file; from the root of the repository, where ./check runs tests, or from the build folder. */
static inline struct str file_bytes(struct arena *mem, const char *path)
{
	struct buf bytes = { .mem = mem };
	FILE *file = fopen(path, "re");
	size_t n;

	if (!file)
		file = fopen(arena_printf(mem, "../../%s", path).p, "re");
	if (!file)
		print_error("cannot open %s\n", path);
	assert_non_null(file);
	while ((n = fread(buf_room(&bytes, 65536), 1, 65536, file)) > 0)
		bytes.n += n;
	fclose(file);
	return buf_view(&bytes);
}

static inline void run_file(struct seen *s, const char *kind, const char *name)
{
	run_bytes(s, kind, file_bytes(&s->mem, arena_printf(&s->mem, "test/data/documents/%s", name).p));
}

static inline const struct document_part *part_of(const struct seen *s, size_t i)
{
	text_of(s, i);
	return LIST_AT(s->document.parts, struct document_part, i);
}

/* White space at the ends of a part means nothing: it goes when the text is normalised. */
static inline void assert_part(const struct seen *s, size_t i, const char *context, const char *text)
{
	assert_str(str_trim(part_of(s, i)->text), text);
	assert_str(part_of(s, i)->context, context);
}

static inline bool says(const struct seen *s, const char *words)
{
	for (size_t i = 0; s->e == OK && i < s->document.parts.n; i++)
		if (str_find(part_of(s, i)->text, str_of(words)) >= 0)
			return true;
	return false;
}

static inline void assert_why(const struct seen *s, const char *why)
{
	if (s->e == ERR_INVALID)
		assert_string_equal(s->ctx.why, why);
	else
		print_error("error %d: %s\n", s->e, s->ctx.why);
	assert_int_equal(s->e, ERR_INVALID);
}

static inline void assert_file_refused(const char *kind, const char *name, const char *why)
{
	SEEN(s);

	run_file(&s, kind, name);
	assert_why(&s, why);
}

static inline void assert_no_text(const char *kind, const char *name)
{
	SEEN(s);

	run_file(&s, kind, name);
	assert_int_equal(s.e, OK);
	assert_int_equal(s.document.parts.n, 0);
}

/* In a child, at the beginning of main: so many seconds of processor time instead of the cage's twenty, so that
 * a test need not wait for what never ends. */
static inline void hurry(int argc, rlim_t seconds)
{
	if (argc > 1)
		setrlimit(RLIMIT_CPU, &(struct rlimit){ seconds, seconds + 1 });
}

/* `n` times the same. */
static inline void repeat(struct buf *out, const char *text, size_t n)
{
	while (n-- > 0)
		buf_z(out, text);
}

#endif
