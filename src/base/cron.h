/* base/cron.h: times that come again, as cron writes them (studio contract 7.2).
 *
 *     minute hour day-of-month month day-of-week          or, with six fields, the second before them
 *
 * The dialect is that of the reference, two npm packages one after the other (cron-parser 5.6.2, then what
 * cronstrue 3.24.0 refuses), to the letter where it can be seen: which texts are taken, and when they are due.
 * What surprises there is so on purpose; cron_parse.c says what that is.
 * Threads: any; a schedule never changes.
 */
#ifndef BASE_CRON_H
#define BASE_CRON_H

#include "base/ctx.h"
#include "base/tz.h"

struct cron;

/* White space around the text does not count. ERR_INVALID: why, in the reference's words. *out lives in ctx->mem. */
enum err cron_parse(struct ctx *ctx, struct str text, const struct cron **out);

/* The first moment after `after_us` that clocks of the zone show a time of the schedule, in microseconds like it. A
 * time that clocks jump over is due once, as soon as they have jumped; one that they show twice is due the first
 * time. False: it never comes ("0 0 31 4,6 *"). */
bool cron_next(const struct cron *c, const struct tz *tz, int64_t after_us, int64_t *next_us);

#endif
