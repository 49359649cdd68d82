/* knowledge/ingest.c: cut, embed, turn round, store.
 *
 * All sources are cut before anything is embedded: then the number of chunks is known, and the
 * vectors, which are most of the memory, get room of the right size. Everything that takes time
 * is done before the first transaction, so that transactions have nothing left to do but insert.
 */
#include "knowledge/ingest.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "knowledge/passage.h"
#include "store/embedders.h"
#include "store/kb_hidden.h"

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
		out->items[out->n] = (struct kb_chunk){
			.id = uuid_new(ctx->mem), .workspace_id = content->workspace_id, .content_id = content->id,
			.seq = (int64_t)out->n, .index = content->chunks, .text = passage.text, .created_at = content->created_at,
			.metadata = metadata_of(ctx->mem, source, &passage, content->chunks),
		};
		out->n++;
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
		contents[i].first_seq = (int64_t)chunks.n;
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

struct words_list {
	struct ingest_words *items;
	size_t n, cap;
};

static void add_rows(struct arena *mem, struct words_list *out, const struct kb_content *content,
		     const struct list *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		out->items = arena_more(mem, out->items, out->n, &out->cap, sizeof(*out->items));
		out->items[out->n++] = (struct ingest_words){ content, *LIST_AT(*rows, struct kb_bucket, i) };
	}
}

static int by_bucket(const void *a_, const void *b_)
{
	const struct ingest_words *a = a_, *b = b_;

	if (a->row.number != b->row.number)
		return a->row.number < b->row.number ? -1 : 1;
	return (a->content->first_seq > b->content->first_seq) - (a->content->first_seq < b->content->first_seq);
}

static void read_words(struct ctx *ctx, const struct str *texts, struct ingest *in)
{
	AUTO(word_reader_fini) struct word_reader reader;
	AUTO(arena_fini) struct arena scratch;
	struct words_list all = {0};

	arena_init(&scratch, 0);
	word_reader_init(&reader, S(""));
	for (size_t i = 0; i < in->contents.n; i++) {
		const struct kb_content *content = LIST_AT(in->contents, struct kb_content, i);
		struct kb_words words;
		struct list rows;

		words_of(&scratch, &reader, texts + content->first_seq, (size_t)content->chunks, &words);
		words_pack(ctx->mem, &words, &rows);
		add_rows(ctx->mem, &all, content, &rows);
		arena_reset(&scratch);
	}
	if (in->contents.n > 1)
		qsort(all.items, all.n, sizeof(*all.items), by_bucket);
	in->words = (struct list){ all.items, all.n };
}

/* -- sizes --------------------------------------------------------------------------------------- */

/* What the store adds to a row: columns, and entries of indexes. */
enum { CHUNK_BYTES = 400, WORDS_BYTES = 100 };

static size_t chunk_bytes(const struct kb_chunk *c)
{
	return c->dimensions * sizeof(*c->vector) + c->text.n + c->metadata.n + CHUNK_BYTES;
}

static size_t words_bytes(const struct ingest_words *w)
{
	return w->row.words.n + WORDS_BYTES;
}

static size_t bytes_of(const struct ingest *in)
{
	size_t bytes = 0;

	for (size_t i = 0; i < in->chunks.n; i++)
		bytes += chunk_bytes(LIST_AT(in->chunks, struct kb_chunk, i));
	for (size_t i = 0; i < in->words.n; i++)
		bytes += words_bytes(LIST_AT(in->words, struct ingest_words, i));
	return bytes;
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
	out->at.bytes = bytes_of(out);
	return OK;
}

void ingest_fini(struct ingest *in)
{
	scratch_close(&in->vectors);
}

/* -- storing ------------------------------------------------------------------------------------- */

/* A transaction of so much keeps others waiting for a hundredth of a second; with less, commits would be most of
 * the work. */
enum { STEP_BYTES = 256 << 10 };

/* Whoever stores is given up for dead then; the longest takes a tenth of it. */
#define STAGED_US (INT64_C(15) * 60 * 1000 * 1000)

struct step {
	struct str knowledge_base_id;
	const struct ingest *in;
	struct ingest_place at;
};

/* The contents' own rows, which nobody sees yet, and numbers for all chunks. */
static enum err begin(struct ctx *ctx, struct db_tx *tx, struct step *s)
{
	int64_t until = now_us() + STAGED_US;

