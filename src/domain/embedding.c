/* domain/embedding.c: the choice of a model is a row; the rest follows from its state.
 *
 * Two rows that say the same (provider, address, name, dimensions) are the same model, and only then
 * are their vectors compared: a model of the same name at another address may be another one.
 */
#include "domain/embedding.h"

#include "base/clock.h"
#include "domain/audit.h"
#include "domain/provider.h"
#include "domain/secret.h"
#include "model/lexical.h"
#include "store/kb_vectors.h"

enum { NAME_MAX_BYTES = 255 };

/* -- asking -------------------------------------------------------------------------------------- */

/* No workspace owns it, so the row's number alone tells whose key it is. */
static struct secret_row key_row(struct ctx *ctx, int64_t id)
{
	return (struct secret_row){ S(""), "embedder_key", arena_printf(ctx->mem, "%lld", (long long)id) };
}

enum err embedding_open(struct ctx *ctx, const struct embedder *row, struct embedding_model *out)
{
	struct secret_row bound = key_row(ctx, row->id);
	struct str key = { NULL, 0 };

	if (row->sealed_key.p)
		TRY(secret_open(ctx, &bound, row->sealed_key, &key));
	*out = (struct embedding_model){
		.id = row->id, .provider = row->provider, .name = row->model, .base_url = row->base_url, .key = key,
		.dimensions = (size_t)row->dimensions, .asks_dimensions = row->asks_dimensions,
	};
	return OK;
}

void embedding_close(struct embedding_model *model)
{
	secret_wipe(&model->key);
}

enum err embedding_current(struct ctx *ctx, struct embedding_model *out)
{
	struct embedder row;

	TRY(embedders_current(ctx, &row));
	return embedding_open(ctx, &row, out);
}

enum err embedding_goal(struct ctx *ctx, struct embedding_goal *out)
{
	struct embedder row;
	enum err e = embedders_next(ctx, &row);

	if (e == ERR_NOT_FOUND)
		e = embedders_current(ctx, &row);
	TRY(e);
	*out = (struct embedding_goal){ row.id, row.error };
	return OK;
}

enum err embedding_list(struct ctx *ctx, struct list *out)
{
	struct embedding_info *all;
	struct list rows;

	TRY(db_snapshot_begin(ctx));
	TRY(embedders_list(ctx, &rows));
	all = arena_array(ctx->mem, rows.n, sizeof(*all));
	for (size_t i = 0; i < rows.n; i++) {
		const struct embedder *e = LIST_AT(rows, struct embedder, i);

		all[i] = (struct embedding_info){
			.state = e->state, .model = e->model, .provider = e->provider, .base_url = e->base_url,
			.has_key = e->sealed_key.p != NULL, .dimensions = e->dimensions, .tokens = e->tokens,
			.error = e->error, .created_at = e->created_at,
		};
		TRY(vectors_count(ctx, e->id, &all[i].chunks, &all[i].embedded));
	}
	*out = (struct list){ all, rows.n };
	return OK;
}

/* -- the choice ---------------------------------------------------------------------------------- */

static bool is_builtin(const struct embedding_choice *c)
{
	return str_is(c->model, LEXICAL_MODEL);
}

static enum err check_builtin(struct ctx *ctx, const struct embedding_choice *c)
{
	if (c->base_url.p || c->key.p || c->dimensions || (c->provider.p && !str_is(c->provider, BUILTIN_PROVIDER)))
		return fail(ctx, ERR_INVALID, "%s is built in; it has neither address, key nor choice of dimensions",
			    LEXICAL_MODEL);
	return OK;
}

/* "/embeddings" is put behind it; and what is shown shall hold no password. */
static bool can_be_extended(struct str url)
{
	return str_index(url, '?') < 0 && str_index(url, '#') < 0 && str_index(url, '@') < 0;
}

static enum err check_server(struct ctx *ctx, const struct provider_info *info, const struct embedding_choice *c)
{
	if (info->wire != WIRE_OPENAI)
		return fail(ctx, ERR_INVALID, "%s offers no embeddings", info->name);
	if (!info->base_url && !c->base_url.p)
		return fail(ctx, ERR_INVALID, "%s has no address of its own; give its base URL", info->name);
	if (c->base_url.p && !can_be_extended(c->base_url))
		return fail(ctx, ERR_INVALID, "the base URL of an embedding model has no '?', '#' or '@' in it");
	if (c->dimensions < 0 || c->dimensions > EMBED_DIMENSIONS_MAX)
		return fail(ctx, ERR_INVALID, "a vector has 1 to %d dimensions", EMBED_DIMENSIONS_MAX);
	return provider_check_access(ctx, c->base_url, c->key);
}

/* The row the choice would be, as far as it can be told without asking the model. */
static enum err row_of(struct ctx *ctx, const struct embedding_choice *c, struct embedder *out)
{
	struct str provider = c->provider.p ? c->provider : S(BUILTIN_PROVIDER);
	const struct provider_info *info = provider_by_name(provider);

	if (!info)
		return fail(ctx, ERR_INVALID, "no provider '%.*s'", STR(provider));
	if (c->model.n == 0 || c->model.n > NAME_MAX_BYTES)
		return fail(ctx, ERR_INVALID, "a model's name has 1 to %d bytes", NAME_MAX_BYTES);
	*out = (struct embedder){ .provider = provider, .model = c->model, .dimensions = c->dimensions,
				  .asks_dimensions = c->dimensions > 0, .created_at = now_us() };
	if (is_builtin(c))
		return check_builtin(ctx, c);
	TRY(check_server(ctx, info, c));
	out->base_url = provider_url(c->base_url.p ? c->base_url : str_of(info->base_url));
	return OK;
}

