/* base/tz.h: time zones by their IANA names, as many at a time as one likes.
 *
 * The C library knows one zone per process, so the files it reads are read here: TZif (RFC 9636) below
 * /usr/share/zoneinfo, or $TZDIR. A zone knows the past by its table, and the future by the rule behind it.
 * "UTC" is there without any file. Leap seconds are no part of our clocks: zones that count them are unknown.
 * Threads: any; a zone never changes.
 */
#ifndef BASE_TZ_H
#define BASE_TZ_H

#include "base/arena.h"

struct tz;

/* "Europe/Berlin". NULL: there is no such zone, or its file cannot be read. In mem. */
const struct tz *tz_load(struct arena *mem, struct str name);
/* The same of a file's bytes. */
const struct tz *tz_parse(struct arena *mem, struct str tzif);

/* Seconds that local time is ahead of UTC at a moment, given in seconds since 1970-01-01 UTC. Less than a
 * day and two hours either way. */
int64_t tz_offset(const struct tz *tz, int64_t utc);

/* The moments at which clocks there show a local time, which is given in seconds as if it were UTC: how many,
 * 0 to 2, in order. With 0, clocks jump over it, and *first is the moment of the jump. */
int tz_moments(const struct tz *tz, int64_t local, int64_t *first, int64_t *second);

#endif
