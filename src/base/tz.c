/* base/tz.c: a table of transitions, then a rule.
 *
 * A file may come from anywhere an operator's system got it from, so it is trusted as little as other input:
 * whatever does not fit the format makes the zone unknown, and nothing is read outside of it.
 */
#include "base/tz.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

#define DAY 86400
#define HOUR 3600
/* The calendar repeats itself, weekdays and all, after 400 years. */
#define CYCLE (INT64_C(146097) * DAY)

enum {
	FILE_BYTES_MAX = 64 << 10,           /* the largest there is has 4 KiB */
	NAME_BYTES_MAX = 64,
	HEADER_BYTES = 44, TYPE_BYTES = 6,
	OFFSET_MAX = 26 * HOUR - 1,          /* RFC 9636, 3.2: -25:59:59 to 25:59:59 */
	RULE_HOURS_MAX = 167,
};

/* A day of every year and a time on it, as POSIX writes them: "M3.2.0/2", "J60", "59". */
struct rule_day {
	enum { DAY_OF_WEEK, DAY_NO_LEAP, DAY_OF_YEAR } kind;
	int month, week, day;
	int64_t time;                        /* seconds; may lie outside of the day */
};

/* Which offset holds after the last transition. */
struct rule {
	int64_t standard, summer;
	bool has_summer;
	struct rule_day start, end;          /* of summer time */
};

struct tz {
	size_t n;                            /* transitions */
	const int64_t *at;                   /* ascending */
	const int32_t *offset;               /* from each on */
	int64_t before;                      /* the offset before the first */
	bool has_rule;
	struct rule rule;
};

/* -- the rule of a footer: "CET-1CEST,M3.5.0,M10.5.0/3" ------------------------------------------------------ */

static bool take_number(struct str *s, int max, int *out)
{
	size_t n = 0;

	for (*out = 0; n < s->n && n < 3 && is_digit(s->p[n]); n++)
		*out = *out * 10 + s->p[n] - '0';
	*s = str_from(*s, n);
	return n > 0 && *out <= max;
}

/* "CEST", or what is between < and >; its text is of no use here. */
static bool take_name(struct str *s)
{
	bool quoted = str_take(s, '<');
	size_t n = 0;

	while (n < s->n && (is_letter(s->p[n]) || (quoted && (is_digit(s->p[n]) || s->p[n] == '+' || s->p[n] == '-'))))
		n++;
	*s = str_from(*s, n);
	return n >= 3 && (!quoted || str_take(s, '>'));
}

/* "-1", "5:30", "+02:00:00". */
static bool take_time(struct str *s, int hours_max, int64_t *out)
{
	bool negative = str_take(s, '-');
	int hour, minute = 0, second = 0;

	if (!negative)
		str_take(s, '+');
	if (!take_number(s, hours_max, &hour))
		return false;
	if (str_take(s, ':')) {
		if (!take_number(s, 59, &minute))
			return false;
		if (str_take(s, ':') && !take_number(s, 59, &second))
			return false;
	}
	*out = (hour * HOUR + minute * 60 + second) * (negative ? -1 : 1);
	return true;
}

/* POSIX counts westward. */
static bool take_offset(struct str *s, int64_t *out)
{
	if (!take_time(s, 24, out))
		return false;
	*out = -*out;
	return true;
}

static bool take_day_of_week(struct str *s, struct rule_day *d)
{
	d->kind = DAY_OF_WEEK;
	return take_number(s, 12, &d->month) && d->month > 0 && str_take(s, '.') && take_number(s, 5, &d->week) &&
	       d->week > 0 && str_take(s, '.') && take_number(s, 6, &d->day);
}

static bool take_day(struct str *s, struct rule_day *d)
{
	if (str_take(s, 'M'))
		return take_day_of_week(s, d);
	d->kind = str_take(s, 'J') ? DAY_NO_LEAP : DAY_OF_YEAR;
	return take_number(s, 365, &d->day) && (d->kind == DAY_OF_YEAR || d->day > 0);
}

static bool take_rule_day(struct str *s, struct rule_day *d)
{
	d->time = 2 * HOUR;
	return str_take(s, ',') && take_day(s, d) && (!str_take(s, '/') || take_time(s, RULE_HOURS_MAX, &d->time));
}

static bool read_rule(struct str text, struct rule *r)
{
	*r = (struct rule){0};
	if (!take_name(&text) || !take_offset(&text, &r->standard))
		return false;
	if (text.n == 0)
		return true;
	r->has_summer = true;
	r->summer = r->standard + HOUR;
	if (!take_name(&text) || (text.n > 0 && text.p[0] != ',' && !take_offset(&text, &r->summer)))
		return false;
	return take_rule_day(&text, &r->start) && take_rule_day(&text, &r->end) && text.n == 0;
}

