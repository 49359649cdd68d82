/* base/cron_parse.c: from text to a set of bits per field.
 *
 * Read like the reference, where it surprises:
 *  - Three letters in the month or day-of-week field are a name wherever they stand: "jan1" is "11".
 *  - "*" and "?" stand for the text of the field's whole range: "*-5" is "0-59-5", of which "0-59" counts.
 *  - A value that occurs twice is refused, unless the lowest that does is 0: "0,0" will do, "5,5" will not.
 *  - A field that is written "*" or "?" and nothing else does not restrict; "1-31" does.
 *  - Of fewer than five fields those in front are missing, and count as 0; only the second package refuses them.
 *
 * Unlike it, we take "07" for a Sunday, and read six fields always as such; its second package may take the last for
 * a year when there is a "?".
 */
#include "base/cron_internal.h"

#include "base/buf.h"
#include "base/utf8.h"

enum { WORDS_MIN = 5, WORDS_MAX = 6, ALL_WEEKDAYS = 0x7f };

struct kind {
	const char *name;                    /* in the reference's words */
	int min, max;
	bool has_last;                       /* takes an L */
	const char *names;                   /* three letters each */
	int first_name;                      /* the value of the first */
	bool question;                       /* one "?" will do */
};

static const struct kind KINDS[FIELDS] = {
	[SECOND]       = { "Second", 0, 59 },
	[MINUTE]       = { "Minute", 0, 59 },
	[HOUR]         = { "Hour", 0, 23, .question = true },
	[DAY_OF_MONTH] = { "DayOfMonth", 1, 31, .has_last = true, .question = true },
	[MONTH]        = { "Month", 1, MONTHS, .names = "janfebmaraprmayjunjulaugsepoctnovdec", .first_name = 1 },
	[DAY_OF_WEEK]  = { "DayOfWeek", 0, 7, .has_last = true, .names = "sunmontuewedthufrisat", .question = true },
};

#define REFUSE(ctx, ...) fail(ctx, ERR_INVALID, __VA_ARGS__)

/* -- numbers as parseInt reads them ------------------------------------------------------------------------- */

#define NOT_A_NUMBER INT64_MIN
#define HUGE INT64_C(1000000000000000000)

/* The digits in front, and a sign before them; what follows is not looked at. */
static int64_t leading_int(struct str s)
{
	bool negative = s.n > 0 && s.p[0] == '-';
	size_t i = negative, digits = i;
	int64_t n = 0;

	for (; i < s.n && is_digit(s.p[i]); i++)
		n = n >= HUGE / 10 ? HUGE : n * 10 + (s.p[i] - '0');
	if (i == digits)
		return NOT_A_NUMBER;
	return negative ? -n : n;
}

static const char *number_text(struct ctx *ctx, int64_t n)
{
	return n == NOT_A_NUMBER ? "NaN" : arena_printf(ctx->mem, "%lld", (long long)n).p;
}

/* -- one field ---------------------------------------------------------------------------------------------- */

struct reading {
	const struct kind *kind;
	uint64_t values, doubled;
	uint64_t last, last_doubled;         /* "5L": bit 5. "L" alone: bit 0 */
};

static void note(uint64_t *values, uint64_t *doubled, uint64_t more)
{
	*doubled |= *values & more;
	*values |= more;
}

/* Sunday is 7 as well as 0. */
static uint64_t bit_of(const struct kind *k, int64_t value)
{
	return UINT64_C(1) << (k == &KINDS[DAY_OF_WEEK] ? value % WEEK : value);
}

/* "5L", and "L" alone. */
static enum err read_last(struct ctx *ctx, struct reading *r, struct str text)
{
	const struct kind *k = r->kind;
	int64_t n = leading_int(text);
	size_t digits = text.n - 1;

	if (text.p[digits] != 'L' || digits > 2 || (digits > 0 && (n < 0 || memchr(text.p, 'L', digits))))
		return REFUSE(ctx, "Cron%s Validation error, got value %.*s expected range %d-%d or chars L",
			      k->name, STR(text), k->min, k->max);
	if (k == &KINDS[DAY_OF_MONTH] && digits > 0 && (n < k->min || n > k->max))
		return REFUSE(ctx, "Error: DOM part must be >= 1 and <= 31");
	if (k == &KINDS[DAY_OF_WEEK] && digits == 0)
		return REFUSE(ctx, "Invalid last weekday of the month expression: L");
	if (k == &KINDS[DAY_OF_WEEK] && n > k->max)
		return REFUSE(ctx, "Error: DOW part must be >= 0 and <= 6");
	/* Of two digits the first counts. */
	note(&r->last, &r->last_doubled, UINT64_C(1) << (digits > 0 ? text.p[0] - '0' : 0));
	return OK;
}