	TRY(words_lexicon(ctx, tx, ctx->actor.workspace_id, s->knowledge_base_id, &s->at.lexicon_id));
	TRY(chunks_number(ctx, tx, (int64_t)s->in->chunks.n, &s->at.first_seq));
	for (size_t i = 0; i < s->in->contents.n; i++) {
		struct kb_content content = *LIST_AT(s->in->contents, struct kb_content, i);

		content.first_seq += s->at.first_seq;
		content.lexicon_id = s->at.lexicon_id;
		content.staged_until = until;
		TRY(contents_insert(ctx, tx, &content));
	}
	s->at.begun = true;
	return OK;
}

static enum err store_chunk(struct ctx *ctx, struct db_tx *tx, struct step *s)
{
	struct kb_chunk chunk = *LIST_AT(s->in->chunks, struct kb_chunk, s->at.n_chunks);

	chunk.knowledge_base_id = s->knowledge_base_id;
	chunk.seq += s->at.first_seq;
	TRY(chunks_insert(ctx, tx, &chunk));
	s->at.bytes -= chunk_bytes(&chunk);
	s->at.n_chunks++;
	return OK;
}

static enum err store_words(struct ctx *ctx, struct db_tx *tx, struct step *s)
{
	const struct ingest_words *w = LIST_AT(s->in->words, struct ingest_words, s->at.n_words);

	TRY(words_insert(ctx, tx, s->at.lexicon_id, s->at.first_seq + w->content->first_seq, &w->row));
	s->at.bytes -= words_bytes(w);
	s->at.n_words++;
	return OK;
}

/* Until no more than `left` bytes are left. */
static enum err store_to(struct ctx *ctx, struct db_tx *tx, struct step *s, size_t left)
{
	if (!s->at.begun)
		TRY(begin(ctx, tx, s));
	while (s->at.bytes > left)
		TRY(s->at.n_chunks < s->in->chunks.n ? store_chunk(ctx, tx, s) : store_words(ctx, tx, s));
	return OK;
}

static enum err store_step(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct step *s = arg;

	return store_to(ctx, tx, s, s->at.bytes - STEP_BYTES);
}

static enum err stage(struct ctx *ctx, struct str knowledge_base_id, const struct progress *progress,
		      struct ingest *in)
{
	while (in->at.bytes > STEP_BYTES) {
		struct step step = { knowledge_base_id, in, in->at };

		if (!progress_wanted(progress))
			return fail(ctx, ERR_GONE, "the client went away");
		TRY(db_write(ctx, store_step, &step));
		in->at = step.at;
	}
	return OK;
}

/* The caller's hook belongs to the transaction that makes the contents part of the base. */
enum err ingest_stage(struct ctx *ctx, struct str knowledge_base_id, const struct progress *progress,
		      struct ingest *in)
{
	struct tx_hook hook = ctx->before_commit;
	enum err e;

	ctx->before_commit = (struct tx_hook){ NULL, NULL };
	e = stage(ctx, knowledge_base_id, progress, in);
	ctx->before_commit = hook;
	return e;
}

static enum err give_up(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct ingest *in = arg;

	for (size_t i = 0; i < in->contents.n; i++)
		TRY(contents_give_up(ctx, tx, ctx->actor.workspace_id,
				     LIST_AT(in->contents, struct kb_content, i)->id));
	return OK;
}

void ingest_give_up(struct ctx *ctx, const struct ingest *in)
{
	struct ctx own = { .mem = ctx->mem, .actor = ctx->actor, .db = ctx->db };

	/* Where that fails, too, its time will pass. */
	if (in->at.begun && db_write(&own, give_up, (void *)in) != OK)
		log_warn("ingest.give_up", kv_z("why", own.why));
}

static enum err show(struct ctx *ctx, struct db_tx *tx, struct str knowledge_base_id, const struct list *contents)
{
	for (size_t i = 0; i < contents->n; i++)
		TRY(contents_show(ctx, tx, ctx->actor.workspace_id, knowledge_base_id,
				  LIST_AT(*contents, struct kb_content, i)->id));
	return OK;
}

enum err ingest_store(struct ctx *ctx, struct db_tx *tx, struct str knowledge_base_id, const struct ingest *in)
{
	struct step rest = { knowledge_base_id, in, in->at };

	if (in->contents.n == 0)
		return OK;
	/* First of all: this is where it shows that another model has become current. */
	TRY(embedders_charge(ctx, tx, in->embedder_id, EMBEDDER_CURRENT, in->tokens));
	TRY(store_to(ctx, tx, &rest, 0));
	return show(ctx, tx, knowledge_base_id, &in->contents);
}
