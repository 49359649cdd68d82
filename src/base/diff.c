/* base/diff.c: the shortest edit by Myers' greedy algorithm ("An O(ND) Difference Algorithm", 1986).
 *
 * Lines that both texts begin or end with are set aside first. What lies between is searched for at
 * most EDITS_MAX edits, which bounds memory (four bytes times its square) and time; texts that have less
 * in common are shown as one replaced by the other.
 */
#include "base/diff.h"

#include "base/buf.h"

enum { EDITS_MAX = 1000, CONTEXT = 3 };

/* -- lines ----------------------------------------------------------------------------------------------- */

struct side {
	struct str *lines;                   /* each with its line break, which the last may lack */
	bool *changed;                       /* by line: not in the other text */
	size_t n;
};

static struct str next_line(struct str *rest)
{
	ptrdiff_t end = str_index(*rest, '\n');
	struct str line = { rest->p, end < 0 ? rest->n : (size_t)end + 1 };

	*rest = str_from(*rest, line.n);
	return line;
}

static struct side side_of(struct arena *mem, struct str text)
{
	struct side side = { .lines = arena_array(mem, 1, sizeof(*side.lines)) };
	size_t cap = 1;

	while (text.n > 0) {
		side.lines = arena_more(mem, side.lines, side.n, &cap, sizeof(*side.lines));
		side.lines[side.n++] = next_line(&text);
	}
	side.changed = arena_array(mem, side.n + 1, sizeof(*side.changed));
	return side;
}

/* -- the shortest edit --------------------------------------------------------------------------------------- */

/* After d edits, reached[d * d + d + k] is how far into `a` one can be on diagonal k, where the line
 * of `b` is k less than that of `a`. */
struct search {
	const struct str *a, *b;
	int n, m;
	int *reached;
};

static int *row(const struct search *s, int d)
{
	return s->reached + (size_t)d * (size_t)d + (size_t)d;
}

/* Whether diagonal k is best entered from the one above, by a line of `b`. */
static bool comes_down(const int *before, int d, int k)
{
	return k == -d || (k != d && before[k - 1] < before[k + 1]);
}

static int follow(const struct search *s, int x, int k)
{
	while (x < s->n && x - k < s->m && str_eq(s->a[x], s->b[x - k]))
		x++;
	return x;
}

/* Takes one more edit on every diagonal. True: both texts are at their end. */
static bool advance(const struct search *s, int d)
{
	const int *before = d > 0 ? row(s, d - 1) : NULL;
	int *now = row(s, d);

	for (int k = -d; k <= d; k += 2) {
		int x = 0;

		if (before)
			x = comes_down(before, d, k) ? before[k + 1] : before[k - 1] + 1;
		now[k] = follow(s, x, k);
		if (k == s->n - s->m && now[k] >= s->n)
			return true;
	}
	return false;
}

/* Goes back from the end, and marks the line that each edit took. */
static void mark_edits(const struct search *s, int d, bool *deleted, bool *added)
{
	int x = s->n, k = s->n - s->m;

	for (; d > 0; d--) {
		const int *before = row(s, d - 1);
		bool down = comes_down(before, d, k);

		k += down ? 1 : -1;
		x = before[k];
		if (down)
			added[x - k] = true;
		else
			deleted[x] = true;
	}
}

static void mark_all(bool *changed, size_t n)
{
	for (size_t i = 0; i < n; i++)
		changed[i] = true;
}

static size_t common_head(const struct side *a, const struct side *b)
{
	size_t n = 0;

	while (n < a->n && n < b->n && str_eq(a->lines[n], b->lines[n]))
		n++;
	return n;
}

static size_t common_tail(const struct side *a, const struct side *b, size_t head)
{
	size_t n = 0;

	while (n < a->n - head && n < b->n - head && str_eq(a->lines[a->n - n - 1], b->lines[b->n - n - 1]))
		n++;
	return n;
}

