/* model/price.h: what tokens cost.
 *
 * The table is the studio contract's (6.7); an operator's own lines go before it, so they can add to it and
 * overrule it. Nobody can know every provider's prices, so what is in neither has no known cost.
 */
#ifndef MODEL_PRICE_H
#define MODEL_PRICE_H

#include "base/ctx.h"

struct token_counts {
	int64_t input;                       /* without the next two */
	int64_t cache_read, cache_write;
	int64_t output;
};

/* Before others ask, once per process. A line: what matches the model, the price of a million tokens in and
 * out in USD, and if they are not a tenth and five quarters of the first, of those read from the provider's
 * cache and written to it. # begins a comment.
 *
 *     openai:gpt-6*              2.50  15
 *     groq:llama-3.3-70b*        0.59  0.79
 *     openrouter:*claude-sonnet* 3     15    0.30  3.75
 *
 * * stands for any characters; the provider is the studio's name. ERR_INVALID: a line is not like that; the
 * text names it. */
enum err prices_setup(struct ctx *ctx, struct str text);

/* In USD, to the millionth. provider and model as the workspace API names them. NaN: not known. */
double price_of(struct str provider, struct str model, const struct token_counts *tokens);

#endif
