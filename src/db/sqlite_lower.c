/* db/sqlite_lower.c: SQL's lower() for every script.
 *
 * SQLite's own knows ASCII only, PostgreSQL's all letters; a search must find the same on both.
 */
#include <utf8proc.h>

#include "base/utf8.h"
#include "db/sqlite_internal.h"

/* The longest growth is from two bytes to three, as of U+023A. */
static size_t lower_into(char *out, struct str text)
{
	size_t n = 0;
	uint32_t c;

	while (utf8_next(&text, &c))
		n += utf8_put(out + n, (uint32_t)utf8proc_tolower((utf8proc_int32_t)c));
	return n;
}

static void lower(sqlite3_context *call, int n_args, sqlite3_value **args)
{
	struct str text = { (const char *)sqlite3_value_text(args[0]), (size_t)sqlite3_value_bytes(args[0]) };
	char *out;

	(void)n_args;
	if (!text.p)
		return;
	out = sqlite3_malloc64(2 * text.n + UTF8_MAX_BYTES);
	if (!out) {
		sqlite3_result_error_nomem(call);
		return;
	}
	sqlite3_result_text64(call, out, lower_into(out, text), sqlite3_free, SQLITE_UTF8);
}

int sqlite_lower_install(sqlite3 *handle)
{
	return sqlite3_create_function_v2(handle, "lower", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, lower, NULL, NULL, NULL);
}
