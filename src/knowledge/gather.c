/* knowledge/gather.c: each kind of element by its own way to a document.
 *
 * Pages are fetched several at a time, since that is waiting for others. Documents are read one
 * after the other: that is work, for which the machine has few cores, and one request is not to
 * take them all.
 */
#include "knowledge/gather.h"

#include "knowledge/web.h"

struct gathering {
	struct ctx *ctx;
	const struct progress *progress;
	struct ingest_source *sources;
	size_t n, n_failed;
	int64_t bytes;                       /* of text so far */
};

/* -- what befalls one element ---------------------------------------------------------------------- */

static struct progress_item item_of(struct ctx *ctx, const char *list, size_t index, struct str name)
{
	return (struct progress_item){ list, index, name, path_index(ctx, path_name(ctx, NULL, list), index) };
}

static void refuse(struct gathering *g, const struct progress_item *item, struct str why)
{
	issue_add(g->ctx, item->path, "ingest_failed", "%.*s", STR(why));
	g->n_failed++;
}

static int64_t text_bytes(const struct document *document)
{
	int64_t n = 0;

	for (size_t i = 0; i < document->parts.n; i++) {
		const struct document_part *part = LIST_AT(document->parts, struct document_part, i);

		n += (int64_t)(part->text.n + part->context.n);
	}
	return n;
}

static enum err check_size(const struct gathering *g, const struct document *document)
{
	if (text_bytes(document) > GATHERED_TEXT_MAX - g->bytes)
		return fail(g->ctx, ERR_INVALID, "with what comes before it, this is more text than one request may bring");
	return OK;
}

static void accept(struct gathering *g, const struct ingest_source *source)
{
	int64_t n = text_bytes(&source->document);

	g->bytes += n;
	g->sources[g->n++] = *source;
	progress_tell(g->progress, PROGRESS_EXTRACTED, &source->item, n);
}

static bool still_wanted(void *arg)
{
	const struct gathering *g = arg;

	return progress_wanted(g->progress);
}

static enum err check_wanted(const struct gathering *g)
{
	return progress_wanted(g->progress) ? OK : fail(g->ctx, ERR_GONE, "the client went away");
}

static enum err read_document(struct gathering *g, const struct extract_job *job, struct document *out)
{
	TRY(extract_run(g->ctx, job, out));
	return check_size(g, out);
}

/* Reads the document and keeps it. An error is none of the document's own. */
static enum err extract(struct gathering *g, struct extract_job *job, struct ingest_source *source)
{
	struct arena_mark before = arena_mark(g->ctx->mem);
	enum err e;

	TRY(check_wanted(g));
	job->go_on = still_wanted;
	job->arg = g;
	e = read_document(g, job, &source->document);
	if (e == OK)
		accept(g, source);
	if (e != ERR_INVALID)
		return e;
	/* Fifty small pages could hold 32 MiB of text each: what is refused is not kept. */
	arena_rewind(&before);
	refuse(g, &source->item, str_of(g->ctx->why));
	return OK;
}

/* -- texts --------------------------------------------------------------------------------------- */

static void gather_text(struct gathering *g, struct str text, size_t index)
{
	struct document_part *part = NEW(g->ctx->mem, struct document_part);
	struct ingest_source source = {
		.kind = "text", .document = { .parts = { part, 1 } },
		.item = item_of(g->ctx, "content", index, (struct str){ NULL, 0 }),
	};

	part->text = text;
	if (check_size(g, &source.document) == OK)
		accept(g, &source);
	else
		refuse(g, &source.item, str_of(g->ctx->why));
}

/* -- web pages ----------------------------------------------------------------------------------- */

struct fetching {
	struct gathering *gathering;
	const struct web_page *pages;
	const struct progress_item *items;   /* of each page */
};

static void page_fetched(void *arg, const struct web_page *page)
{
	const struct fetching *f = arg;

	if (page->error == OK)
		progress_tell(f->gathering->progress, PROGRESS_FETCHED, &f->items[page - f->pages],
			      (int64_t)page->bytes.n);
}

static bool pages_wanted(void *arg)
{
	const struct fetching *f = arg;

	return still_wanted(f->gathering);
}

static enum err gather_page(struct gathering *g, const struct web_page *page, const struct progress_item *item)
{
	struct extract_job job = { .kind = page->kind, .bytes = page->bytes, .charset = page->charset };
	struct ingest_source source = { .kind = "website", .format = page->kind, .url = page->url, .item = *item };

	if (page->error == OK)
		return extract(g, &job, &source);
	refuse(g, item, page->why);
	return OK;
}

static enum err gather_pages(struct gathering *g, const struct list *urls)
{
	struct web_page *pages = arena_array(g->ctx->mem, urls->n, sizeof(*pages));
	struct progress_item *items = arena_array(g->ctx->mem, urls->n, sizeof(*items));
	struct fetching fetching = { g, pages, items };
	struct web_watch watch = { .done = page_fetched, .go_on = pages_wanted, .arg = &fetching };

	if (urls->n == 0)
		return OK;
	for (size_t i = 0; i < urls->n; i++) {
		pages[i].url = *LIST_AT(*urls, struct str, i);
		items[i] = item_of(g->ctx, "urls", i, pages[i].url);
	}
	web_fetch(g->ctx, pages, urls->n, &watch);
	TRY(check_wanted(g));
	for (size_t i = 0; i < urls->n; i++)
		TRY(gather_page(g, &pages[i], &items[i]));
	return OK;
}

/* -- files --------------------------------------------------------------------------------------- */

static enum err gather_file(struct gathering *g, const struct material_file *file, size_t index)
{
	const char *why = NULL;
	struct ingest_source source = { .kind = "file", .file_name = document_base_name(g->ctx->mem, file->name) };
	struct extract_job job = { .bytes = file->bytes };

	source.item = item_of(g->ctx, "files", index, source.file_name);
	source.format = job.kind = document_kind_of_file(source.file_name, file->bytes, &why);
	if (source.format != DOCUMENT_UNKNOWN)
		return extract(g, &job, &source);
	refuse(g, &source.item, str_of(why));
	return OK;
}

/* -- all of it ----------------------------------------------------------------------------------- */

static enum err gather_all(struct gathering *g, const struct material *material)
{
	for (size_t i = 0; i < material->texts.n; i++)
		gather_text(g, *LIST_AT(material->texts, struct str, i), i);
	TRY(gather_pages(g, &material->urls));
	for (size_t i = 0; i < material->files.n; i++)
		TRY(gather_file(g, LIST_AT(material->files, struct material_file, i), i));
	return OK;
}

enum err knowledge_gather(struct ctx *ctx, const struct material *material, const struct progress *progress,
			  struct list *out)
{
	size_t n = material->texts.n + material->urls.n + material->files.n;
	struct gathering g = { .ctx = ctx, .progress = progress,
			       .sources = arena_array(ctx->mem, n, sizeof(*g.sources)) };

	TRY(gather_all(&g, material));
	if (g.n_failed)
		return fail(ctx, ERR_INVALID, "%zu of %zu items could not be read; nothing was stored", g.n_failed, n);
	*out = (struct list){ g.sources, g.n };
	return OK;
}
