/* model/price.c: the table, and how a model finds its row: the first that matches. */
#include "model/price.h"

#include <math.h>
#include <stdlib.h>

#include "model/providers.h"

enum { LINES_MAX = 1000, MODEL_MAX = 1024 };

/* USD per million tokens. */
struct price {
	const char *provider, *model;        /* the model may have * in it */
	double input, output, cache_read, cache_write;
};

#define PRICE(provider, model, in, out) { provider, model, in, out, 0.1 * (in), 1.25 * (in) }

static const struct price KNOWN[] = {
	PRICE("anthropic", "*claude-fable*", 10, 50),
	PRICE("anthropic", "*claude-opus*", 5, 25),
	PRICE("anthropic", "*claude-sonnet*", 3, 15),
	PRICE("anthropic", "*claude-haiku*", 1, 5),
	PRICE("openai", "gpt-5.5*", 5, 30),
	PRICE("openai", "gpt-5.4-mini*", 0.75, 4.5),
	PRICE("openai", "gpt-5.4-nano*", 0.2, 1.25),
	PRICE("openai", "gpt-5.4*", 2.5, 15),
	PRICE("openai", "gpt-5.2*", 0.875, 7),
	PRICE("openai", "gpt-5.1*", 0.625, 5),
	PRICE("openai", "gpt-5-mini*", 0.25, 2),
	PRICE("openai", "gpt-5-nano*", 0.05, 0.4),
	PRICE("openai", "gpt-5*", 1.25, 10),
	PRICE("openai", "gpt-4o-mini*", 0.15, 0.6),
	PRICE("openai", "gpt-4o*", 2.5, 10),
	PRICE("openai", "gpt-4.1-nano*", 0.1, 0.4),
	PRICE("openai", "gpt-4.1-mini*", 0.4, 1.6),
	PRICE("openai", "gpt-4.1*", 2, 8),
	PRICE("openai", "o3-mini*", 1.1, 4.4),
	PRICE("openai", "o3*", 2, 8),
};

/* The operator's; written before anyone asks. */
static struct {
	struct arena mem;
	struct price *prices;
	size_t n, cap;
} own;

/* -- the operator's lines --------------------------------------------------------------------------- */

static struct str next_word(struct str *rest)
{
	struct str word;
	size_t n = 0;

	*rest = str_trim(*rest);
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	word = (struct str){ rest->p, n };
	*rest = str_from(*rest, n);
	return word;
}

static bool next_number(struct str *rest, double *out)
{
	char text[32], *end;
	struct str word = next_word(rest);

	if (word.n == 0 || word.n >= sizeof(text) || (!is_digit(word.p[0]) && word.p[0] != '.'))
		return false;
	memcpy(text, word.p, word.n);
	text[word.n] = '\0';
	*out = strtod(text, &end);
	return *end == '\0' && isfinite(*out);
}

static bool read_numbers(struct str *rest, struct price *out)
{
	if (!next_number(rest, &out->input) || !next_number(rest, &out->output))
		return false;
	out->cache_read = 0.1 * out->input;
	out->cache_write = 1.25 * out->input;
	if (str_trim(*rest).n > 0 && (!next_number(rest, &out->cache_read) || !next_number(rest, &out->cache_write)))
		return false;
	return str_trim(*rest).n == 0;
}

static bool read_line(struct str line, struct price *out)
{
	struct str model = next_word(&line), provider = str_cut(&model, ':');
	const struct provider_info *known = provider_by_studio(provider);

	if (!known || model.n == 0)
		return false;
	out->provider = known->studio;
	out->model = arena_strz(&own.mem, model);
	return read_numbers(&line, out);
}

enum err prices_setup(struct ctx *ctx, struct str text)
{
	arena_reset(&own.mem);
	own.prices = NULL;
	own.n = own.cap = 0;
	for (int number = 1; text.p; number++) {
		struct str line = str_cut(&text, '\n');
		struct price price;

		line = str_trim(str_cut(&line, '#'));
		if (line.n == 0)
			continue;
		if (own.n == LINES_MAX || !read_line(line, &price))
			return fail(ctx, ERR_INVALID, "line %d is not like 'provider:model 2.50 15'", number);
		own.prices = arena_more(&own.mem, own.prices, own.n, &own.cap, sizeof(price));
		own.prices[own.n++] = price;
	}
	return OK;
}

/* -- looking up --------------------------------------------------------------------------------------- */

/* Case is nothing, * is anything. */
static bool matches(const char *pattern, struct str text)
{
	const char *star = NULL;
	size_t i = 0, resume = 0;

	while (i < text.n) {
		if (*pattern == '*') {
			star = pattern++;
			resume = i;
		} else if (*pattern && to_lower(*pattern) == to_lower(text.p[i])) {
			pattern++;
			i++;
		} else if (star) {
			/* What the star stands for has a character more. */
			pattern = star + 1;
			i = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static const struct price *find_in(const struct price *prices, size_t n, const char *provider, struct str model)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(prices[i].provider, provider) == 0 && matches(prices[i].model, model))
			return &prices[i];
	return NULL;
}

double price_of(struct str provider, struct str model, const struct token_counts *tokens)
{
	AUTO(arena_fini) struct arena mem = { .block_bytes = MODEL_MAX };
	const struct provider_info *info = provider_by_name(provider);
	const struct price *p = NULL;
	double cost;

	if (!info)
		return NAN;
	model = provider_model_name(&mem, info, model);
	p = find_in(own.prices, own.n, info->studio, model);
	if (!p)
		p = find_in(KNOWN, COUNT_OF(KNOWN), info->studio, model);
	if (!p)
		return NAN;
	cost = (double)tokens->input * p->input + (double)tokens->cache_read * p->cache_read +
	       (double)tokens->cache_write * p->cache_write + (double)tokens->output * p->output;
	/* Prices are of a million tokens, so this is the cost in millionths. */
	return round(cost) / 1e6;
}
