/* extract/kind: what a name, a header and the first bytes tell. */
#include "../unit.h"

#include "base/utf8.h"
#include "extract/extract_internal.h"

/* -- tables -------------------------------------------------------------------------------------- */

static void every_kind_has_a_name_of_its_own_and_a_media_type(void **state)
{
	for (enum document_kind kind = DOCUMENT_UNKNOWN + 1; kind < N_DOCUMENT_KINDS; kind++) {
		const struct extractor *row = extractor_of(kind);

		assert_int_equal(row->kind, kind);
		assert_int_equal(document_kind_by_name(str_of(document_kind_name(kind))), kind);
		assert_non_null(strchr(document_media_type(kind), '/'));
		assert_true(!row->argv != !row->parse);
	}
	assert_int_equal(document_kind_by_name(S("exe")), DOCUMENT_UNKNOWN);
	assert_string_equal(document_kind_name(DOCUMENT_UNKNOWN), "unknown");
	assert_string_equal(document_media_type(DOCUMENT_PDF), "application/pdf");
	assert_string_equal(document_media_type(N_DOCUMENT_KINDS), "application/octet-stream");
}

/* -- files --------------------------------------------------------------------------------------- */

#define PDF   S("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
#define DOCX  S("PK\3\4\x14\0\0\0\x08\0 word/document.xml PK\1\2")
#define ZIP   S("PK\3\4\x14\0\0\0\x08\0 xl/workbook.xml PK\1\2")
#define DOC   S("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0\0\0")
#define PNG   S("\x89PNG\r\n\x1A\n\0\0\0\rIHDR")
#define UTF16 S("h\0e\0l\0l\0o\0\n\0")

static const struct file {
	const char *name;
	struct str bytes;
	enum document_kind kind;
} FILES[] = {
	{ "report.pdf",         PDF,                               DOCUMENT_PDF },
	{ "REPORT.PDF",         S("junk before\n%PDF-1.4"),        DOCUMENT_PDF },
	{ "letter.docx",        DOCX,                              DOCUMENT_DOCX },
	{ "letter.doc",         DOC,                               DOCUMENT_DOC },
	{ "notes.txt",          S("plain"),                        DOCUMENT_TEXT },
	{ "notes.txt",          S(""),                             DOCUMENT_TEXT },
	{ "notes.txt",          S("caf\xE9 au lait"),              DOCUMENT_TEXT },
	{ "notes.txt",          UTF16,                             DOCUMENT_TEXT },
	{ "notes.txt",          S("\xFE\xFF\0h\0i"),               DOCUMENT_TEXT },
	{ "table.csv",          S("a,b\n1,2\n"),                   DOCUMENT_CSV },
	{ "read.me.md",         S("# Title\n"),                    DOCUMENT_MARKDOWN },
	{ "readme.markdown",    S("# Title\n"),                    DOCUMENT_MARKDOWN },
	{ "../../etc/x.md ",    S("# Title\n"),                    DOCUMENT_MARKDOWN },
	{ "report.pdf",         S("no such header"),               DOCUMENT_UNKNOWN },
	{ "report.pdf",         DOCX,                              DOCUMENT_UNKNOWN },
	{ "letter.docx",        ZIP,                               DOCUMENT_UNKNOWN },
	{ "letter.docx",        DOC,                               DOCUMENT_UNKNOWN },
	{ "letter.doc",         DOCX,                              DOCUMENT_UNKNOWN },
	{ "letter.doc",         S("{\\rtf1 hello}"),               DOCUMENT_UNKNOWN },
	{ "notes.txt",          PNG,                               DOCUMENT_UNKNOWN },
	{ "notes.txt",          PDF,                               DOCUMENT_UNKNOWN },
	{ "table.csv",          DOCX,                              DOCUMENT_UNKNOWN },
	{ "notes.txt",          S("nul\0byte in it"),              DOCUMENT_UNKNOWN },
	{ "page.html",          S("<html>"),                       DOCUMENT_UNKNOWN },
	{ "program.exe",        S("MZ"),                           DOCUMENT_UNKNOWN },
	{ "noextension",        S("plain"),                        DOCUMENT_UNKNOWN },
	{ "pdf",                PDF,                               DOCUMENT_UNKNOWN },
	{ "x.pdf.",             PDF,                               DOCUMENT_UNKNOWN },
	{ "",                   PDF,                               DOCUMENT_UNKNOWN },
};

