/* knowledge/ingest.c: cut, embed, turn round, store.
 *
 * All sources are cut before anything is embedded: then the number of chunks is known, and the
 * vectors, which are most of the memory, get room of the right size. Everything that takes time
 * is done here, so that the transaction has nothing left to do but insert.
 */
#include "knowledge/ingest.h"

#include "base/clock.h"
#include "base/id.h"
#include "knowledge/passage.h"
#include "store/embedders.h"

/* -- cutting ------------------------------------------------------------------------------------- */

static void write_member(struct json_writer *w, const char *key, struct str value)
{
	if (!value.p)
		return;
	jw_key(w, key);
	jw_str(w, value);
}

static struct str media_type_of(const struct ingest_source *source)
{
	if (source->format == DOCUMENT_UNKNOWN)
		return (struct str){ NULL, 0 };
	return str_of(document_media_type(source->format));
}

/* What a search hit tells about its origin (workspace contract I-3). */
static struct str metadata_of(struct arena *mem, const struct ingest_source *source, const struct passage *passage,
			      int64_t chunk_index)
{
	struct buf text = { .mem = mem };
	struct json_writer w = { .out = &text };

	jw_object(&w);
	jw_key(&w, "chunkIndex");
	jw_int(&w, chunk_index);
	write_member(&w, "source", str_of(source->kind));
	write_member(&w, "url", source->url);
	write_member(&w, "title", source->document.title);
	write_member(&w, "fileName", source->file_name);
	write_member(&w, "mimeType", media_type_of(source));
	write_member(&w, "heading", passage->heading);
	if (passage->page) {
		jw_key(&w, "page");
		jw_int(&w, passage->page);
	}
	jw_end(&w);
	return buf_view(&text);
}

/* Sizes are those of the text that came, not of its normal form. */
static struct kb_content content_of(struct ctx *ctx, const struct ingest_source *source, int64_t now)
{
	struct kb_content c = {
		.id = uuid_new(ctx->mem), .workspace_id = ctx->actor.workspace_id, .source = str_of(source->kind),
		.title = source->document.title, .url = source->url, .file_name = source->file_name,
		.mime_type = media_type_of(source), .created_at = now,
	};

	for (size_t i = 0; i < source->document.parts.n; i++) {
		const struct document_part *part = LIST_AT(source->document.parts, struct document_part, i);

		c.bytes += (int64_t)part->text.n;
		c.words += (int64_t)text_words(part->text);
	}
	return c;
}

struct chunks {
	struct kb_chunk *items;
	size_t n, cap;
};

static enum err refuse(struct ctx *ctx, const struct ingest_source *source, const char *why)
{
	issue_add(ctx, source->item.path, "ingest_failed", "%s", why);
	return fail(ctx, ERR_INVALID, "%s; nothing was stored", why);
}

static enum err cut(struct ctx *ctx, const struct ingest_source *source, struct kb_content *content, struct chunks *out)
{
	struct passages passages = passages_of(ctx->mem, &source->document, source->format, chunk_sizes());
	struct passage passage;

	while (passage_next(&passages, &passage)) {
		if (out->n == INGEST_CHUNKS_MAX)
			return refuse(ctx, source, "this is more text than one request may bring");
		out->items = arena_more(ctx->mem, out->items, out->n, &out->cap, sizeof(*out->items));
		out->items[out->n++] = (struct kb_chunk){
			.id = uuid_new(ctx->mem), .workspace_id = content->workspace_id, .content_id = content->id,
			.index = content->chunks, .text = passage.text, .created_at = content->created_at,
			.metadata = metadata_of(ctx->mem, source, &passage, content->chunks),
		};
		content->chunks++;
	}
	return OK;
}

static void add_size(struct content_size *size, const struct kb_content *c)
{
	size->bytes += c->bytes;
	size->words += c->words;
	size->chunks += c->chunks;
	size->files += str_is(c->source, "file");
	size->pages += str_is(c->source, "website");
}

static enum err cut_all(struct ctx *ctx, const struct ingest_source *sources, size_t n, const struct progress *progress,
			struct ingest *out)
{
	struct kb_content *contents = arena_array(ctx->mem, n, sizeof(*contents));
	struct chunks chunks = {0};
	int64_t now = now_us();
	size_t failed = 0;

	for (size_t i = 0; i < n; i++) {
		contents[i] = content_of(ctx, &sources[i], now);
		TRY(cut(ctx, &sources[i], &contents[i], &chunks));
		add_size(&out->size, &contents[i]);
		progress_tell(progress, PROGRESS_CHUNKED, &sources[i].item, contents[i].chunks);
		if (contents[i].chunks > 0)
			continue;
		issue_add(ctx, sources[i].item.path, "ingest_failed", "there is no text in it");
		failed++;
	}
	if (failed)
		return fail(ctx, ERR_INVALID, "there is no text in %zu of %zu items; nothing was stored", failed, n);
	out->contents = (struct list){ contents, n };
	out->chunks = (struct list){ chunks.items, chunks.n };
	return OK;
}

/* -- embedding ----------------------------------------------------------------------------------- */

/* Turns "so many more texts are done" into "this item is done". */
struct item_watch {
	const struct progress *progress;
	const struct ingest_source *source;  /* the first that is not done */
	const struct kb_content *content;    /* of that source */
	size_t left;                         /* sources that are not done */
	int64_t done;                        /* chunks of it that are */
};