static enum err read_value(struct ctx *ctx, struct reading *r, struct str text)
{
	const struct kind *k = r->kind;
	int64_t n = leading_int(text);

	if (memchr(text.p, 'L', text.n))
		return read_last(ctx, r, text);
	if (n < k->min || n > k->max)
		return REFUSE(ctx, "Constraint error, got value %s expected range %d-%d", number_text(ctx, n),
			      k->min, k->max);
	note(&r->values, &r->doubled, bit_of(k, n));
	return OK;
}

/* "low-high", and every how many of them; of "1-2-3" the first two count. */
static enum err read_range(struct ctx *ctx, struct reading *r, struct str text, int64_t step)
{
	const struct kind *k = r->kind;
	int64_t low = leading_int(str_cut(&text, '-')), high = leading_int(str_cut(&text, '-'));
	/* A range up to Sunday includes it, whatever the step. */
	uint64_t values = k == &KINDS[DAY_OF_WEEK] && high == k->max;

	if (low < k->min || high < 0 || high > k->max)
		return REFUSE(ctx, "Constraint error, got range %s-%s expected range %d-%d", number_text(ctx, low),
			      number_text(ctx, high), k->min, k->max);
	if (low > high)
		return REFUSE(ctx, "Invalid range: %lld-%lld, min(%lld) > max(%lld)", (long long)low, (long long)high,
			      (long long)low, (long long)high);
	if (step < 1)
		return REFUSE(ctx, "Constraint error, cannot repeat at every %s time.", number_text(ctx, step));
	for (int64_t value = low; value <= high; value += step)
		values |= bit_of(k, value);
	note(&r->values, &r->doubled, values);
	return OK;
}

/* "*\/n", "a-b/n", and "a/n", which goes on to the end. */
static enum err read_steps(struct ctx *ctx, struct reading *r, struct str text)
{
	struct str rest = text, range = str_cut(&rest, '/'), step = str_cut(&rest, '/');

	if (rest.p)
		return REFUSE(ctx, "Invalid repeat: %.*s", STR(text));
	if (!memchr(range.p, '-', range.n))
		range = arena_printf(ctx->mem, "%.*s-%d", STR(range), r->kind->max);
	return read_range(ctx, r, range, leading_int(step));
}

static enum err read_piece(struct ctx *ctx, struct reading *r, struct str text)
{
	if (text.n == 0)
		return REFUSE(ctx, "Invalid list value format");
	if (memchr(text.p, '/', text.n))
		return read_steps(ctx, r, text);
	if (memchr(text.p, '-', text.n))
		return read_range(ctx, r, text, 1);
	return read_value(ctx, r, text);
}

static enum err refuse_doubled(struct ctx *ctx, const struct reading *r)
{
	if (r->doubled & 1)
		return OK;
	if (r->doubled)
		return REFUSE(ctx, "Cron%s Validation error, duplicate values found: %d", r->kind->name,
			      __builtin_ctzll(r->doubled));
	if (r->last_doubled)
		return REFUSE(ctx, "Cron%s Validation error, duplicate values found: L", r->kind->name);
	return OK;
}

/* -- what a field's text stands for ------------------------------------------------------------------------- */

/* The value of a name; NOT_A_NUMBER: it is none. */
static int64_t named_value(const struct kind *k, const char letters[static 3])
{
	for (const char *name = k->names; *name; name += 3)
		if (str_eq_nocase((struct str){ name, 3 }, (struct str){ letters, 3 }))
			return k->first_name + (name - k->names) / 3;
	return NOT_A_NUMBER;
}

static enum err replace_names(struct ctx *ctx, const struct kind *k, struct str *text)
{
	struct buf out = { .mem = ctx->mem };
	size_t i = 0;