/* -- in use already? ----------------------------------------------------------------------------- */

/* Dimensions that nobody asked for are known once the model was asked. */
static bool same_model(const struct embedder *wanted, const struct embedder *row)
{
	return str_eq(wanted->provider, row->provider) && str_eq(wanted->model, row->model) &&
	       str_eq(wanted->base_url, row->base_url) && wanted->asks_dimensions == row->asks_dimensions &&
	       (wanted->dimensions == 0 || wanted->dimensions == row->dimensions);
}

struct in_use {
	struct embedder current, next;
	bool changing;                       /* there is a next one */
};

static enum err read_in_use(struct ctx *ctx, struct in_use *out)
{
	enum err e;

	TRY(embedders_current(ctx, &out->current));
	e = embedders_next(ctx, &out->next);
	out->changing = e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

/* NULL: it is not. */
static const struct embedder *find_in_use(const struct in_use *in_use, const struct embedder *wanted)
{
	if (same_model(wanted, &in_use->current))
		return &in_use->current;
	return in_use->changing && same_model(wanted, &in_use->next) ? &in_use->next : NULL;
}

/* -- asking it for an embedding ------------------------------------------------------------------ */

struct change {
	struct embedder wanted;
	struct str key;                      /* absent: none */
};

/* A key that was not given is the one it is used with. */
static enum err find_key(struct ctx *ctx, struct change *c)
{
	const struct embedder *row;
	struct embedding_model model;
	struct in_use in_use;

	TRY(read_in_use(ctx, &in_use));
	row = find_in_use(&in_use, &c->wanted);
	if (c->key.p || !row)
		return OK;
	TRY(embedding_open(ctx, row, &model));
	c->key = model.key;
	return OK;
}

static enum err measure(struct ctx *ctx, struct change *c)
{
	struct embedding_model model;
	size_t dimensions;

	TRY(embedding_open(ctx, &c->wanted, &model));
	model.key = c->key;
	TRY(embed_measure(ctx, &model, &dimensions));
	c->wanted.dimensions = (int64_t)dimensions;
	return OK;
}

/* -- writing it down ----------------------------------------------------------------------------- */

static enum err store_key(struct ctx *ctx, struct db_tx *tx, int64_t id, struct str key)
{
	struct secret_row bound = key_row(ctx, id);

	return key.p ? embedders_set_key(ctx, tx, id, secret_seal(ctx, &bound, key)) : OK;
}

static enum err drop_next(struct ctx *ctx, struct db_tx *tx, const struct in_use *in_use)
{
	return in_use->changing ? embedders_move(ctx, tx, in_use->next.id, EMBEDDER_NEXT, EMBEDDER_LEAVING) : OK;
}

static enum err use_again(struct ctx *ctx, struct db_tx *tx, const struct in_use *in_use, const struct embedder *row,
			  struct str key)
{
	TRY(store_key(ctx, tx, row->id, key));
	if (row == &in_use->current)
		return drop_next(ctx, tx, in_use);
	return embedders_set_error(ctx, tx, row->id, (struct str){ NULL, 0 });
}

static enum err use_new(struct ctx *ctx, struct db_tx *tx, const struct in_use *in_use, const struct change *c)
{
	struct embedder row = c->wanted;
	int64_t chunks, embedded;

	TRY(drop_next(ctx, tx, in_use));
	TRY(vectors_count(ctx, in_use->current.id, &chunks, &embedded));
	if (chunks == 0)
		TRY(embedders_move(ctx, tx, in_use->current.id, EMBEDDER_CURRENT, EMBEDDER_LEAVING));
	row.state = chunks == 0 ? EMBEDDER_CURRENT : EMBEDDER_NEXT;
	TRY(embedders_insert(ctx, tx, &row, &row.id));
	return store_key(ctx, tx, row.id, c->key);
}

static enum err record(struct ctx *ctx, struct db_tx *tx, const char *kind, const struct embedder *row)
{
	return audit_add_everywhere(ctx, tx, &(struct audit){
		.kind = kind, .target_type = "embedding_model", .target_id = row->model,
		.payload = AUDIT_PAYLOAD({ S("provider"), AUDIT_TEXT(row->provider) }) });
}

static enum err write_choice(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct change *c = arg;
	const struct embedder *row;
	struct in_use in_use;

	TRY(read_in_use(ctx, &in_use));
	row = find_in_use(&in_use, &c->wanted);
	TRY(row ? use_again(ctx, tx, &in_use, row, c->key) : use_new(ctx, tx, &in_use, c));
	return record(ctx, tx, "embedding.model_chosen", &c->wanted);
}

enum err embedding_use(struct ctx *ctx, const struct embedding_choice *choice)
{
	struct change c = { .key = choice->key };

	TRY(row_of(ctx, choice, &c.wanted));
	TRY(find_key(ctx, &c));
	TRY(measure(ctx, &c));
	return db_write(ctx, write_choice, &c);
}

static enum err write_cancel(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct in_use in_use;

	TRY(read_in_use(ctx, &in_use));
	if (!in_use.changing)
		return fail(ctx, ERR_NOT_FOUND, "no change of embedding model is under way");
	TRY(drop_next(ctx, tx, &in_use));
	return record(ctx, tx, "embedding.change_cancelled", &in_use.next);
}

enum err embedding_cancel(struct ctx *ctx)
{
	return db_write(ctx, write_cancel, NULL);
}
