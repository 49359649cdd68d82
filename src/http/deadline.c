/* http/deadline.c: see the header. The timer may fire early, for a deadline that was moved
 * meanwhile; it then only looks again, which is cheaper than moving it each time. */
#include "http/deadline.h"

static void arm(struct deadlines *all, uint64_t at_ms);

static void unlink_from_ring(struct deadline *d)
{
	d->prev->next = d->next;
	d->next->prev = d->prev;
	d->prev = d->next = NULL;
}

/* Takes each from its list before telling, so that whoever is told may set a new one. */
static void pass_due(struct deadlines *all, struct deadline *ring, uint64_t now)
{
	while (ring->next != ring && ring->next->at_ms <= now) {
		struct deadline *due = ring->next;

		unlink_from_ring(due);
		all->passed(due);
	}
}

static void on_timer(uv_timer_t *timer)
{
	struct deadlines *all = timer->data;
	uint64_t now = uv_now(timer->loop);

	all->armed_ms = UINT64_MAX;
	for (size_t i = 0; i < WAITS; i++)
		pass_due(all, &all->lists[i], now);
	for (size_t i = 0; i < WAITS; i++)
		if (all->lists[i].next != &all->lists[i])
			arm(all, all->lists[i].next->at_ms);
}

static void arm(struct deadlines *all, uint64_t at_ms)
{
	uint64_t now = uv_now(all->timer.loop);

	if (at_ms >= all->armed_ms)
		return;
	all->armed_ms = at_ms;
	uv_timer_start(&all->timer, on_timer, at_ms > now ? at_ms - now : 0, 0);
}

void deadlines_init(struct deadlines *all, uv_loop_t *loop, const uint64_t after_ms[static WAITS],
		    deadline_passed *passed)
{
	*all = (struct deadlines){ .armed_ms = UINT64_MAX, .passed = passed };
	for (size_t i = 0; i < WAITS; i++) {
		all->lists[i].prev = all->lists[i].next = &all->lists[i];
		all->after_ms[i] = after_ms[i];
	}
	uv_timer_init(loop, &all->timer);
	all->timer.data = all;
}

void deadline_set(struct deadlines *all, struct deadline *d, enum wait kind)
{
	struct deadline *ring = &all->lists[kind];

	deadline_clear(d);
	d->kind = kind;
	d->at_ms = uv_now(all->timer.loop) + all->after_ms[kind];
	d->prev = ring->prev;
	d->next = ring;
	ring->prev->next = d;
	ring->prev = d;
	arm(all, d->at_ms);
}

void deadline_clear(struct deadline *d)
{
	if (d->next)
		unlink_from_ring(d);
}