static void a_file_is_what_its_extension_says_and_its_bytes_bear_out(void **state)
{
	for (size_t i = 0; i < COUNT_OF(FILES); i++) {
		const char *why = NULL;
		enum document_kind kind = document_kind_of_file(str_of(FILES[i].name), FILES[i].bytes, &why);

		if (kind != FILES[i].kind)
			print_error("row %zu, %s\n", i, FILES[i].name);
		assert_int_equal(kind, FILES[i].kind);
		assert_int_equal(kind == DOCUMENT_UNKNOWN, why != NULL);
	}
}

static void the_reason_names_every_extension(void **state)
{
	const char *why;

	assert_int_equal(document_kind_of_file(S("x.exe"), S(""), &why), DOCUMENT_UNKNOWN);
	for (enum document_kind kind = DOCUMENT_UNKNOWN + 1; kind < N_DOCUMENT_KINDS; kind++)
		for (const char *const *e = extractor_of(kind)->extensions; e && *e; e++)
			assert_non_null(strstr(why, *e));
}

/* A header far inside is no header, and text is judged by how it begins. */
static void only_the_first_bytes_count(void **state)
{
	ARENA(mem);
	struct str bytes = { memset(arena_alloc(&mem, 1 << 20), 'x', 1 << 20), 1 << 20 };
	const char *why;

	memcpy((char *)bytes.p + 2000, "%PDF-1.4", 8);
	assert_int_equal(document_kind_of_file(S("x.pdf"), bytes, &why), DOCUMENT_UNKNOWN);
	((char *)bytes.p)[500000] = '\0';
	assert_int_equal(document_kind_of_file(S("x.txt"), bytes, &why), DOCUMENT_TEXT);
}

/* -- pages --------------------------------------------------------------------------------------- */

static const struct page {
	const char *content_type;
	struct str bytes;
	enum document_kind kind;
	const char *charset;
} PAGES[] = {
	{ "text/html",                             S(""),                    DOCUMENT_HTML,     NULL },
	{ "Text/HTML; Charset=UTF-8",              S(""),                    DOCUMENT_HTML,     "UTF-8" },
	{ "text/html;charset=\"koi8-r\";x=y",      S(""),                    DOCUMENT_HTML,     "koi8-r" },
	{ "text/html; x=y ; charset = latin1 ",    S(""),                    DOCUMENT_HTML,     "latin1" },
	{ "text/html; charset",                    S(""),                    DOCUMENT_HTML,     NULL },
	{ "application/xhtml+xml",                 S(""),                    DOCUMENT_HTML,     NULL },
	{ "text/plain; charset=us-ascii",          S("<html>"),              DOCUMENT_TEXT,     "us-ascii" },
	{ "text/markdown",                         S(""),                    DOCUMENT_MARKDOWN, NULL },
	{ "text/csv; header=present",              S(""),                    DOCUMENT_CSV,      NULL },
	{ "application/pdf",                       S(""),                    DOCUMENT_PDF,      NULL },
	{ "application/vnd.openxmlformats-officedocument.wordprocessingml.document", S(""), DOCUMENT_DOCX, NULL },
	{ "image/png",                             PNG,                      DOCUMENT_UNKNOWN,  NULL },
	{ "application/json",                      S("{}"),                  DOCUMENT_UNKNOWN,  NULL },
	{ "",                                      S("\n <!DOCTYPE html>"),  DOCUMENT_HTML,     NULL },
	{ "application/octet-stream",              S("\xEF\xBB\xBF<HTML>"),  DOCUMENT_HTML,     NULL },
	{ "",                                      S("<?xml version='1.0'?><html>"), DOCUMENT_HTML, NULL },
	{ "",                                      S("<?xml version='1.0'?><svg>"),  DOCUMENT_TEXT, NULL },
	{ "application/octet-stream",              PDF,                      DOCUMENT_PDF,      NULL },
	{ "",                                      DOCX,                     DOCUMENT_DOCX,     NULL },
	{ "",                                      DOC,                      DOCUMENT_DOC,      NULL },
	{ "",                                      S("just text"),           DOCUMENT_TEXT,     NULL },
	{ "",                                      PNG,                      DOCUMENT_UNKNOWN,  NULL },
};

