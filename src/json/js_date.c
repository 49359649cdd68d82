/* json/js_date.c: dates as V8 reads them.
 *
 * ECMA-262 defines the ISO forms; everything else is left to the engine, and V8's rules are
 * those of old web pages: numbers are the parts of a date unless a colon makes them a time, a
 * month may have a name, words in front mean nothing. Both readers fill the same parts.
 */
#include "json/js.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/utf8.h"

#define DATE_MAX_MS INT64_C(8640000000000000)
#define DAY_MS (24 * 3600 * INT64_C(1000))

enum { DATE_PARTS = 3, TIME_PARTS = 4 };

struct parts {
	struct str rest;                     /* what is still to be read */
	int64_t date[DATE_PARTS];            /* in the order given */
	int n_date, month;                   /* month: 1 to 12 when it was named */
	bool iso;                            /* year, month, day, and the year means itself */
	int64_t time[TIME_PARTS];            /* hour, minute, second, millisecond */
	int n_time;
	bool time_closed;
	int afternoon;                       /* 1: AM, 2: PM */
	bool zoned;
	int zone_sign;
	int64_t zone_minutes;
	bool number_seen;
};

/* -- scanning ------------------------------------------------------------------------------------ */

static char peek(const struct parts *d)
{
	return d->rest.n ? d->rest.p[0] : '\0';
}

static bool skip(struct parts *d, char c)
{
	if (d->rest.n == 0 || d->rest.p[0] != c)
		return false;
	d->rest = str_from(d->rest, 1);
	return true;
}

static bool at_space(const struct parts *d)
{
	struct str rest = d->rest;
	uint32_t c;

	return utf8_next(&rest, &c) && utf8_is_js_space(c);
}

/* V8 takes all that Unicode has from A on for letters, but white space. */
static bool at_letter(const struct parts *d)
{
	return (unsigned char)peek(d) >= 'A' && !at_space(d);
}

static void skip_char(struct parts *d)
{
	uint32_t c;

	utf8_next(&d->rest, &c);
}

/* The digits that stand next: how many, and what they say, as far as nine digits go. */
static int take_number(struct parts *d, int64_t *n)
{
	int digits = 0;

	for (*n = 0; is_digit(peek(d)); digits++, d->rest = str_from(d->rest, 1))
		if (digits < 9)
			*n = *n * 10 + peek(d) - '0';
	return digits;
}

/* A fraction of a second in milliseconds, cut. */
static bool take_fraction(struct parts *d, int64_t *ms)
{
	int64_t unit = 100;

	if (!is_digit(peek(d)))
		return false;
	for (*ms = 0; is_digit(peek(d)); unit /= 10, d->rest = str_from(d->rest, 1))
		*ms += unit * (peek(d) - '0');
	return true;
}

static bool take_exactly(struct parts *d, int digits, int64_t *n)
{
	struct parts before = *d;

	if (take_number(d, n) == digits)
		return true;
	*d = before;
	return false;
}

/* -- the ISO forms ------------------------------------------------------------------------------- */

static bool iso_year(struct parts *d)
{
	int sign = skip(d, '-') ? -1 : skip(d, '+') ? 1 : 0;

	if (!take_exactly(d, sign ? 6 : 4, &d->date[0]) || (sign < 0 && d->date[0] == 0))
		return false;
	if (sign)
		d->date[0] *= sign;
	return true;
}

/* True: a date, and nothing or a time follows. The parts stay as far as they were read. */
static bool iso_date(struct parts *d)
{
	struct parts before = *d;

	if (!iso_year(d)) {
		*d = before;
		return false;
	}
	d->n_date = 1;
	while (d->n_date < DATE_PARTS && peek(d) == '-') {
		struct parts dash = *d;

		skip(d, '-');
		if (!take_exactly(d, 2, &d->date[d->n_date])) {
			*d = dash;
			return false;
		}
		d->n_date++;
	}
	d->number_seen = true;
	return d->rest.n == 0 || (peek(d) | 0x20) == 't';
}

