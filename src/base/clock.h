/* base/clock.h: wall time, monotonic time, and ISO 8601.
 *
 * Stored times are integers: microseconds since 1970-01-01 UTC. Deadlines are monotonic
 * milliseconds, so that a clock set back or forward neither fires nor forgets one.
 * Threads: any.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/str.h"

enum { TIME_TEXT_BYTES = 40 };
#define US_PER_SECOND INT64_C(1000000)
#define US_PER_DAY (86400 * US_PER_SECOND)

int64_t now_us(void);
int64_t mono_ms(void);
int64_t mono_us(void);

/* Of two moments of one clock, the one that comes first. */
static inline int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* "2026-02-03T04:05:06.789Z" with `digits` (0, 3 or 6) fractional digits, cut, not rounded. Years
 * outside 0 to 9999 have a sign and six digits. */
void time_iso(char out[static TIME_TEXT_BYTES], int64_t us, int digits);

/* Reads YYYY-MM-DD, or that with Thh:mm[:ss[.fraction]] and Z or an offset; without a zone it
 * is UTC. *date_only tells which form it was (may be NULL). False: not such a time. */
bool time_parse(struct str text, int64_t *us, bool *date_only);

/* Rounds down, where / rounds towards zero: what lies before 1970 is negative. b > 0. */
static inline int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

bool is_leap_year(int64_t year);                      /* of the Gregorian calendar, whenever that is */

/* Days from 1970-01-01 to a date of the Gregorian calendar, whenever that is; a day past its
 * month's end counts on into the next. */
int64_t days_from_date(int64_t year, int month, int day);
/* And back; month and day count from 1. */
void date_from_days(int64_t days, int64_t *year, int *month, int *day);

/* The same time of day `months` calendar months on; the day is clamped to the month's end. */
int64_t time_add_months(int64_t us, int months);

#endif
