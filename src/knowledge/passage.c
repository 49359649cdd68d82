/* knowledge/passage.c: small neighbours together, large parts cut, context on top.
 *
 * A page of notes with fifty headings and a line below each would fall into fifty chunks of a
 * few words, which match everything or nothing. Parts that are smaller than a quarter of a
 * chunk are therefore taken together until they fill one, under the headings that they share;
 * those they do not share stay in the text. Pages are never mixed, since a chunk tells its page.
 */
#include "knowledge/passage.h"

#include "base/buf.h"
#include "base/utf8.h"

/* How extract/ joins the headings of a context. */
#define BELOW S(" > ")

static size_t least_chars(const struct passages *p)
{
	return p->sizes.max_chars / 4;
}

/* --- which parts -------------------------------------------------------------------------------- */

static bool is_blank(struct str text)
{
	uint32_t c;

	while (utf8_next(&text, &c))
		if (!utf8_is_space(c))
			return false;
	return true;
}

struct passages passages_of(struct arena *mem, const struct document *document, enum document_kind kind,
			    struct chunk_sizes sizes)
{
	const struct list *parts = &document->parts;
	struct passages p = { .mem = mem, .sizes = sizes, .table = kind == DOCUMENT_CSV };

	p.sizes.whole_lines = p.table;
	p.parts = arena_array(mem, parts->n, sizeof(*p.parts));
	for (size_t i = 0; i < parts->n; i++) {
		const struct document_part *part = LIST_AT(*parts, struct document_part, i);

		if (!is_blank(part->text))
			p.parts[p.n_parts++] = *part;
	}
	return p;
}

/* How many of the parts that are left are taken as one. */
static size_t group_size(const struct passages *p)
{
	size_t least = least_chars(p), chars = 0, n = 0, more;

	while (n < p->n_parts && chars < least && p->parts[n].page == p->parts[0].page) {
		/* Characters are no more than bytes, and of a large part there is no need to know. */
		more = p->parts[n].text.n < UTF8_MAX_BYTES * least ? utf8_count(p->parts[n].text) : least;
		if (n > 0 && more >= least)
			break;
		chars += more;
		n++;
	}
	return n;
}

/* --- their contexts ----------------------------------------------------------------------------- */

/* The headings that both stand under. */
static struct str shared(struct str a, struct str b)
{
	size_t end = 0;

	for (size_t i = 0;; i++) {
		bool a_ends = i == a.n || str_starts(str_from(a, i), BELOW);
		bool b_ends = i == b.n || str_starts(str_from(b, i), BELOW);

		if (a_ends && b_ends)
			end = i;
		if (i == a.n || i == b.n || a.p[i] != b.p[i])
			return (struct str){ a.p, end };
	}
}

/* The headings below the first n bytes of them. */
static struct str below(struct str context, size_t n)
{
	struct str rest = str_from(context, n);

	return str_starts(rest, BELOW) ? str_from(rest, BELOW.n) : rest;
}

/* The parts one after the other, each below those of its headings that are not in `common`. */
static struct str joined(struct arena *mem, const struct document_part *parts, size_t n, struct str common)
{
	struct buf out = { .mem = mem };

	for (size_t i = 0; i < n; i++) {
		struct str heading = below(parts[i].context, common.n);

		if (i > 0)
			buf_z(&out, "\n\n");
		if (heading.n && (i == 0 || !str_eq(parts[i].context, parts[i - 1].context))) {
			buf_str(&out, heading);
			buf_char(&out, '\n');
		}
		buf_str(&out, parts[i].text);
	}
	return buf_view(&out);
}

/* What every passage of the group begins with: no more than a quarter of it. What does not fit is
 * left out. */
static struct str head_of(const struct passages *p, struct str context)
{
	struct chunk_sizes sizes = { .max_chars = least_chars(p) };
	/* A header row of a million columns is not normalised for the sake of its first ten. */
	struct str first = utf8_cut(context, UTF8_MAX_BYTES * p->sizes.max_chars);
	struct chunker chunker = chunker_on(text_normalise(p->mem, first), sizes);
	struct str head;

	return chunk_next(&chunker, &head) ? head : (struct str){ NULL, 0 };
}

/* --- one after the other ------------------------------------------------------------------------ */

static bool next_group(struct passages *p)
{
	size_t n = group_size(p);
	struct chunk_sizes sizes = p->sizes;
	struct str text, context;

	if (n == 0)
		return false;
	context = p->parts[0].context;
	for (size_t i = 1; i < n; i++)
		context = shared(context, p->parts[i].context);
	text = n == 1 ? p->parts[0].text : joined(p->mem, p->parts, n, context);
	p->context = head_of(p, context);
	p->page = p->parts[0].page;
	if (p->context.n)
		sizes.max_chars -= utf8_count(p->context) + 1;
	p->chunker = chunker_on(text_normalise(p->mem, text), sizes);
	p->parts += n;
	p->n_parts -= n;
	return true;
}

static struct str with_head(struct arena *mem, struct str head, struct str chunk)
{
	return head.n ? arena_printf(mem, "%.*s\n%.*s", STR(head), STR(chunk)) : chunk;
}

bool passage_next(struct passages *p, struct passage *out)
{
	struct str chunk;

	while (!chunk_next(&p->chunker, &chunk))
		if (!next_group(p))
			return false;
	*out = (struct passage){ .text = with_head(p->mem, p->context, chunk), .page = p->page };
	if (!p->table)
		out->heading = p->context;
	return true;
}