static bool iso_zone(struct parts *d)
{
	int64_t hour, minute;

	if (d->rest.n == 0)
		return true;
	d->zoned = true;
	d->zone_sign = 1;
	if (skip(d, 'Z') || skip(d, 'z'))
		return d->rest.n == 0;
	d->zone_sign = skip(d, '-') ? -1 : 1;
	if (d->zone_sign > 0 && !skip(d, '+'))
		return false;
	/* "+0200" is not in the standard, but every engine takes it. */
	if (take_exactly(d, 4, &hour))
		minute = hour % 100, hour /= 100;
	else if (!take_exactly(d, 2, &hour) || !skip(d, ':') || !take_exactly(d, 2, &minute))
		return false;
	d->zone_minutes = hour * 60 + minute;
	return d->rest.n == 0 && hour < 24 && minute < 60;
}

static bool iso_time(struct parts *d)
{
	d->rest = str_from(d->rest, 1);
	if (!take_exactly(d, 2, &d->time[0]) || !skip(d, ':') || !take_exactly(d, 2, &d->time[1]))
		return false;
	if (skip(d, ':')) {
		if (!take_exactly(d, 2, &d->time[2]))
			return false;
		if (skip(d, '.') && !take_fraction(d, &d->time[3]))
			return false;
	}
	d->n_time = TIME_PARTS;
	return iso_zone(d);
}

/* False: not ISO; *d then holds what the other reader may go on with. */
static bool read_iso(struct parts *d)
{
	struct parts date;

	if (!iso_date(d))
		return false;
	d->iso = true;
	date = *d;
	if (d->rest.n == 0 || iso_time(d))
		return true;
	*d = date;
	d->iso = false;
	return false;
}

/* -- everything else ------------------------------------------------------------------------------ */

static const struct word {
	const char *prefix;                  /* its first three letters, or all of it */
	enum { MONTH, HALF, ZONE } kind;
	int value;                           /* month; AM or PM; hours east of UTC */
} WORDS[] = {
	{ "jan", MONTH, 1 }, { "feb", MONTH, 2 }, { "mar", MONTH, 3 }, { "apr", MONTH, 4 }, { "may", MONTH, 5 },
	{ "jun", MONTH, 6 }, { "jul", MONTH, 7 }, { "aug", MONTH, 8 }, { "sep", MONTH, 9 }, { "oct", MONTH, 10 },
	{ "nov", MONTH, 11 }, { "dec", MONTH, 12 },
	{ "am", HALF, 1 }, { "pm", HALF, 2 },
	{ "z", ZONE, 0 }, { "ut", ZONE, 0 }, { "utc", ZONE, 0 }, { "gmt", ZONE, 0 },
	{ "est", ZONE, -5 }, { "edt", ZONE, -4 }, { "cst", ZONE, -6 }, { "cdt", ZONE, -5 },
	{ "mst", ZONE, -7 }, { "mdt", ZONE, -6 }, { "pst", ZONE, -8 }, { "pdt", ZONE, -7 },
};

static const struct word *find_word(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
		struct str head = { word.p, WORDS[i].kind == MONTH && word.n > 3 ? 3 : word.n };

		if (str_eq_nocase(head, str_of(WORDS[i].prefix)))
			return &WORDS[i];
	}
	return NULL;
}

static bool read_word(struct parts *d)
{
	struct str word = { d->rest.p, 0 };
	const struct word *known;

	while (at_letter(d))
		skip_char(d);
	word.n = (size_t)(d->rest.p - word.p);
	known = find_word(word);
	if (known && known->kind == HALF && d->n_time > 0) {
		d->afternoon = known->value;
	} else if (known && known->kind == MONTH) {
		d->month = known->value;
		skip(d, '-');
	} else if (known && known->kind == ZONE && d->number_seen) {
		d->zoned = true;
		d->zone_sign = known->value < 0 ? -1 : 1;
		d->zone_minutes = 60 * known->value * d->zone_sign;
	} else {
		/* Words in front mean nothing; between numbers they spoil the date. */
		return !d->number_seen && !is_digit(peek(d));
	}
	return true;
}

static bool read_offset(struct parts *d)
{
	int64_t n;
	int digits;

	d->zoned = true;
	d->zone_sign = skip(d, '-') ? -1 : 1;
	if (d->zone_sign > 0)
		skip(d, '+');
	digits = take_number(d, &n);
	d->number_seen = true;
	if (skip(d, ':')) {
		d->zone_minutes = n * 60;
		take_number(d, &n);
		d->zone_minutes += n;
		return true;
	}
	d->zone_minutes = digits > 2 ? n / 100 * 60 + n % 100 : n * 60;
	return digits >= 1 && digits <= 4;
}

