/* base/str.h: text as a pointer and a length.
 *
 * Request bodies, header values and JSON strings all arrive as slices of something larger, so
 * text is never assumed to end in a NUL. A struct str owns nothing: its bytes live as long as
 * the arena or buffer they point into. p == NULL means "absent", which is not the same as "".
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

#define S(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
/* For "%.*s": fail(ctx, ERR_CONFLICT, "agent '%.*s' is taken", STR(name)). */
#define STR(s) (int)(s).n, ((s).p ? (s).p : "")

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static inline struct str str_of(const char *z)
{
	return (struct str){ z, z ? strlen(z) : 0 };
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct str a, const char *z)
{
	size_t i = 0;

	while (i < a.n && z[i] == a.p[i] && z[i])
		i++;
	return i == a.n && z[i] == '\0';
}

static inline bool str_starts(struct str a, struct str prefix)
{
	return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}

/* The part from offset `from` on; empty when there is none. */
static inline struct str str_from(struct str a, size_t from)
{
	if (from >= a.n)
		return (struct str){ a.p ? a.p + a.n : NULL, 0 };
	return (struct str){ a.p + from, a.n - from };
}

/* ASCII only, whatever the locale. */
static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline char to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

int hex_digit(char c);                                /* its value, or -1 */

int str_cmp(struct str a, struct str b);              /* bytewise, as memcmp orders */
bool str_eq_nocase(struct str a, struct str b);       /* ASCII letters only, as for the next two */
bool str_starts_nocase(struct str a, struct str prefix);
ptrdiff_t str_find_nocase(struct str hay, struct str needle);  /* as str_find; for hays of a few KiB */
bool str_ends(struct str a, struct str suffix);
bool str_is_one_of(struct str a, const char *const *words);   /* NULL-terminated */
struct str str_trim(struct str a);                    /* ASCII white space at both ends */
/* Index of the first occurrence, or -1. */
ptrdiff_t str_find(struct str hay, struct str needle);
ptrdiff_t str_index(struct str a, char c);
/* Cuts `*rest` at the first `sep`: returns what stood before it and leaves what follows. The
 * last piece leaves rest->p NULL; a NULL rest yields {NULL, 0}. */
struct str str_cut(struct str *rest, char sep);
bool str_take(struct str *rest, char c);              /* cuts c off the front; false: it does not stand there */
/* FNV-1a. `hash` is STR_HASH_NONE, or what came before the text. For tables, not against those who choose texts. */
#define STR_HASH_NONE UINT64_C(0xcbf29ce484222325)
uint64_t str_hash(uint64_t hash, struct str text);
/* A decimal integer and nothing else ("-" allowed, no "+", no blanks). False: not one, or too large. */
bool str_to_int(struct str a, int64_t *out);

#endif
