/* model/embed.c: which provider embeds, and the one that needs no network. */
#include "model/embed_internal.h"

#include "model/lexical.h"
#include "model/providers.h"

const struct embedding_model embedding_builtin = {
	.id = 1, .provider = { BUILTIN_PROVIDER, sizeof(BUILTIN_PROVIDER) - 1 },
	.name = { LEXICAL_MODEL, sizeof(LEXICAL_MODEL) - 1 }, .dimensions = LEXICAL_DIMENSIONS,
};

/* -- builtin/lexical ------------------------------------------------------------------------------ */

static void free_lexical(struct lexical **l)
{
	lexical_free(*l);
}

static enum err lexical_texts(struct ctx *ctx, const struct embedding_model *model, const struct str *texts, size_t n,
			      const struct embed_watch *watch, float *out, int64_t *tokens)
{
	AUTO(free_lexical) struct lexical *lexical = lexical_new();

	*tokens = 0;
	for (size_t i = 0; i < n; i++) {
		if (!embed_wanted(watch))
			return fail(ctx, ERR_GONE, "nobody waits for the embeddings any more");
		lexical_embed_next(lexical, texts[i], out + i * model->dimensions);
		*tokens += embedding_tokens_estimate(texts[i]);
		embed_done(watch, 1);
	}
	return OK;
}

static enum err lexical_measure(struct ctx *ctx, const struct embedding_model *model, size_t *dimensions)
{
	*dimensions = LEXICAL_DIMENSIONS;
	return OK;
}

static const struct embed_ops lexical_ops = { lexical_texts, lexical_measure, lexical_similarity };

/* -- the choice ----------------------------------------------------------------------------------- */

/* Models that are not behind a server. */
static const struct {
	const char *name;
	const struct embed_ops *ops;
} BUILT_IN[] = {
	{ LEXICAL_MODEL, &lexical_ops },
};

static const struct embed_ops *ops_of(const struct embedding_model *model)
{
	for (size_t i = 0; i < COUNT_OF(BUILT_IN); i++)
		if (str_is(model->name, BUILT_IN[i].name))
			return BUILT_IN[i].ops;
	return &openai_embed_ops;
}

enum err embed_texts(struct ctx *ctx, const struct embedding_model *model, const struct str *texts, size_t n,
		     const struct embed_watch *watch, float *out, int64_t *tokens)
{
	return ops_of(model)->embed(ctx, model, texts, n, watch, out, tokens);
}

enum err embed_measure(struct ctx *ctx, const struct embedding_model *model, size_t *dimensions)
{
	return ops_of(model)->measure(ctx, model, dimensions);
}

double embedding_similarity(const struct embedding_model *model, double cosine)
{
	return ops_of(model)->similarity(cosine);
}

int64_t embedding_tokens_estimate(struct str text)
{
	return (int64_t)(text.n / 4 + (text.n % 4 != 0));
}
