/* http/deadline.h: who is given up on, and when.
 *
 * There are few kinds of waiting and each lasts equally long for everyone, so one list per
 * kind, appended at its end, is sorted by itself: setting a deadline is a relink, and a
 * single timer serves all connections.
 * Threads: the loop's only.
 */
#ifndef HTTP_DEADLINE_H
#define HTTP_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

enum wait {
	WAIT_HEAD,                   /* for the whole head of a request */
	WAIT_BODY,                   /* for its whole body, or for enough of it */
	WAIT_IDLE,                   /* for the next request */
	WAIT_WRITE,                  /* for the client to read on */
	WAIT_QUIET,                  /* for a stream's handler to say something */
	WAIT_LINGER,                 /* for the client to close after us */
	WAITS,
};

struct deadline {
	struct deadline *prev, *next;        /* NULL when not set */
	uint64_t at_ms;
	enum wait kind;
};

typedef void deadline_passed(struct deadline *d);

struct deadlines {
	struct deadline lists[WAITS];        /* ring heads */
	uint64_t after_ms[WAITS];
	uv_timer_t timer;
	uint64_t armed_ms;                   /* when the timer fires; UINT64_MAX: it is off */
	deadline_passed *passed;
};

void deadlines_init(struct deadlines *all, uv_loop_t *loop, const uint64_t after_ms[static WAITS],
		    deadline_passed *passed);
/* Replaces what was set before. */
void deadline_set(struct deadlines *all, struct deadline *d, enum wait kind);
void deadline_clear(struct deadline *d);

#endif
