/* json/write.c: the writer, and number formatting that round-trips. */
#include "json/write.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "json/write_internal.h"

enum { MAX_DEPTH = 128 };

static void separate(struct json_writer *w)
{
	if (w->comma)
		buf_char(w->out, ',');
	w->comma = true;
}

static void open_level(struct json_writer *w, bool array)
{
	separate(w);
	buf_char(w->out, array ? '[' : '{');
	assert(w->depth < MAX_DEPTH);
	if (array)
		w->arrays[w->depth / 64] |= UINT64_C(1) << w->depth % 64;
	else
		w->arrays[w->depth / 64] &= ~(UINT64_C(1) << w->depth % 64);
	w->depth++;
	w->comma = false;
}

void jw_object(struct json_writer *w)
{
	open_level(w, false);
}

void jw_array(struct json_writer *w)
{
	open_level(w, true);
}

void jw_end(struct json_writer *w)
{
	assert(w->depth > 0);
	w->depth--;
	buf_char(w->out, w->arrays[w->depth / 64] >> w->depth % 64 & 1 ? ']' : '}');
	w->comma = true;
}

static void put_escape(struct buf *out, unsigned char c)
{
	static const char HEX[] = "0123456789abcdef";
	const char *named = memchr("\"\"\\\\\nn\rr\tt\bb\ff", c, 14);

	if (named)
		buf_add(out, (char[]){ '\\', named[1] }, 2);
	else
		buf_add(out, (char[]){ '\\', 'u', '0', '0', HEX[c >> 4], HEX[c & 15] }, 6);
}

static void put_escaped(struct buf *out, struct str s)
{
	while (s.n > 0) {
		size_t run = copy_plain(room(out, s.n), s);

		out->n += run;
		if (run < s.n)
			put_escape(out, (unsigned char)s.p[run++]);
		s = (struct str){ s.p + run, s.n - run };
	}
}

static void put_quoted(struct buf *out, struct str s)
{
	buf_char(out, '"');
	put_escaped(out, s);
	buf_char(out, '"');
}

void jw_key_str(struct json_writer *w, struct str key)
{
	separate(w);
	put_quoted(w->out, key);
	buf_char(w->out, ':');
	w->comma = false;
}

/* Keys of tables need no escapes, and a reply has many of them: one piece, copied once. */
void jw_key(struct json_writer *w, const char *key)
{
	size_t n = strlen(key);
	char *to = room(w->out, n + 4);
	char *from = to;

	if (w->comma)
		*to++ = ',';
	*to++ = '"';
	memcpy(to, key, n);
	to += n;
	*to++ = '"';
	*to++ = ':';
	w->out->n += (size_t)(to - from);
	w->comma = false;
}

void jw_str(struct json_writer *w, struct str s)
{
	separate(w);
	if (s.p)
		put_quoted(w->out, s);
	else
		buf_z(w->out, "null");
}

void jw_str_cut(struct json_writer *w, struct str s, size_t n)
{
	struct str rest = s;
	uint32_t c = 0;
	size_t units = 0;

	/* No character has more units than bytes. */
	if (s.n <= n) {
		jw_str(w, s);
		return;
	}
	while (units < n && utf8_next(&rest, &c))
		units += c > 0xffff ? 2 : 1;
	if (units <= n) {
		jw_str(w, (struct str){ s.p, s.n - rest.n });
		return;
	}
	separate(w);
	buf_char(w->out, '"');
	put_escaped(w->out, (struct str){ s.p, s.n - rest.n - UTF8_MAX_BYTES });
	buf_printf(w->out, "\\u%04x\"", (unsigned)(0xd800 + ((c - 0x10000) >> 10)));
}

void jw_z(struct json_writer *w, const char *s)
{
	jw_str(w, str_of(s));
}

/* Decimal digits of n, at least `least` of them. */
static void put_digits(struct buf *out, uint64_t n, int least)
{
	char digits[24];
	size_t at = sizeof(digits);

	for (; n || least > 0; n /= 10, least--)
		digits[--at] = (char)('0' + n % 10);
	buf_add(out, digits + at, sizeof(digits) - at);
}

void jw_int(struct json_writer *w, int64_t n)
{
	separate(w);
	if (n < 0)
		buf_char(w->out, '-');
	put_digits(w->out, n < 0 ? -(uint64_t)n : (uint64_t)n, 1);
}

/* Six decimals are enough for nearly every number there is, and cost a tenth of printf. False:
 * not for this one. A decimal of at most 15 digits that reads back the same is the shortest. */