static void chunks_done(void *arg, size_t n)
{
	struct item_watch *w = arg;

	w->done += (int64_t)n;
	for (; w->left > 0 && w->done >= w->content->chunks; w->left--) {
		progress_tell(w->progress, PROGRESS_EMBEDDED, &w->source->item, w->content->chunks);
		w->done -= w->content->chunks;
		w->source++;
		w->content++;
	}
}

static struct str *texts_of(struct ctx *ctx, const struct ingest *in)
{
	struct str *texts = arena_array(ctx->mem, in->chunks.n, sizeof(*texts));

	for (size_t i = 0; i < in->chunks.n; i++)
		texts[i] = LIST_AT(in->chunks, struct kb_chunk, i)->text;
	return texts;
}

/* Gives each chunk room for its vector. */
static enum err place_vectors(struct ctx *ctx, const struct embedding_model *model, struct ingest *in)
{
	float *vectors;

	TRY(scratch_open(ctx, in->chunks.n * model->dimensions * sizeof(*vectors), &in->vectors));
	vectors = in->vectors.p;
	in->embedder_id = model->id;
	for (size_t i = 0; i < in->chunks.n; i++) {
		struct kb_chunk *chunk = LIST_AT(in->chunks, struct kb_chunk, i);

		chunk->embedder_id = model->id;
		chunk->dimensions = model->dimensions;
		chunk->vector = vectors + i * model->dimensions;
	}
	return OK;
}

static bool still_wanted(void *arg)
{
	const struct item_watch *w = arg;

	return progress_wanted(w->progress);
}

static enum err embed(struct ctx *ctx, const struct embedding_model *model, const struct str *texts,
		      const struct ingest_source *sources, const struct progress *progress, struct ingest *in)
{
	struct item_watch items = { progress, sources, in->contents.items, in->contents.n, 0 };
	struct embed_watch watch = { .done = chunks_done, .go_on = still_wanted, .arg = &items };

	return embed_texts(ctx, model, texts, in->chunks.n, &watch, in->vectors.p, &in->tokens);
}

/* To who sent the items, a provider that cannot be reached is one reason among others why they
 * cannot be taken in (workspace contract 5.3). */
static enum err tell_of_provider(struct ctx *ctx, enum err e, const struct ingest_source *sources, size_t n)
{
	struct str why;

	if (e != ERR_UPSTREAM && e != ERR_TIMEOUT)
		return e;
	why = arena_str(ctx->mem, str_of(ctx->why));
	for (size_t i = 0; i < n; i++)
		issue_add(ctx, sources[i].item.path, "ingest_failed", "%.*s", STR(why));
	return fail(ctx, ERR_INVALID, "%.*s; nothing was stored", STR(why));
}

/* -- words --------------------------------------------------------------------------------------- */

static void read_words(struct ctx *ctx, const struct str *texts, struct ingest *in)
{
	AUTO(word_reader_fini) struct word_reader reader;

	word_reader_init(&reader, S(""));
	in->words = arena_array(ctx->mem, in->contents.n, sizeof(*in->words));
	for (size_t i = 0; i < in->contents.n; i++) {
		size_t n = (size_t)LIST_AT(in->contents, struct kb_content, i)->chunks;

		words_of(ctx->mem, &reader, texts, n, &in->words[i]);
		texts += n;
	}
}

/* -- all together -------------------------------------------------------------------------------- */

enum err ingest_prepare(struct ctx *ctx, const struct embedding_model *model, const struct ingest_source *sources,
			size_t n, const struct progress *progress, struct ingest *out)
{
	const struct str *texts;

	*out = (struct ingest){0};
	TRY(cut_all(ctx, sources, n, progress, out));
	if (!progress_wanted(progress))
		return fail(ctx, ERR_GONE, "the client went away");
	TRY(place_vectors(ctx, model, out));
	texts = texts_of(ctx, out);
	TRY(tell_of_provider(ctx, embed(ctx, model, texts, sources, progress, out), sources, n));
	read_words(ctx, texts, out);
	return OK;
}

void ingest_fini(struct ingest *in)
{
	scratch_close(&in->vectors);
}

/* -- storing ------------------------------------------------------------------------------------- */

static enum err store_chunks(struct ctx *ctx, struct db_tx *tx, struct str knowledge_base_id,
			     const struct kb_chunk *chunks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct kb_chunk chunk = chunks[i];

		chunk.knowledge_base_id = knowledge_base_id;
		TRY(chunks_insert(ctx, tx, &chunk));
	}
	return OK;
}

enum err ingest_store(struct ctx *ctx, struct db_tx *tx, struct str knowledge_base_id, const struct ingest *in)
{
	const struct kb_chunk *chunks = in->chunks.items;

	if (in->contents.n == 0)
		return OK;
	/* First of all: this is where it shows that another model has become current. */
	TRY(embedders_charge(ctx, tx, in->embedder_id, EMBEDDER_CURRENT, in->tokens));
	for (size_t i = 0; i < in->contents.n; i++) {
		struct kb_content content = *LIST_AT(in->contents, struct kb_content, i);

		content.knowledge_base_id = knowledge_base_id;
		TRY(contents_insert(ctx, tx, &content));
		TRY(store_chunks(ctx, tx, knowledge_base_id, chunks, (size_t)content.chunks));
		TRY(words_insert(ctx, tx, &content, &in->words[i]));
		chunks += content.chunks;
	}
	return OK;
}