static bool add_time(struct parts *d, int64_t n)
{
	if (d->time_closed || d->n_time >= TIME_PARTS)
		return false;
	d->time[d->n_time++] = n;
	return true;
}

static bool close_time(struct parts *d)
{
	char next = peek(d);

	d->time_closed = true;
	return d->rest.n == 0 || at_space(d) || next == '+' || next == '-' || (next | 0x20) == 'z';
}

/* In a time, what follows a colon: minutes, then seconds. */
static bool in_time(const struct parts *d)
{
	return !d->time_closed && (d->n_time == 1 || d->n_time == 2);
}

static bool read_number(struct parts *d)
{
	int64_t n, ms;

	take_number(d, &n);
	d->number_seen = true;
	if (skip(d, ':'))
		return add_time(d, n);
	if (in_time(d) && d->n_time == 2 && skip(d, '.'))
		return add_time(d, n) && take_fraction(d, &ms) && add_time(d, ms) && close_time(d);
	if (in_time(d))
		return add_time(d, n) && close_time(d);
	if (d->n_date == DATE_PARTS)
		return false;
	d->date[d->n_date++] = n;
	if (!skip(d, '-'))
		skip(d, '.');
	return true;
}

static void skip_parenthesis(struct parts *d)
{
	int depth = 0;

	do {
		depth += peek(d) == '(' ? 1 : peek(d) == ')' ? -1 : 0;
		d->rest = str_from(d->rest, 1);
	} while (depth > 0 && d->rest.n > 0);
}

static bool read_legacy(struct parts *d)
{
	while (d->rest.n > 0) {
		char c = peek(d);
		bool sign = c == '+' || c == '-';
		bool fine = true;

		if (is_digit(c))
			fine = read_number(d);
		else if (at_letter(d))
			fine = read_word(d);
		else if (sign && (d->zoned || d->n_time > 0))
			fine = read_offset(d);
		else if ((sign || c == ')') && d->number_seen)
			fine = false;
		else if (c == '(')
			skip_parenthesis(d);
		else
			skip_char(d);
		if (!fine)
			return false;
	}
	return d->n_date > 0;
}

/* -- what the parts amount to ---------------------------------------------------------------------- */

static bool is_day(int64_t n)
{
	return n >= 1 && n <= 31;
}

static bool day_of(struct parts *d, int64_t *days)
{
	const int64_t *p = d->date;
	int64_t year, month = d->month, day;

	while (d->n_date < DATE_PARTS)
		d->date[d->n_date++] = 1;
	if (month)
		year = is_day(p[0]) ? p[1] : p[0], day = is_day(p[0]) ? p[0] : p[1];
	else if (d->iso || !is_day(p[0]))
		year = p[0], month = p[1], day = p[2];
	else
		year = p[2], month = p[0], day = p[1];
	if (!d->iso && year >= 0 && year <= 99)
		year += year < 50 ? 2000 : 1900;
	if (month < 1 || month > 12 || !is_day(day))
		return false;
	*days = days_from_date(year, (int)month, (int)day);
	return true;
}

static bool time_of_day(struct parts *d, int64_t *ms)
{
	int64_t *t = d->time;

	if (d->afternoon) {
		if (t[0] > 12)
			return false;
		t[0] = t[0] % 12 + (d->afternoon == 2 ? 12 : 0);
	}
	if (t[0] > 24 || t[1] > 59 || t[2] > 59 || (t[0] == 24 && t[1] + t[2] + t[3] > 0))
		return false;
	*ms = ((t[0] * 60 + t[1]) * 60 + t[2]) * 1000 + t[3];
	return true;
}

bool js_date(struct str text, int64_t *ms)
{
	struct parts d = { .rest = text };
	int64_t days, in_day;

	if (!read_iso(&d) && !read_legacy(&d))
		return false;
	if (!day_of(&d, &days) || !time_of_day(&d, &in_day) || llabs(days) > DATE_MAX_MS / DAY_MS)
		return false;
	*ms = days * DAY_MS + in_day - d.zone_sign * d.zone_minutes * 60000;
	return llabs(*ms) <= DATE_MAX_MS;
}