	while (i < text->n) {
		const char *p = text->p + i;
		bool is_name = i + 3 <= text->n && is_letter(p[0]) && is_letter(p[1]) && is_letter(p[2]);
		int64_t value = is_name ? named_value(k, p) : 0;

		if (value == NOT_A_NUMBER)
			return REFUSE(ctx, "Validation error, cannot resolve alias \"%c%c%c\"", to_lower(p[0]),
				      to_lower(p[1]), to_lower(p[2]));
		if (is_name)
			buf_printf(&out, "%lld", (long long)value);
		else
			buf_char(&out, *p);
		i += is_name ? 3 : 1;
	}
	*text = buf_view(&out);
	return OK;
}

static bool has_only(struct str text, const char *others)
{
	for (size_t i = 0; i < text.n; i++)
		if (!is_digit(text.p[i]) && (text.p[i] == '\0' || !strchr(others, text.p[i])))
			return false;
	return text.n > 0;
}

/* An H is for the second reader to refuse. */
static struct str expand(struct ctx *ctx, const struct kind *k, struct str text)
{
	struct buf out = { .mem = ctx->mem };

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '*' || text.p[i] == '?')
			buf_printf(&out, "%d-%d", k->min, k->max);
		else if (text.p[i] == 'H')
			buf_printf(&out, "%d", k->min);
		else
			buf_char(&out, text.p[i]);
	}
	return buf_view(&out);
}

static enum err read_field(struct ctx *ctx, const struct kind *k, struct str text, struct reading *out)
{
	*out = (struct reading){ .kind = k };
	if (k->names)
		TRY(replace_names(ctx, k, &text));
	if (!has_only(text, k->has_last ? "*?,-/HL" : "*?,-/H"))
		return REFUSE(ctx, "Invalid characters, got value: %.*s", STR(text));
	text = expand(ctx, k, text);
	while (text.p)
		TRY(read_piece(ctx, out, str_cut(&text, ',')));
	return refuse_doubled(ctx, out);
}

/* Cuts the "#2" off a day of the week. */
static enum err take_occurrence(struct ctx *ctx, struct str *text, int *occurrence)
{
	struct str rest = *text, days = str_cut(&rest, '#');
	int64_t n;

	if (!rest.p)
		return OK;
	for (size_t i = 0; i < text->n; i++)
		if (strchr(",-/.", text->p[i]) && text->p[i])
			return REFUSE(ctx, "Constraint error, invalid dayOfWeek `#` and `%c` special characters are "
				      "incompatible", text->p[i]);
	n = has_only(rest, "") ? leading_int(rest) : 0;
	if (n < 1 || n > 5)
		return REFUSE(ctx, "Constraint error, invalid dayOfWeek occurrence number (#)");
	*occurrence = (int)n;
	*text = days;
	return OK;
}

/* -- the words ---------------------------------------------------------------------------------------------- */

struct words {
	struct str word[FIELDS];             /* those in front may be missing: "0" */
	size_t n;
	size_t blanks;                       /* how many of the gaps between them are blanks and nothing else */
};

/* Cuts off what is white space in front, or what is none. *blanks: there was nothing but blanks. */
static struct str take_run(struct str *rest, bool space, bool *blanks)
{
	struct str run = { rest->p, 0 }, next = *rest;
	uint32_t c;

	*blanks = true;
	while (utf8_next(&next, &c) && utf8_is_js_space(c) == space) {
		*blanks &= c == ' ';
		*rest = next;
	}
	run.n = (size_t)(rest->p - run.p);
	return run;
}

static enum err split(struct ctx *ctx, struct str text, struct words *out)
{
	struct str found[WORDS_MAX], word;
	bool blanks, unused;

	*out = (struct words){0};
	for (;;) {
		take_run(&text, true, &blanks);
		word = take_run(&text, false, &unused);
		if (word.n == 0)
			break;
		if (out->n == WORDS_MAX)
			return REFUSE(ctx, "Invalid cron expression, too many fields");
		out->blanks += out->n > 0 && blanks;
		found[out->n++] = word;
	}
	if (out->n == 0)
		return REFUSE(ctx, "Cron expression is required.");
	for (size_t i = 0; i < FIELDS; i++)
		out->word[i] = i < FIELDS - out->n ? S("0") : found[i - (FIELDS - out->n)];
	return OK;
}

/* What a word stands for; absent: itself. */
static struct str alias_meaning(struct str word)
{
	static const struct {
		const char *name, *meaning;
	} ALIASES[] = {
		{ "@yearly", "0 0 1 1 *" }, { "@annually", "0 0 1 1 *" }, { "@monthly", "0 0 1 * *" },
		{ "@weekly", "0 0 * * 0" }, { "@daily", "0 0 * * *" }, { "@hourly", "0 * * * *" },
	};

