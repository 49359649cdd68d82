/* base/clock.c: clocks, and calendar arithmetic in UTC without the C library's time zone.
 *
 * The civil-date conversion is the usual one that starts the year in March, so that leap days
 * come last and need no special case.
 */
#include "base/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * US_PER_SECOND + t.tv_nsec / 1000;
}

int64_t now_us(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t mono_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t mono_ms(void)
{
	return mono_us() / 1000;
}

struct civil {
	int64_t year;
	int month, day;              /* from 1 */
};

static int64_t days_from_civil(struct civil c)
{
	int64_t y = c.month <= 2 ? c.year - 1 : c.year;
	int64_t era = floor_div(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

static struct civil civil_from_days(int64_t days)
{
	int64_t z = days + 719468;
	int64_t era = floor_div(z, 146097);
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	struct civil c = { .day = (int)(doy - (153 * mp + 2) / 5 + 1), .month = (int)(mp < 10 ? mp + 3 : mp - 9) };

	c.year = yoe + era * 400 + (c.month <= 2);
	return c;
}

bool is_leap_year(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int64_t year, int month)
{
	static const int DAYS[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return DAYS[month - 1] + (month == 2 && is_leap_year(year));
}

/* Writes n digits of value, zeros in front, and returns where they end. */
static char *put_digits(char *to, int64_t value, int n)
{
	for (int i = n - 1; i >= 0; i--, value /= 10)
		to[i] = (char)('0' + value % 10);
	return to + n;
}

/* Beyond four digits as ECMA-262 has it: a sign, and six. */
static char *put_year(char *to, int64_t year)
{
	if (year >= 0 && year <= 9999)
		return put_digits(to, year, 4);
	*to++ = year < 0 ? '-' : '+';
	return put_digits(to, year < 0 ? -year : year, 6);
}

/* By hand, since every reply has several and printf costs more than all the rest of one. */
void time_iso(char out[static TIME_TEXT_BYTES], int64_t us, int digits)
{
	int64_t days = floor_div(us, US_PER_DAY);
	int64_t rest = us - days * US_PER_DAY;
	int second = (int)(rest / US_PER_SECOND);
	int64_t fraction = rest % US_PER_SECOND;
	struct civil c = civil_from_days(days);
	char *to = put_year(out, c.year);

	*to++ = '-', to = put_digits(to, c.month, 2);
	*to++ = '-', to = put_digits(to, c.day, 2);
	*to++ = 'T', to = put_digits(to, second / 3600, 2);
	*to++ = ':', to = put_digits(to, second / 60 % 60, 2);
	*to++ = ':', to = put_digits(to, second % 60, 2);
	if (digits)
		*to++ = '.', to = put_digits(to, digits == 3 ? fraction / 1000 : fraction, digits);
	*to++ = 'Z';
	*to = '\0';
}

/* Takes exactly n digits off the front. */
static bool take_digits(struct str *s, int n, int *out)
{
	*out = 0;
	if (s->n < (size_t)n)
		return false;
	for (int i = 0; i < n; i++) {
		if (!is_digit(s->p[i]))
			return false;
		*out = *out * 10 + s->p[i] - '0';
	}
	*s = str_from(*s, (size_t)n);
	return true;
}

static bool take_fraction(struct str *s, int64_t *us)
{
	int64_t unit = US_PER_SECOND / 10;
	size_t digits = 0;

	for (*us = 0; s->n && is_digit(s->p[0]); digits++, unit /= 10) {
		*us += (s->p[0] - '0') * unit;
		*s = str_from(*s, 1);
	}
	return digits > 0;
}

/* "Z", "+hh:mm", "-hhmm", or nothing. */
static bool take_zone(struct str *s, int64_t *offset_us)
{
	int hour, minute;
	bool west;

	*offset_us = 0;
	if (s->n == 0 || str_take(s, 'Z') || str_take(s, 'z'))
		return s->n == 0;
	west = s->p[0] == '-';
	if (!str_take(s, '+') && !str_take(s, '-'))
		return false;
	if (!take_digits(s, 2, &hour))
		return false;
	str_take(s, ':');
	if (!take_digits(s, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*offset_us = (hour * 3600 + minute * 60) * US_PER_SECOND * (west ? -1 : 1);
	return s->n == 0;
}

static bool take_time(struct str *s, int64_t *us)
{
	int hour, minute, second = 0;
	int64_t fraction = 0;

	if (!take_digits(s, 2, &hour) || !str_take(s, ':') || !take_digits(s, 2, &minute))
		return false;
	if (str_take(s, ':')) {
		if (!take_digits(s, 2, &second))
			return false;
		if ((str_take(s, '.') || str_take(s, ',')) && !take_fraction(s, &fraction))
			return false;
	}
	if (hour > 23 || minute > 59 || second > 59)
		return false;
	*us = (hour * 3600 + minute * 60 + second) * US_PER_SECOND + fraction;
	return true;
}

bool time_parse(struct str text, int64_t *us, bool *date_only)
{
	int64_t in_day = 0, offset = 0;
	struct civil c;
	int year;

	if (!take_digits(&text, 4, &year) || !str_take(&text, '-') || !take_digits(&text, 2, &c.month) ||
	    !str_take(&text, '-') || !take_digits(&text, 2, &c.day))
		return false;
	c.year = year;
	if (c.month < 1 || c.month > 12 || c.day < 1 || c.day > days_in_month(year, c.month))
		return false;
	if (date_only)
		*date_only = text.n == 0;
	if (text.n > 0) {
		if (!str_take(&text, 'T') && !str_take(&text, 't') && !str_take(&text, ' '))
			return false;
		if (!take_time(&text, &in_day) || !take_zone(&text, &offset))
			return false;
	}
	*us = days_from_civil(c) * US_PER_DAY + in_day - offset;
	return true;
}

int64_t days_from_date(int64_t year, int month, int day)
{
	return days_from_civil((struct civil){ year, month, day });
}

void date_from_days(int64_t days, int64_t *year, int *month, int *day)
{
	struct civil c = civil_from_days(days);

	*year = c.year;
	*month = c.month;
	*day = c.day;
}

int64_t time_add_months(int64_t us, int months)
{
	int64_t days = floor_div(us, US_PER_DAY);
	struct civil c = civil_from_days(days);
	int64_t month0 = c.year * 12 + c.month - 1 + months;
	int last;

	c.year = floor_div(month0, 12);
	c.month = (int)(month0 - c.year * 12) + 1;
	last = days_in_month(c.year, c.month);
	if (c.day > last)
		c.day = last;
	return days_from_civil(c) * US_PER_DAY + us - days * US_PER_DAY;
}
