/* base/cron.c: the next moment is found by looking months, then days, then hours, minutes and seconds up in the sets
 * of a schedule: by the clock on the wall, and then when clocks of the zone show that.
 *
 * Where both kinds of days are restricted, either will do. "1#2" is the second Monday; the "#2" also holds for days of
 * the month beside it. So it is in the reference, which makes up a date, though, for one that never comes.
 */
#include "base/cron_internal.h"

#include "base/clock.h"

#define DAY INT64_C(86400)

enum { PER_HOUR = 60 };

/* -- by the clock on the wall, in seconds as if it were UTC ------------------------------------------------- */

/* The days of a month that fit, a bit each. */
static uint64_t days_of_month(const struct cron *c, int64_t year, int month)
{
	int64_t begin = days_from_date(year, month, 1);
	int n = (int)(days_from_date(year + month / MONTHS, month % MONTHS + 1, 1) - begin);
	int before = (int)(begin + 3 - WEEK * floor_div(begin + 3, WEEK));           /* 1970-01-01 was a Thursday */
	uint64_t fit = 0;

	for (int day = 1; day <= n; day++) {
		int weekday = (before + day) % WEEK;
		bool is_last = c->last_weekdays >> weekday & 1 && day + WEEK > n;
		bool by_day = c->at[DAY_OF_MONTH] >> day & 1 || (c->last_day && day == n);
		bool by_weekday = c->at[DAY_OF_WEEK] >> weekday & 1 || is_last;
		bool fits = c->any_day || c->any_weekday ? by_day && by_weekday : by_day || by_weekday;

		if (fits && (!c->occurrence || (day - 1) / WEEK + 1 == c->occurrence))
			fit |= UINT64_C(1) << day;
	}
	return fit;
}

/* The first day that fits, from one on; days since 1970-01-01. After 400 years the calendar repeats itself: what
 * has not come by then never will. */
static bool day_from(const struct cron *c, int64_t from, int64_t *out)
{
	enum { CYCLE = 400 * MONTHS };
	int64_t year;
	int month, day;

	date_from_days(from, &year, &month, &day);
	for (int i = 0; i <= CYCLE; i++) {
		uint64_t days = c->at[MONTH] >> month & 1 ? days_of_month(c, year, month) >> day << day : 0;

		if (days) {
			*out = days_from_date(year, month, __builtin_ctzll(days));
			return true;
		}
		day = 1;
		year += month == MONTHS;
		month = month % MONTHS + 1;
	}
	return false;
}

/* The lowest value that is not below; -1: there is none. */
static int value_from(uint64_t values, int64_t from)
{
	values = values >> from << from;
	return values ? __builtin_ctzll(values) : -1;
}

/* The first time of the day that fits, from one on, in seconds; -1: there is none. */
static int64_t time_from(const struct cron *c, int64_t from)
{
	int64_t hour = from / (PER_HOUR * PER_HOUR), minute = from / PER_HOUR % PER_HOUR;
	int second = value_from(c->at[SECOND], from % PER_HOUR), m, h;

	minute += second < 0;
	m = value_from(c->at[MINUTE], minute);
	hour += m < 0;
	h = value_from(c->at[HOUR], hour);
	if (h < 0)
		return -1;
	/* What stands behind a part that has moved begins again. */
	if (m < 0 || h > hour)
		m = value_from(c->at[MINUTE], 0);
	if (second < 0 || m != minute || h != from / (PER_HOUR * PER_HOUR))
		second = value_from(c->at[SECOND], 0);
	return (h * PER_HOUR + m) * PER_HOUR + second;
}

static bool local_after(const struct cron *c, int64_t after, int64_t *out)
{
	int64_t today = floor_div(after + 1, DAY), day, time;

	if (!day_from(c, today, &day))
		return false;
	time = time_from(c, day == today ? after + 1 - today * DAY : 0);
	if (time < 0) {
		if (!day_from(c, today + 1, &day))
			return false;
		time = time_from(c, 0);
	}
	*out = day * DAY + time;
	return true;
}

/* -- in a zone ---------------------------------------------------------------------------------------------- */

/* When a local time is due. It never falls from one local time to the next. */
static int64_t due(const struct tz *tz, int64_t local)
{
	int64_t first, second;

	(void)tz_moments(tz, local, &first, &second);
	return first;
}

/* The last local time that is due by a moment. That is what clocks show then, unless they show it for the second
 * time: then some of what follows has been due already. */
static int64_t last_due_by(const struct tz *tz, int64_t utc)
{
	int64_t low = utc + tz_offset(tz, utc), high = low + 1;

	if (due(tz, high) > utc)
		return low;
	high = low + 3 * DAY;
	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;

		if (due(tz, middle) > utc)
			high = middle;
		else
			low = middle;
	}
	return low;
}

bool cron_next(const struct cron *c, const struct tz *tz, int64_t after_us, int64_t *next_us)
{
	int64_t local, utc;

	if (!local_after(c, last_due_by(tz, floor_div(after_us, US_PER_SECOND)), &local))
		return false;
	utc = due(tz, local);
	if (utc > INT64_MAX / US_PER_SECOND)
		return false;
	*next_us = utc * US_PER_SECOND;
	return true;
}
