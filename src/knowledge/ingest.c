/* knowledge/ingest.c: normalise, cut, embed, store.
 *
 * All sources are cut before anything is embedded: then the number of chunks is known, and the
 * vectors, which are most of the memory, lie in one allocation of the right size.
 */
#include "knowledge/ingest.h"

#include "base/clock.h"
#include "base/id.h"
#include "knowledge/chunk.h"
#include "knowledge/embedder.h"

/* -- cutting ------------------------------------------------------------------------------------- */

static void write_member(struct json_writer *w, const char *key, struct str value)
{
	if (!value.p)
		return;
	jw_key(w, key);
	jw_str(w, value);
}

/* What a search hit tells about its origin (workspace contract I-3). */
static struct str metadata_of(struct arena *mem, const struct ingest_source *source, int64_t chunk_index)
{
	struct buf text = { .mem = mem };
	struct json_writer w = { .out = &text };

	jw_object(&w);
	jw_key(&w, "chunkIndex");
	jw_int(&w, chunk_index);
	write_member(&w, "source", str_of(source->kind));
	write_member(&w, "url", source->url);
	write_member(&w, "title", source->title);
	write_member(&w, "fileName", source->file_name);
	write_member(&w, "mimeType", source->mime_type);
	jw_end(&w);
	return buf_view(&text);
}

/* Sizes are those of the text that came, not of its normal form. */
static struct kb_content content_of(struct ctx *ctx, const struct ingest_source *source, int64_t now)
{
	return (struct kb_content){
		.id = uuid_new(ctx->mem), .workspace_id = ctx->actor.workspace_id, .source = str_of(source->kind),
		.title = source->title, .url = source->url, .file_name = source->file_name,
		.mime_type = source->mime_type, .bytes = (int64_t)source->text.n,
		.words = (int64_t)text_words(source->text), .created_at = now,
	};
}

struct chunks {
	struct kb_chunk *items;
	size_t n, cap;
};

/* False: the source holds no text. */
static bool cut(struct ctx *ctx, const struct ingest_source *source, struct kb_content *content, struct chunks *out)
{
	struct chunker chunker = chunker_on(text_normalise(ctx->mem, source->text), CHUNK_SIZES);
	struct str text;

	while (chunk_next(&chunker, &text)) {
		out->items = arena_more(ctx->mem, out->items, out->n, &out->cap, sizeof(*out->items));
		out->items[out->n++] = (struct kb_chunk){
			.id = uuid_new(ctx->mem), .workspace_id = content->workspace_id, .content_id = content->id,
			.index = content->chunks, .text = text, .created_at = content->created_at,
			.metadata = metadata_of(ctx->mem, source, content->chunks),
		};
		content->chunks++;
	}
	return content->chunks > 0;
}

/* -- embedding ----------------------------------------------------------------------------------- */

static void embed(struct ctx *ctx, const struct chunks *chunks)
{
	float (*vectors)[EMBEDDING_DIMENSIONS] = arena_array(ctx->mem, chunks->n, sizeof(*vectors));

	for (size_t i = 0; i < chunks->n; i++) {
		embed_text(chunks->items[i].text, vectors[i]);
		chunks->items[i].model = str_of(embedder_info()->model);
		chunks->items[i].dimensions = EMBEDDING_DIMENSIONS;
		chunks->items[i].vector = vectors[i];
	}
}

/* -- all together -------------------------------------------------------------------------------- */

static void add_size(struct content_size *size, const struct kb_content *c)
{
	size->bytes += c->bytes;
	size->words += c->words;
	size->chunks += c->chunks;
	size->files += str_is(c->source, "file");
	size->pages += str_is(c->source, "website");
}

enum err ingest_prepare(struct ctx *ctx, const struct ingest_source *sources, size_t n, struct ingest *out)
{
	struct kb_content *contents = arena_array(ctx->mem, n, sizeof(*contents));
	struct chunks chunks = {0};
	struct content_size size = {0};
	int64_t now = now_us();
	size_t failed = 0;

	for (size_t i = 0; i < n; i++) {
		contents[i] = content_of(ctx, &sources[i], now);
		if (!cut(ctx, &sources[i], &contents[i], &chunks)) {
			issue_add(ctx, sources[i].path, "ingest_failed", "there is no text in it");
			failed++;
		}
		add_size(&size, &contents[i]);
	}
	if (failed)
		return fail(ctx, ERR_INVALID, "there is no text in %zu of %zu items; nothing was stored", failed, n);
	embed(ctx, &chunks);
	*out = (struct ingest){ { contents, n }, { chunks.items, chunks.n }, size };
	return OK;
}

enum err ingest_store(struct ctx *ctx, struct db_tx *tx, struct str knowledge_base_id, const struct ingest *in)
{
	for (size_t i = 0; i < in->contents.n; i++) {
		struct kb_content content = *LIST_AT(in->contents, struct kb_content, i);

		content.knowledge_base_id = knowledge_base_id;
		TRY(contents_insert(ctx, tx, &content));
	}
	for (size_t i = 0; i < in->chunks.n; i++) {
		struct kb_chunk chunk = *LIST_AT(in->chunks, struct kb_chunk, i);

		chunk.knowledge_base_id = knowledge_base_id;
		TRY(chunks_insert(ctx, tx, &chunk));
	}
	return OK;
}