static void compare(struct arena *mem, struct side *a, struct side *b)
{
	size_t head = common_head(a, b), tail = common_tail(a, b, head);
	size_t n = a->n - head - tail, m = b->n - head - tail, most = n + m < EDITS_MAX ? n + m : EDITS_MAX;
	struct search s = { a->lines + head, b->lines + head, (int)n, (int)m, NULL };

	s.reached = arena_array(mem, (most + 1) * (most + 1), sizeof(*s.reached));
	for (int d = 0; d <= (int)most; d++)
		if (advance(&s, d)) {
			mark_edits(&s, d, a->changed + head, b->changed + head);
			return;
		}
	mark_all(a->changed + head, n);
	mark_all(b->changed + head, m);
}

/* -- as text --------------------------------------------------------------------------------------------------- */

/* Lines from `at` of a text. */
struct range {
	size_t at, n;
};

struct change {
	struct range a, b;
};

/* The next change from these lines on; false: there is none. */
static bool next_change(const struct side *a, const struct side *b, size_t i, size_t j, struct change *out)
{
	while (i < a->n && j < b->n && !a->changed[i] && !b->changed[j])
		i++, j++;
	*out = (struct change){ { i, 0 }, { j, 0 } };
	while (i < a->n && a->changed[i])
		i++;
	while (j < b->n && b->changed[j])
		j++;
	out->a.n = i - out->a.at;
	out->b.n = j - out->b.at;
	return out->a.n + out->b.n > 0;
}

static size_t end_of(struct range r)
{
	return r.at + r.n;
}

static void put_range(struct buf *out, char sign, struct range r)
{
	buf_printf(out, "%c%zu", sign, r.n > 0 ? r.at + 1 : r.at);
	if (r.n != 1)
		buf_printf(out, ",%zu", r.n);
}

static void put_line(struct buf *out, char sign, struct str line)
{
	buf_char(out, sign);
	buf_str(out, line);
	if (line.n == 0 || line.p[line.n - 1] != '\n')
		buf_z(out, "\n\\ No newline at end of file\n");
}

static void put_lines(struct buf *out, char sign, const struct side *side, struct range r)
{
	for (size_t i = r.at; i < end_of(r); i++)
		put_line(out, sign, side->lines[i]);
}

/* Prints a change and those so near that their contexts meet, in one hunk. *last: the last of them. */
static void put_hunk(struct buf *out, const struct side *a, const struct side *b, struct change *last)
{
	size_t before = last->a.at < CONTEXT ? last->a.at : CONTEXT, after;
	struct change first = *last, next;
	struct range at_a, at_b;

	while (next_change(a, b, end_of(last->a), end_of(last->b), &next) && next.a.at - end_of(last->a) <= 2 * CONTEXT)
		*last = next;
	after = a->n - end_of(last->a) < CONTEXT ? a->n - end_of(last->a) : CONTEXT;
	at_a = (struct range){ first.a.at - before, end_of(last->a) + after - first.a.at + before };
	at_b = (struct range){ first.b.at - before, end_of(last->b) + after - first.b.at + before };
	buf_z(out, "@@ ");
	put_range(out, '-', at_a);
	buf_char(out, ' ');
	put_range(out, '+', at_b);
	buf_z(out, " @@\n");
	for (size_t i = at_a.at, j = at_b.at; next_change(a, b, i, j, &next) && next.a.at <= last->a.at;
	     i = end_of(next.a), j = end_of(next.b)) {
		put_lines(out, ' ', a, (struct range){ i, next.a.at - i });
		put_lines(out, '-', a, next.a);
		put_lines(out, '+', b, next.b);
	}
	put_lines(out, ' ', a, (struct range){ end_of(last->a), after });
}

struct str diff_unified(struct arena *mem, struct str from_name, struct str from, struct str to_name, struct str to)
{
	struct side a = side_of(mem, from), b = side_of(mem, to);
	struct buf out = { .mem = mem };
	struct change change;

	if (str_eq(from, to))
		return S("");
	compare(mem, &a, &b);
	buf_printf(&out, "--- %.*s\n+++ %.*s\n", STR(from_name), STR(to_name));
	for (size_t i = 0, j = 0; next_change(&a, &b, i, j, &change); i = end_of(change.a), j = end_of(change.b))
		put_hunk(&out, &a, &b, &change);
	return buf_view(&out);
}