/* Days since 1970-01-01; week 5 is the last of the month. */
static int64_t day_of_week_in(int64_t year, const struct rule_day *d)
{
	int64_t first = days_from_date(year, d->month, 1);
	int64_t next = d->month < 12 ? days_from_date(year, d->month + 1, 1) : days_from_date(year + 1, 1, 1);
	int64_t weekday = first + 4 - 7 * floor_div(first + 4, 7);           /* 1970-01-01 was a Thursday */
	int64_t day = first + (d->day - weekday + 7) % 7 + 7 * (d->week - 1);

	return day < next ? day : day - 7;
}

/* The local time of a rule's day in a year. */
static int64_t rule_time(int64_t year, const struct rule_day *d)
{
	int64_t day = days_from_date(year, 1, 1) + d->day;

	if (d->kind == DAY_OF_WEEK)
		day = day_of_week_in(year, d);
	/* Counted from 1, and past a leap day it does not count. */
	else if (d->kind == DAY_NO_LEAP && !(is_leap_year(year) && d->day >= 60))
		day--;
	return day * DAY + d->time;
}

/* The year's two changes; each happens by the clock of the time it ends. */
static void changes_of(const struct rule *r, int64_t year, int64_t at[static 2], int64_t offset[static 2])
{
	int64_t start = rule_time(year, &r->start) - r->standard, end = rule_time(year, &r->end) - r->summer;
	bool start_first = start <= end;

	at[!start_first] = start;
	offset[!start_first] = r->summer;
	at[start_first] = end;
	offset[start_first] = r->standard;
}

/* A time of up to 167 hours may put a change into a year beside its own. Where summer time ends at the moment it
 * begins again, the latter counts. */
static int64_t rule_offset(const struct rule *r, int64_t utc)
{
	int64_t offset = r->standard, year;

	utc -= CYCLE * floor_div(utc, CYCLE);
	year = 1970 + utc / (CYCLE / 400);                                   /* or the one beside it */
	for (int64_t y = year - 2; r->has_summer && y <= year + 2; y++) {
		int64_t at[2], to[2];

		changes_of(r, y, at, to);
		for (int i = 0; i < 2; i++)
			if (at[i] <= utc)
				offset = to[i];
	}
	return offset;
}

/* -- files ------------------------------------------------------------------------------------------------------ */

struct header {
	char version;
	uint32_t n_isut, n_isstd, n_leap, n_time, n_type, n_char;
};

static uint64_t big_endian(const char *p, int n)
{
	uint64_t value = 0;

	for (int i = 0; i < n; i++)
		value = value << 8 | (unsigned char)p[i];
	return value;
}

static bool take_bytes(struct str *s, size_t n, const char **out)
{
	if (s->n < n)
		return false;
	*out = s->p;
	*s = str_from(*s, n);
	return true;
}

static bool take_header(struct str *s, struct header *h)
{
	uint32_t *const counts[] = { &h->n_isut, &h->n_isstd, &h->n_leap, &h->n_time, &h->n_type, &h->n_char };
	const char *p;

	if (!take_bytes(s, HEADER_BYTES, &p) || memcmp(p, "TZif", 4) != 0)
		return false;
	h->version = p[4];
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		*counts[i] = (uint32_t)big_endian(p + 20 + 4 * i, 4);
		if (*counts[i] > FILE_BYTES_MAX)
			return false;
	}
	return true;
}

static size_t block_bytes(const struct header *h, size_t time_bytes)
{
	return h->n_time * (time_bytes + 1) + h->n_type * TYPE_BYTES + h->n_char + h->n_leap * (time_bytes + 4) +
	       h->n_isstd + h->n_isut;
}

static bool read_type(const char *types, size_t i, int32_t *offset)
{
	*offset = (int32_t)big_endian(types + i * TYPE_BYTES, 4);
	return *offset >= -OFFSET_MAX && *offset <= OFFSET_MAX;
}

/* The transitions of a data block, whose times have so many bytes each. */
static bool read_block(struct arena *mem, const struct header *h, size_t time_bytes, const char *block, struct tz *tz)
{
	const char *indices = block + h->n_time * time_bytes, *types = indices + h->n_time;
	int64_t *at = arena_array(mem, h->n_time + 1, sizeof(*at));
	int32_t *offset = arena_array(mem, h->n_time + 1, sizeof(*offset)), first;

	if (h->n_type == 0 || h->n_leap > 0 || !read_type(types, 0, &first))
		return false;
	for (size_t i = 0; i < h->n_time; i++) {
		size_t type = (unsigned char)indices[i];
		uint64_t time = big_endian(block + i * time_bytes, (int)time_bytes);

		at[i] = time_bytes == 8 ? (int64_t)time : (int32_t)time;
		if (type >= h->n_type || !read_type(types, type, &offset[i]) || (i > 0 && at[i] <= at[i - 1]))
			return false;
	}
	*tz = (struct tz){ .n = h->n_time, .at = at, .offset = offset, .before = first };
	return true;
}