static void a_page_is_what_its_header_says_or_how_it_begins(void **state)
{
	for (size_t i = 0; i < COUNT_OF(PAGES); i++) {
		const char *why = NULL;
		struct str charset = S("unset");
		enum document_kind kind =
			document_kind_of_page(str_of(PAGES[i].content_type), PAGES[i].bytes, &charset, &why);

		if (kind != PAGES[i].kind)
			print_error("row %zu, %s\n", i, PAGES[i].content_type);
		assert_int_equal(kind, PAGES[i].kind);
		assert_int_equal(kind == DOCUMENT_UNKNOWN, why != NULL);
		assert_true(str_eq(charset, str_of(PAGES[i].charset)));
		assert_int_equal(!charset.p, !PAGES[i].charset);
	}
}

static void a_page_without_a_header_is_sniffed(void **state)
{
	struct str charset;
	const char *why;

	assert_int_equal(document_kind_of_page((struct str){ NULL, 0 }, PDF, &charset, &why), DOCUMENT_PDF);
	assert_null(charset.p);
}

/* -- names --------------------------------------------------------------------------------------- */

static const struct {
	struct str given;
	const char *shown;
} NAMES[] = {
	{ S("report.pdf"),                             "report.pdf" },
	{ S("../../etc/passwd"),                       "passwd" },
	{ S("C:\\Users\\ada\\letter.doc"),             "letter.doc" },
	{ S("mixed/of\\both/x.txt"),                   "x.txt" },
	{ S("tab\there\nand\x01\x7F.txt"),             "tabhereand.txt" },
	{ S("nul\0in.txt"),                            "nulin.txt" },
	{ S("c1\xC2\x85.txt"),                         "c1.txt" },
	{ S("report\xE2\x80\xAE" "fdp.exe"),           "reportfdp.exe" },
	{ S("\xE2\x81\xA6x\xE2\x80\x8F.txt"),          "x.txt" },
	{ S("line\xE2\x80\xA8.txt"),                   "line.txt" },
	{ S("bad\xFFutf.txt"),                         "bad\xEF\xBF\xBDutf.txt" },
	{ S("  spaced out.txt  "),                     "spaced out.txt" },
	{ S("Übersicht 2026.md"),                      "Übersicht 2026.md" },
	{ S(""),                                       "unnamed" },
	{ S("folder/"),                                "unnamed" },
	{ S(".."),                                     "unnamed" },
	{ S("."),                                      "unnamed" },
	{ S("a/..\\.."),                               "unnamed" },
	{ S("\x01 \x02"),                              "unnamed" },
	{ S(".profile"),                               ".profile" },
};

static void a_base_name_is_fit_to_be_shown(void **state)
{
	ARENA(mem);

	for (size_t i = 0; i < COUNT_OF(NAMES); i++)
		assert_str(document_base_name(&mem, NAMES[i].given), NAMES[i].shown);
	assert_str(document_base_name(&mem, (struct str){ NULL, 0 }), "unnamed");
}

static void a_base_name_is_cut_at_255_characters(void **state)
{
	ARENA(mem);
	struct buf name = { .mem = &mem };
	struct str shown;

	for (int i = 0; i < 1000; i++)
		buf_z(&name, "ä");
	shown = document_base_name(&mem, buf_view(&name));
	assert_int_equal(utf8_count(shown), 255);
	assert_true(utf8_valid(shown));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_a_name_of_its_own_and_a_media_type),
		cmocka_unit_test(a_file_is_what_its_extension_says_and_its_bytes_bear_out),
		cmocka_unit_test(the_reason_names_every_extension),
		cmocka_unit_test(only_the_first_bytes_count),
		cmocka_unit_test(a_page_is_what_its_header_says_or_how_it_begins),
		cmocka_unit_test(a_page_without_a_header_is_sniffed),
		cmocka_unit_test(a_base_name_is_fit_to_be_shown),
		cmocka_unit_test(a_base_name_is_cut_at_255_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