static bool put_millionths(struct buf *out, double n)
{
	double size = fabs(n);
	uint64_t millionths, rest;
	int decimals = 6;

	if (size >= 1e9)
		return false;
	millionths = (uint64_t)(size * 1e6 + 0.5);
	if ((double)millionths / 1e6 != size)
		return false;
	for (rest = millionths % 1000000; rest % 10 == 0; rest /= 10)
		decimals--;
	if (n < 0)
		buf_char(out, '-');
	put_digits(out, millionths / 1000000, 1);
	buf_char(out, '.');
	put_digits(out, rest, decimals);
	return true;
}

void jw_num(struct json_writer *w, double n)
{
	char text[32];

	assert(isfinite(n));
	if (n == trunc(n) && fabs(n) < 1e15) {
		jw_int(w, (int64_t)n);
		return;
	}
	separate(w);
	if (put_millionths(w->out, n))
		return;
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, n);
		if (strtod(text, NULL) == n)
			break;
	}
	buf_z(w->out, text);
}

/* Whether a decimal, which as a double is d, reads back as n also when it is read as a float at once.
 * Both ways only differ when d lies half-way between two floats. */
static bool reads_back(double d, float n)
{
	uint64_t bits;

	memcpy(&bits, &d, sizeof(bits));
	return (float)d == n && (bits & 0x1fffffff) != 0x10000000;
}

/* A fraction in 6 to 9 significant digits, the fewest that tell it apart; each costs a few
 * nanoseconds, where printf would cost a microsecond. False: not for this number. */
static bool put_fraction(struct buf *out, float n)
{
	static const double TENS[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13 };
	double size = fabs((double)n);
	int zeros = 0, decimals;
	uint64_t digits = 0;

	if (size >= 1 || size < 1e-4)
		return false;
	while (size * TENS[zeros + 1] < 1)
		zeros++;
	for (decimals = zeros + 6; decimals <= zeros + 9; decimals++) {
		digits = (uint64_t)(size * TENS[decimals] + 0.5);
		if (reads_back((double)digits / TENS[decimals], (float)size))
			break;
	}
	if (decimals > zeros + 9)
		return false;
	for (; digits % 10 == 0; digits /= 10)
		decimals--;
	if (n < 0)
		buf_char(out, '-');
	buf_add(out, "0.", 2);
	put_digits(out, digits, decimals);
	return true;
}

void jw_float(struct json_writer *w, float n)
{
	char text[32];

	assert(isfinite(n));
	if (n == truncf(n) && fabsf(n) < 1e9f) {
		jw_int(w, (int64_t)n);
		return;
	}
	separate(w);
	if (put_fraction(w->out, n))
		return;
	for (int digits = 6; digits <= 9; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, (double)n);
		if (strtof(text, NULL) == n)
			break;
	}
	buf_z(w->out, text);
}

void jw_bool(struct json_writer *w, bool b)
{
	separate(w);
	buf_z(w->out, b ? "true" : "false");
}

void jw_null(struct json_writer *w)
{
	separate(w);
	buf_z(w->out, "null");
}

void jw_time(struct json_writer *w, int64_t us, int digits)
{
	char text[TIME_TEXT_BYTES];

	if (us == 0) {
		jw_null(w);
		return;
	}
	time_iso(text, us, digits);
	jw_str(w, str_of(text));
}

void jw_raw(struct json_writer *w, struct str json)
{
	separate(w);
	buf_str(w->out, json);
}

void jw_value(struct json_writer *w, const struct json *v)
{
	switch (v->type) {
	case JSON_NULL:
		jw_null(w);
		break;
	case JSON_BOOL:
		jw_bool(w, v->boolean);
		break;
	case JSON_INT:
		jw_int(w, v->integer);
		break;
	case JSON_NUM:
		jw_num(w, v->number);
		break;
	case JSON_STR:
		jw_str(w, v->text);
		break;
	case JSON_ARRAY:
		jw_array(w);
		for (size_t i = 0; i < v->n_items; i++)
			jw_value(w, &v->items[i]);
		jw_end(w);
		break;
	case JSON_OBJECT:
		jw_object(w);
		for (size_t i = 0; i < v->n_members; i++) {
			jw_key_str(w, v->members[i].key);
			jw_value(w, &v->members[i].value);
		}
		jw_end(w);
		break;
	}
}

struct str json_text(struct arena *mem, const struct json *v)
{
	struct buf out = { .mem = mem };
	struct json_writer w = { .out = &out };

	jw_value(&w, v);
	return buf_view(&out);
}
