/* base/str.c: the few operations on slices that are too long to inline. */
#include "base/str.h"

int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c = to_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (to_lower(a.p[i]) != to_lower(b.p[i]))
			return false;
	return true;
}

bool str_starts_nocase(struct str a, struct str prefix)
{
	return a.n >= prefix.n && str_eq_nocase((struct str){ a.p, prefix.n }, prefix);
}

ptrdiff_t str_find_nocase(struct str hay, struct str needle)
{
	for (size_t i = 0; i + needle.n <= hay.n; i++)
		if (str_starts_nocase(str_from(hay, i), needle))
			return (ptrdiff_t)i;
	return -1;
}

bool str_ends(struct str a, struct str suffix)
{
	return a.n >= suffix.n && str_eq(str_from(a, a.n - suffix.n), suffix);
}

bool str_is_one_of(struct str a, const char *const *words)
{
	for (; *words; words++)
		if (str_is(a, *words))
			return true;
	return false;
}

static bool blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str a)
{
	while (a.n && blank(a.p[0]))
		a.p++, a.n--;
	while (a.n && blank(a.p[a.n - 1]))
		a.n--;
	return a;
}

ptrdiff_t str_find(struct str hay, struct str needle)
{
	const char *hit;

	if (needle.n == 0)
		return 0;
	if (hay.n < needle.n)
		return -1;
	hit = memmem(hay.p, hay.n, needle.p, needle.n);
	return hit ? hit - hay.p : -1;
}

ptrdiff_t str_index(struct str a, char c)
{
	const char *hit = a.n ? memchr(a.p, c, a.n) : NULL;

	return hit ? hit - a.p : -1;
}

struct str str_cut(struct str *rest, char sep)
{
	struct str all = *rest;
	ptrdiff_t at = str_index(all, sep);

	if (at < 0) {
		*rest = (struct str){ NULL, 0 };
		return all;
	}
	*rest = str_from(all, (size_t)at + 1);
	return (struct str){ all.p, (size_t)at };
}

bool str_take(struct str *rest, char c)
{
	if (rest->n == 0 || rest->p[0] != c)
		return false;
	*rest = str_from(*rest, 1);
	return true;
}

uint64_t str_hash(uint64_t hash, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		hash = (hash ^ (unsigned char)text.p[i]) * UINT64_C(0x100000001b3);
	return hash;
}

bool str_to_int(struct str a, int64_t *out)
{
	bool negative = a.n && a.p[0] == '-';
	int64_t value = 0;

	if (negative)
		a = str_from(a, 1);
	if (a.n == 0)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		if (!is_digit(a.p[i]))
			return false;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_sub_overflow(value, a.p[i] - '0', &value))
			return false;
	}
	/* Counted downwards, since the most negative number has no positive twin. */
	if (!negative && __builtin_sub_overflow(0, value, &value))
		return false;
	*out = value;
	return true;
}
