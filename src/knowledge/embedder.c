/* knowledge/embedder.c: the seam stands; so far only one model is behind it. */
#include "knowledge/embedder.h"

#include "model/providers.h"

const struct embedder_info *embedder_info(void)
{
	static const struct embedder_info lexical = { LEXICAL_MODEL, BUILTIN_PROVIDER, EMBEDDING_DIMENSIONS };

	return &lexical;
}

void embed_text(struct str text, float out[static EMBEDDING_DIMENSIONS])
{
	lexical_embed(text, out);
}

double embedding_similarity(double cosine)
{
	return lexical_similarity(cosine);
}

int64_t embedding_tokens(struct str text)
{
	return (int64_t)(text.n / 4 + (text.n % 4 != 0));
}
