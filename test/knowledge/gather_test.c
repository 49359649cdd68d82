/* test/knowledge/gather_test.c: texts, pages of a server on loopback, and files, on their way to documents. */
#include "../extract/child.h"
#include "../http/far.h"

#include "http/client.h"
#include "knowledge/gather.h"

/* -- what most tests need ------------------------------------------------------------------------ */

static const struct extractor NO_ROWS[] = { { .name = NULL } };

static struct far *far;

static void serve_page(struct visit *v)
{
	far_answer(v, "200 OK", "Content-Type: text/html\r\n",
		   S("<title>Harbour</title><nav>Menu</nav><h1>Times</h1><p>It closes at night.</p>"));
}

static void serve_plain(struct visit *v)
{
	far_answer(v, "200 OK", "Content-Type: text/plain; charset=iso-8859-1\r\n", S("Caf\xE9"));
}

static void serve_blank(struct visit *v)
{
	far_answer(v, "200 OK", "Content-Type: text/html\r\n", S("<title>Nothing</title><p> </p>"));
}

static void serve_nothing(struct visit *v)
{
	far_await_end(v);
}

static const struct far_page PAGES[] = {
	{ "/page", serve_page }, { "/plain", serve_plain }, { "/blank", serve_blank }, { "/silent", serve_nothing },
	{ NULL, NULL },
};

struct desk {
	struct arena mem;
	struct ctx ctx;
	struct buf told;                     /* "fetched urls[0] 82; " */
	size_t n_told, leaves_after;         /* who waits leaves when so much has been told */
};

static int desk_set_up(void **state)
{
	struct desk *d = xcalloc(1, sizeof(*d));

	arena_init(&d->mem, 0);
	d->ctx.mem = d->told.mem = &d->mem;
	d->ctx.issues = NEW(&d->mem, struct issues);
	d->leaves_after = SIZE_MAX;
	*state = d;
	return 0;
}

static int desk_tear_down(void **state)
{
	struct desk *d = *state;

	arena_fini(&d->mem);
	free(d);
	return 0;
}

static void tell(void *arg, enum progress_stage stage, const struct progress_item *item, int64_t n)
{
	struct desk *d = arg;

	buf_printf(&d->told, "%s %s[%zu]%s%.*s %lld; ", progress_stage_name(stage), item->list, item->index,
		   item->name.p ? " " : "", STR(item->name), (long long)n);
	d->n_told++;
}

static bool wanted(void *arg)
{
	const struct desk *d = arg;

	return d->n_told < d->leaves_after;
}

static enum err gather(struct desk *d, struct material material, struct list *out)
{
	struct progress progress = { tell, wanted, d };

	return knowledge_gather(&d->ctx, &material, &progress, out);
}

static struct str url(struct desk *d, const char *path)
{
	return arena_printf(&d->mem, "http://127.0.0.1:%d%s", far->port, path);
}

/* The i-th issue is an ingest_failed at list[index] that contains the text. */
static void assert_issue(struct desk *d, size_t i, const char *list, size_t index, const char *text)
{
	const struct issue *issue = &d->ctx.issues->items[i];

	assert_true(i < d->ctx.issues->n);
	assert_string_equal(issue->code, "ingest_failed");
	assert_int_equal(issue->path->index, index);
	assert_str(issue->path->up->name, list);
	if (str_find(issue->message, str_of(text)) < 0)
		print_error("\"%.*s\" does not tell of \"%s\"\n", STR(issue->message), text);
	assert_true(str_find(issue->message, str_of(text)) >= 0);
}

static const struct ingest_source *source(const struct list *sources, size_t i)
{
	return LIST_AT(*sources, struct ingest_source, i);
}

static const struct document_part *part(const struct list *sources, size_t i, size_t k)
{
	return LIST_AT(source(sources, i)->document.parts, struct document_part, k);
}

#define GATHERING(test) cmocka_unit_test_setup_teardown(test, desk_set_up, desk_tear_down)

/* -- tests --------------------------------------------------------------------------------------- */

