/* model/embed_reply.c: {"data": [{"index": 0, "embedding": [...]}, ...], "usage": {...}} into vectors.
 *
 * A vector that is wrong would be stored and compared for years, so nothing is taken on trust: there
 * must be one for each text, none twice, all of the same length, of finite numbers and not of zeros
 * alone. Numbers come as JSON, or as base64 of little-endian floats, which some servers send unasked.
 */
#include <math.h>
#include <sodium.h>

#include "json/json.h"
#include "model/embed_internal.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "base64 embeddings are little-endian");

/* -- one vector ----------------------------------------------------------------------------------- */

/* 0: it is no vector, or longer than any. */
static size_t length_of(const struct json *embedding)
{
	size_t n = 0;

	if (json_is(embedding, JSON_ARRAY))
		n = embedding->n_items;
	else if (json_is(embedding, JSON_STR))
		n = embedding->text.n / 4 * 3 / sizeof(float);
	return n <= EMBED_DIMENSIONS_MAX ? n : 0;
}

static bool read_array(const struct json *array, size_t dimensions, float *out)
{
	double number;

	if (array->n_items != dimensions)
		return false;
	for (size_t i = 0; i < dimensions; i++) {
		if (!json_as_num(&array->items[i], &number))
			return false;
		out[i] = (float)number;
	}
	return true;
}

static bool read_base64(struct str text, size_t dimensions, float *out)
{
	size_t bytes = dimensions * sizeof(*out), n;

	return sodium_base642bin((unsigned char *)out, bytes, text.p, text.n, NULL, &n, NULL,
				 sodium_base64_VARIANT_ORIGINAL) == 0 && n == bytes;
}

static bool read_numbers(const struct json *embedding, size_t dimensions, float *out)
{
	if (json_is(embedding, JSON_STR))
		return read_base64(embedding->text, dimensions, out);
	return json_is(embedding, JSON_ARRAY) && read_array(embedding, dimensions, out);
}

/* False: it has no direction, or a number that is none. */
static bool scale_to_unit(float *vector, size_t dimensions)
{
	double squares = 0, length;

	for (size_t i = 0; i < dimensions; i++)
		squares += (double)vector[i] * (double)vector[i];
	if (!isfinite(squares) || squares <= 0)
		return false;
	length = sqrt(squares);
	for (size_t i = 0; i < dimensions; i++)
		vector[i] = (float)((double)vector[i] / length);
	return true;
}

/* -- all of them ---------------------------------------------------------------------------------- */

/* Servers that do not number their vectors give them in the order of the texts. */
static bool place_of(const struct json *item, size_t i, size_t n, size_t *place)
{
	const struct json *index = json_get(item, "index");
	int64_t at = (int64_t)i;

	if (index && !json_as_int(index, &at))
		return false;
	*place = (size_t)at;
	return at >= 0 && *place < n;
}

static enum err read_item(struct ctx *ctx, const struct json *item, size_t place, size_t dimensions, float *out)
{
	const struct json *embedding = json_get(item, "embedding");
	float *vector = out + place * dimensions;

	if (length_of(embedding) != dimensions)
		return fail(ctx, ERR_UPSTREAM, "the embedding server gave a vector that has not %zu dimensions", dimensions);
	if (!read_numbers(embedding, dimensions, vector))
		return fail(ctx, ERR_UPSTREAM, "the embedding server gave a vector with something else than numbers in it");
	if (!scale_to_unit(vector, dimensions))
		return fail(ctx, ERR_UPSTREAM, "the embedding server gave a vector of zeros, or of numbers beyond all bounds");
	return OK;
}

static enum err read_items(struct ctx *ctx, const struct json *data, size_t dimensions, float *out)
{
	bool *taken = arena_zalloc(ctx->mem, data->n_items * sizeof(*taken));

	for (size_t i = 0; i < data->n_items; i++) {
		size_t place;

		if (!place_of(&data->items[i], i, data->n_items, &place))
			return fail(ctx, ERR_UPSTREAM, "the embedding server gave a vector for a text that was not sent");
		if (taken[place])
			return fail(ctx, ERR_UPSTREAM, "the embedding server gave two vectors for the same text");
		taken[place] = true;
		TRY(read_item(ctx, &data->items[i], place, dimensions, out));
	}
	return OK;
}

static int64_t tokens_of(const struct json *reply)
{
	int64_t tokens;

	return json_as_int(json_get(json_get(reply, "usage"), "prompt_tokens"), &tokens) && tokens >= 0 ? tokens : -1;
}

enum err embed_reply_read(struct ctx *ctx, struct str reply, size_t n, size_t *dimensions, float *out,
			  int64_t *tokens)
{
	const struct json *root, *data;

	if (json_parse(ctx, reply, JSON_STRICT, &root) != OK)
		return fail(ctx, ERR_UPSTREAM, "the embedding server's answer is not JSON");
	data = json_get(root, "data");
	if (!json_is(data, JSON_ARRAY))
		return fail(ctx, ERR_UPSTREAM, "the embedding server's answer holds no embeddings");
	if (data->n_items != n)
		return fail(ctx, ERR_UPSTREAM, "the embedding server gave %zu vectors for %zu texts", data->n_items, n);
	if (!*dimensions)
		*dimensions = length_of(json_get(&data->items[0], "embedding"));
	if (!*dimensions)
		return fail(ctx, ERR_UPSTREAM, "the embedding server gave no vector of 1 to %d dimensions",
			    EMBED_DIMENSIONS_MAX);
	TRY(read_items(ctx, data, *dimensions, out));
	*tokens = tokens_of(root);
	return OK;
}
