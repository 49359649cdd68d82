/* base/cron_internal.h: what cron_parse.c makes of a text, and cron.c looks moments up in. */
#ifndef BASE_CRON_INTERNAL_H
#define BASE_CRON_INTERNAL_H

#include "base/cron.h"

enum { WEEK = 7, MONTHS = 12 };

/* In the order of the text. */
enum { SECOND, MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK, FIELDS };

struct cron {
	uint64_t at[FIELDS];                 /* a bit per value; Sunday is 0 alone */
	uint64_t last_weekdays;              /* the last of the month: "5L" */
	bool last_day;                       /* "L" */
	bool any_day, any_weekday;
	int occurrence;                      /* of the weekday in its month: 1 to 5; 0 = whichever */
};

#endif