static void texts_are_taken_as_they_are(void **state)
{
	struct desk *d = *state;
	struct str texts[] = { S("One."), S("Two.") };
	struct list sources;

	assert_int_equal(gather(d, (struct material){ .texts = { texts, 2 } }, &sources), OK);
	assert_int_equal(sources.n, 2);
	assert_string_equal(source(&sources, 1)->kind, "text");
	assert_int_equal(source(&sources, 1)->format, DOCUMENT_UNKNOWN);
	assert_str(part(&sources, 1, 0)->text, "Two.");
	assert_str(buf_view(&d->told), "extracted content[0] 4; extracted content[1] 4; ");
}

static void nothing_is_nothing(void **state)
{
	struct desk *d = *state;
	struct list sources;

	assert_int_equal(knowledge_gather(&d->ctx, &(struct material){0}, NULL, &sources), OK);
	assert_int_equal(sources.n, 0);
}

static void pages_are_fetched_and_their_text_is_read(void **state)
{
	struct desk *d = *state;
	struct str urls[] = { url(d, "/page"), url(d, "/plain") };
	struct list sources;

	assert_int_equal(gather(d, (struct material){ .urls = { urls, 2 } }, &sources), OK);
	assert_int_equal(sources.n, 2);
	assert_string_equal(source(&sources, 0)->kind, "website");
	assert_int_equal(source(&sources, 0)->format, DOCUMENT_HTML);
	assert_true(str_eq(source(&sources, 0)->url, urls[0]));
	assert_str(source(&sources, 0)->document.title, "Harbour");
	assert_str(part(&sources, 0, 0)->context, "Times");
	assert_str(str_trim(part(&sources, 0, 0)->text), "It closes at night.");
	assert_int_equal(source(&sources, 1)->format, DOCUMENT_TEXT);
	assert_str(part(&sources, 1, 0)->text, "Caf\u00E9");
	assert_true(str_find(buf_view(&d->told), arena_printf(&d->mem, "fetched urls[0] %.*s ", STR(urls[0]))) >= 0);
	assert_true(str_find(buf_view(&d->told), arena_printf(&d->mem, "extracted urls[1] %.*s 5; ", STR(urls[1]))) >= 0);
}

static void files_are_read_by_their_kind(void **state)
{
	struct desk *d = *state;
	struct material_file files[] = {
		{ S("../secret/notes.md"), S("# Guide\n\nTurn it on.\n") }, { S("C:\\prices.CSV"), S("a,b\n1,2\n") },
	};
	struct list sources;

	assert_int_equal(gather(d, (struct material){ .files = { files, 2 } }, &sources), OK);
	assert_int_equal(sources.n, 2);
	assert_string_equal(source(&sources, 0)->kind, "file");
	assert_int_equal(source(&sources, 0)->format, DOCUMENT_MARKDOWN);
	assert_str(source(&sources, 0)->file_name, "notes.md");
	assert_str(part(&sources, 0, 0)->context, "Guide");
	assert_int_equal(source(&sources, 1)->format, DOCUMENT_CSV);
	assert_str(source(&sources, 1)->file_name, "prices.CSV");
	assert_true(str_starts(buf_view(&d->told), S("extracted files[0] notes.md ")));
}

static void every_element_that_fails_is_named_and_the_others_are_tried(void **state)
{
	struct desk *d = *state;
	struct str texts[] = { S("Fine.") };
	struct str urls[] = { url(d, "/gone"), url(d, "/plain"), S("http://192.168.0.1:1/") };
	struct material_file files[] = {
		{ S("run.exe"), S("MZ") }, { S("a.txt"), S("Fine.") }, { S("b.pdf"), S("no such thing") },
		{ S("c.docx"), S("PK\x03\x04 word/document.xml, but torn") },
	};
	struct material material = { { texts, 1 }, { urls, 3 }, { files, 4 } };
	struct list sources;

	log_setup(LOG_OFF, LOG_TEXT);
	assert_int_equal(gather(d, material, &sources), ERR_INVALID);
	assert_int_equal(d->ctx.issues->n, 5);
	assert_issue(d, 0, "urls", 0, "404");
	assert_issue(d, 1, "urls", 2, "not allowed");
	assert_issue(d, 2, "files", 0, "");
	assert_issue(d, 3, "files", 2, "");
	assert_issue(d, 4, "files", 3, "");
	assert_non_null(strstr(d->ctx.why, "5 of 8 items"));
	assert_true(str_find(buf_view(&d->told), S("extracted files[1] a.txt 5; ")) > 0);
}