	for (size_t i = 0; i < COUNT_OF(ALIASES); i++)
		if (str_is(word, ALIASES[i].name))
			return str_of(ALIASES[i].meaning);
	return (struct str){ NULL, 0 };
}

static enum err read_words(struct ctx *ctx, struct str text, struct words *out)
{
	static const char *const UNKNOWN[] = { "@minutely", "@secondly", "@weekdays", "@weekends", NULL };
	struct str word, meaning;

	TRY(split(ctx, text, out));
	if (out->n > 1)
		return OK;
	word = out->word[DAY_OF_WEEK];
	if (str_is_one_of(word, UNKNOWN))
		return REFUSE(ctx, "Error: Unknown special expression.");
	meaning = alias_meaning(word);
	return meaning.p ? split(ctx, meaning, out) : OK;
}

static bool is_any(struct str word)
{
	return str_is(word, "*") || str_is(word, "?");
}

static enum err read_fields(struct ctx *ctx, struct words *w, struct cron *c)
{
	/* Which failure is told first. */
	static const int ORDER[FIELDS] = { SECOND, MINUTE, HOUR, MONTH, DAY_OF_MONTH, DAY_OF_WEEK };
	struct reading r;

	for (int i = 0; i < FIELDS; i++) {
		int field = ORDER[i];
		struct str text = w->word[field];

		if (field == DAY_OF_WEEK)
			TRY(take_occurrence(ctx, &text, &c->occurrence));
		TRY(read_field(ctx, &KINDS[field], text, &r));
		c->at[field] = r.values;
		if (field == DAY_OF_WEEK)
			c->last_weekdays = (r.last | r.last >> WEEK) & ALL_WEEKDAYS;
	}
	/* Also where it stands in a range, in which it means nothing else. */
	c->last_day = memchr(w->word[DAY_OF_MONTH].p, 'L', w->word[DAY_OF_MONTH].n);
	c->any_day = is_any(w->word[DAY_OF_MONTH]);
	c->any_weekday = is_any(w->word[DAY_OF_WEEK]);
	return OK;
}

/* Days that the only month has in no year. */
static enum err refuse_impossible(struct ctx *ctx, const struct cron *c)
{
	static const int LONGEST[] = { 0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	uint64_t months = c->at[MONTH];

	if ((months & (months - 1)) || !c->any_weekday || c->last_day ||
	    __builtin_ctzll(c->at[DAY_OF_MONTH]) <= LONGEST[__builtin_ctzll(months)])
		return OK;
	return REFUSE(ctx, "Invalid explicit day of month definition");
}

/* -- what the second package refuses ------------------------------------------------------------------------ */

static enum err refuse_value(struct ctx *ctx, char c)
{
	return REFUSE(ctx, "Error: Expression contains invalid values: '%c'", c);
}

static enum err refuse_marks(struct ctx *ctx, const struct kind *k, struct str word)
{
	size_t questions = 0;

	if (k->names)
		TRY(replace_names(ctx, k, &word));           /* the H of THU is none */
	for (size_t i = 0; i < word.n; i++)
		questions += word.p[i] == '?';
	if (questions > k->question)
		return refuse_value(ctx, '?');
	return memchr(word.p, 'H', word.n) ? refuse_value(ctx, 'H') : OK;
}

static enum err read_again(struct ctx *ctx, const struct words *w)
{
	size_t parts = w->blanks + 1;

	if (parts < WORDS_MIN)
		return REFUSE(ctx, "Error: Expression has only %zu part%s. At least 5 parts are required.",
			      parts, parts > 1 ? "s" : "");
	if (parts < w->n)
		return refuse_value(ctx, '\t');
	for (size_t i = 0; i < FIELDS; i++)
		TRY(refuse_marks(ctx, &KINDS[i], w->word[i]));
	return OK;
}

/* -- the whole of it ---------------------------------------------------------------------------------------- */

enum err cron_parse(struct ctx *ctx, struct str text, const struct cron **out)
{
	struct cron *c = NEW(ctx->mem, struct cron);
	struct words w;

	TRY(read_words(ctx, text, &w));
	TRY(read_fields(ctx, &w, c));
	TRY(refuse_impossible(ctx, c));
	TRY(read_again(ctx, &w));
	*out = c;
	return OK;
}