/* "\nRULE\n"; an empty one means that the last offset stays. */
static bool read_footer(struct str s, struct tz *tz)
{
	struct str text = s;

	if (!str_take(&text, '\n') || text.n == 0 || text.p[text.n - 1] != '\n')
		return false;
	text.n--;
	tz->has_rule = text.n > 0;
	return !tz->has_rule || read_rule(text, &tz->rule);
}

const struct tz *tz_parse(struct arena *mem, struct str s)
{
	struct tz *tz = arena_zalloc(mem, sizeof(*tz));
	struct header h;
	const char *block;

	if (!take_header(&s, &h) || !take_bytes(&s, block_bytes(&h, 4), &block))
		return NULL;
	if (h.version == '\0')
		return read_block(mem, &h, 4, block, tz) ? tz : NULL;
	if (!take_header(&s, &h) || !take_bytes(&s, block_bytes(&h, 8), &block))
		return NULL;
	return read_block(mem, &h, 8, block, tz) && read_footer(s, tz) ? tz : NULL;
}

/* Names of files below a folder, and nothing that leads out of it. */
static bool is_name(struct str name)
{
	if (name.n == 0 || name.n > NAME_BYTES_MAX)
		return false;
	for (struct str rest = name; rest.p;) {
		struct str part = str_cut(&rest, '/');

		if (part.n == 0)
			return false;
		for (size_t i = 0; i < part.n; i++)
			if (!is_letter(part.p[i]) && !is_digit(part.p[i]) && !memchr("_+-", part.p[i], 3))
				return false;
	}
	return true;
}

static void close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

static bool read_file(struct arena *mem, const char *path, struct str *out)
{
	AUTO(close_file) FILE *file = fopen(path, "re");
	char *bytes = arena_alloc(mem, FILE_BYTES_MAX);

	if (!file)
		return false;
	*out = (struct str){ bytes, fread(bytes, 1, FILE_BYTES_MAX, file) };
	return !ferror(file);
}

const struct tz *tz_load(struct arena *mem, struct str name)
{
	static const struct tz UTC = {0};
	const char *folder = getenv("TZDIR");
	struct str bytes;

	if (str_is(name, "UTC"))
		return &UTC;
	if (!is_name(name))
		return NULL;
	folder = folder && *folder ? folder : "/usr/share/zoneinfo";
	if (!read_file(mem, arena_printf(mem, "%s/%.*s", folder, STR(name)).p, &bytes))
		return NULL;
	return tz_parse(mem, bytes);
}

/* -- asking ------------------------------------------------------------------------------------------------------- */

/* How many transitions have happened by then. */
static size_t transitions_by(const struct tz *tz, int64_t utc)
{
	size_t low = 0, high = tz->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (tz->at[middle] <= utc)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int64_t tz_offset(const struct tz *tz, int64_t utc)
{
	size_t n = transitions_by(tz, utc);

	if (n == tz->n && tz->has_rule)
		return rule_offset(&tz->rule, utc);
	return n > 0 ? tz->offset[n - 1] : tz->before;
}

/* The first moment in (low, high] at which the offset is that of high; it differs at low. */
static int64_t find_jump(const struct tz *tz, int64_t low, int64_t high)
{
	int64_t offset = tz_offset(tz, high);

	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;

		if (tz_offset(tz, middle) == offset)
			high = middle;
		else
			low = middle;
	}
	return high;
}

/* Offsets are looked at so far before and after that no zone can be elsewhere; that clocks are changed
 * twice within that time has not happened. */
int tz_moments(const struct tz *tz, int64_t local, int64_t *first, int64_t *second)
{
	int64_t reach = OFFSET_MAX + 1;
	int64_t before = local - tz_offset(tz, local - reach), after = local - tz_offset(tz, local + reach);
	bool fits_before = tz_offset(tz, before) == local - before, fits_after = tz_offset(tz, after) == local - after;

	*first = fits_before ? before : after;
	*second = after;
	if (fits_before && fits_after)
		return before == after ? 1 : 2;
	if (fits_before || fits_after)
		return 1;
	*first = find_jump(tz, after, before);
	return 0;
}