/* What it means that there is none is not this file's business. */
static void a_page_without_text_is_a_document_without_text(void **state)
{
	struct desk *d = *state;
	struct str urls[] = { url(d, "/blank") };
	struct list sources;

	assert_int_equal(gather(d, (struct material){ .urls = { urls, 1 } }, &sources), OK);
	for (size_t i = 0; i < source(&sources, 0)->document.parts.n; i++)
		assert_int_equal(str_trim(part(&sources, 0, i)->text).n, 0);
}

static void more_text_than_a_request_may_bring_is_refused_where_it_becomes_too_much(void **state)
{
	enum { PIECE = GATHERED_TEXT_MAX / 4 };
	struct desk *d = *state;
	struct str piece = { memset(xmalloc(PIECE), 'a', PIECE), PIECE };
	struct str texts[] = { piece, piece, piece, piece, S("b"), S("c") };
	struct material_file file = { S("d.txt"), S("d") };
	struct list sources;

	assert_int_equal(gather(d, (struct material){ .texts = { texts, 4 } }, &sources), OK);
	assert_int_equal(gather(d, (struct material){ .texts = { texts, 6 }, .files = { &file, 1 } }, &sources),
			 ERR_INVALID);
	assert_int_equal(d->ctx.issues->n, 3);
	assert_issue(d, 0, "content", 4, "more text than one request may bring");
	assert_issue(d, 1, "content", 5, "more text than one request may bring");
	assert_issue(d, 2, "files", 0, "more text than one request may bring");
	free((char *)piece.p);
}

static void nothing_is_read_for_a_client_that_has_left(void **state)
{
	struct desk *d = *state;
	struct material_file files[] = { { S("a.txt"), S("One.") }, { S("b.txt"), S("Two.") } };
	struct list sources;

	d->leaves_after = 1;
	assert_int_equal(gather(d, (struct material){ .files = { files, 2 } }, &sources), ERR_GONE);
	assert_str(buf_view(&d->told), "extracted files[0] a.txt 4; ");
	assert_int_equal(d->ctx.issues->n, 0);
}

static void no_page_is_waited_for_when_nobody_waits_for_it(void **state)
{
	struct desk *d = *state;
	struct str urls[] = { url(d, "/silent"), url(d, "/plain"), url(d, "/silent") };
	struct list sources;

	d->leaves_after = 1;
	assert_int_equal(gather(d, (struct material){ .urls = { urls, 3 } }, &sources), ERR_GONE);
	assert_int_equal(str_find(buf_view(&d->told), S("fetched urls[1]")), 0);
	assert_int_equal(d->ctx.issues->n, 0);
}

static int start_far(void **state)
{
	struct ctx ctx = {0};

	(void)state;
	far = far_new(PAGES, NULL);
	return http_client_setup(&ctx, S("127.0.0.0/8")) == OK ? 0 : -1;
}

static int stop_far(void **state)
{
	(void)state;
	far_free(&far);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		GATHERING(texts_are_taken_as_they_are),
		GATHERING(nothing_is_nothing),
		GATHERING(pages_are_fetched_and_their_text_is_read),
		GATHERING(files_are_read_by_their_kind),
		GATHERING(every_element_that_fails_is_named_and_the_others_are_tried),
		GATHERING(a_page_without_text_is_a_document_without_text),
		GATHERING(more_text_than_a_request_may_bring_is_refused_where_it_becomes_too_much),
		GATHERING(nothing_is_read_for_a_client_that_has_left),
		GATHERING(no_page_is_waited_for_when_nobody_waits_for_it),
	};

	extract_main(argc, argv, NO_ROWS);
	return cmocka_run_group_tests(tests, start_far, stop_far);
}
