/* extract/docx: what a reader of the document sees; archives and XML that mean harm. */
#include "documents.h"

#include <ftw.h>
#include <zlib.h>

static void a_document_is_what_its_reader_sees(void **state)
{
	SEEN(s);

	run_file(&s, "docx", "whole/report.docx");
	assert_str(s.document.title, "Pump report & plan");
	assert_part(&s, 0, "Warranty",
		    "The pump is covered for three years.\n"
		    "[Frost, that is, below 0 °C.]\n"
		    "\n"
		    "Grüße aus Århus\ttabbed\n"
		    "and broken-off");
	assert_part(&s, 1, "Warranty > Exceptions", "- frost\n  - also in the hose");
	assert_part(&s, 2, "Prices", "Part | Price\nMotor with cable | 120 €\n\nThe dealer knows more.");
	assert_int_equal(s.document.parts.n, 3);
	assert_false(says(&s, "Confidential"));
}

/* -- documents made here -------------------------------------------------------------------------- */

struct part {
	const char *name, *xml;
};

static void put(struct buf *out, uint64_t value, size_t bytes)
{
	for (; bytes > 0; bytes--, value >>= 8)
		buf_char(out, (char)value);
}

/* What a local header and an entry of the directory share; nothing is compressed. */
static void put_entry(struct buf *out, struct part part)
{
	struct str xml = str_of(part.xml);

	put(out, 20, 2);
	put(out, 0, 2 + 2);
	put(out, UINT32_C(0x210000), 4);
	put(out, crc32(0, (const Bytef *)xml.p, (uInt)xml.n), 4);
	put(out, xml.n, 4);
	put(out, xml.n, 4);
	put(out, strlen(part.name), 2);
	put(out, 0, 2);
}

static struct str zipped(struct arena *mem, const struct part *parts, size_t n)
{
	struct buf out = { .mem = mem }, directory = { .mem = mem };

	for (size_t i = 0; i < n; i++) {
		buf_str(&directory, S("PK\1\2\x14\0"));
		put_entry(&directory, parts[i]);
		put(&directory, 0, 2 + 2 + 2 + 4);
		put(&directory, out.n, 4);
		buf_z(&directory, parts[i].name);
		buf_str(&out, S("PK\3\4"));
		put_entry(&out, parts[i]);
		buf_z(&out, parts[i].name);
		buf_z(&out, parts[i].xml);
	}
	put(&directory, 0x06054B50, 4);
	put(&directory, 0, 4);
	put(&directory, n, 2);
	put(&directory, n, 2);
	put(&directory, directory.n - 12, 4);
	put(&directory, out.n, 4);
	put(&directory, 0, 2);
	buf_str(&out, buf_view(&directory));
	return buf_view(&out);
}

#define WORD "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'"
#define BODY(body) "<w:document " WORD "><w:body>" body "</w:body></w:document>"
#define P(text) "<w:p><w:r><w:t>" text "</w:t></w:r></w:p>"

static void read_parts(struct seen *s, const struct part *parts, size_t n)
{
	run_bytes(s, "docx", zipped(&s->mem, parts, n));
}

static void read_body(struct seen *s, const char *document)
{
	read_parts(s, (struct part[]){ { "word/document.xml", document } }, 1);
}

static void assert_body(const char *document, const char *text)
{
	SEEN(s);

	read_body(&s, document);
	assert_str(str_trim(text_of(&s, 0)), text);
}

static void a_document_of_the_strict_variant_is_read_too(void **state)
{
	assert_body("<d:document xmlns:d='http://purl.oclc.org/ooxml/wordprocessingml/main'>"
		    "<d:p><d:r><d:t>strict</d:t></d:r></d:p></d:document>", "strict");
}

static void hidden_and_deleted_text_is_left_out(void **state)
{
	assert_body(BODY("<w:p><w:r><w:t>a</w:t></w:r>"
			 "<w:r><w:rPr><w:vanish/></w:rPr><w:t>b</w:t></w:r>"
			 "<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>c</w:t></w:r>"
			 "<w:del><w:r><w:delText>d</w:delText><w:t>e</w:t></w:r></w:del>"
			 "<w:moveFrom><w:r><w:t>f</w:t></w:r></w:moveFrom>"
			 "<w:moveTo><w:r><w:t>g</w:t></w:r></w:moveTo></w:p>"), "acg");
}

static void the_fallback_of_a_text_box_is_left_out(void **state)
{
	assert_body(BODY("<w:p><w:r><w:t>before </w:t></w:r><w:r>"
			 "<mc:AlternateContent xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'>"
			 "<mc:Choice><w:txbxContent>" P("box") "</w:txbxContent></mc:Choice>"
			 "<mc:Fallback><w:txbxContent>" P("box") "</w:txbxContent></mc:Fallback></mc:AlternateContent>"
			 "</w:r><w:r><w:t>after</w:t></w:r></w:p>"), "before\n\nbox\nafter");
}

static void tab_stops_are_no_tabs(void **state)
{
	assert_body(BODY("<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr><w:r><w:t>a</w:t></w:r></w:p>"),
		    "a");
}

static void a_table_in_a_cell_has_lines_of_its_own(void **state)
{
	assert_body(BODY("<w:tbl><w:tr><w:tc>" P("a") "</w:tc><w:tc><w:tbl><w:tr><w:tc>" P("b") "</w:tc><w:tc>" P("c")
			 "</w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr><w:tr><w:tc>" P("d") "</w:tc></w:tr></w:tbl>"),
		    "a\nb | c\nd");
}

static void what_a_paragraph_was_before_does_not_count(void **state)
{
	SEEN(s);

	read_body(&s, BODY("<w:p><w:pPr><w:outlineLvl w:val='1'/><w:pPrChange><w:pPr><w:outlineLvl w:val='9'/></w:pPr>"
			   "</w:pPrChange></w:pPr><w:r><w:t>Heading</w:t></w:r></w:p>" P("text")));
	assert_part(&s, 0, "Heading", "text");
}

static void styles_may_be_based_on_each_other_in_a_circle(void **state)
{
	SEEN(s);

	read_parts(&s, (struct part[]){
		{ "word/styles.xml", "<w:styles " WORD "><w:style w:styleId='A'><w:basedOn w:val='B'/></w:style>"
				     "<w:style w:styleId='B'><w:basedOn w:val='A'/><w:numPr/></w:style></w:styles>" },
		{ "word/document.xml",
		  BODY("<w:p><w:pPr><w:pStyle w:val='A'/></w:pPr><w:r><w:t>one</w:t></w:r></w:p>") },
	}, 2);
	assert_part(&s, 0, "", "- one");
}

static void a_footnote_is_told_once(void **state)
{
	SEEN(s);

	read_parts(&s, (struct part[]){
		{ "word/endnotes.xml",
		  "<w:endnotes " WORD "><w:endnote w:id='7'>" P("the note") "</w:endnote></w:endnotes>" },
		{ "word/document.xml", BODY("<w:p><w:r><w:t>one</w:t><w:endnoteReference w:id='7'/></w:r></w:p>"
					    "<w:p><w:r><w:t>two</w:t><w:endnoteReference w:id='7'/>"
					    "<w:endnoteReference w:id='8'/></w:r></w:p>") },
	}, 2);
	assert_part(&s, 0, "", "one\n[the note]\n\ntwo");
}

static void a_paragraph_in_the_style_title_is_the_title_of_a_document_without(void **state)
{
	SEEN(s);

	read_parts(&s, (struct part[]){
		{ "word/styles.xml",
		  "<w:styles " WORD "><w:style w:styleId='T'><w:name w:val='Title'/></w:style></w:styles>" },
		{ "word/document.xml", BODY("<w:p><w:pPr><w:pStyle w:val='T'/></w:pPr><w:r><w:t>On </w:t></w:r><w:r>"
					    "<w:t>pumps</w:t></w:r></w:p>" P("text")) },
	}, 2);
	assert_str(s.document.title, "On pumps");
	assert_part(&s, 0, "", "On pumps\n\ntext");
}

/* -- harm ----------------------------------------------------------------------------------------- */

static void names_in_the_archive_lead_nowhere(void **state)
{
	SEEN(s);

	run_file(&s, "docx", "broken/path-names.docx");
	assert_part(&s, 0, "", "Good news.");
	assert_int_equal(s.document.parts.n, 1);
}

static void a_document_type_is_refused_and_nothing_is_expanded_or_fetched(void **state)
{
	static const char WHY[] = "the document's XML has a document type, which documents of Office must not have";

	assert_file_refused("docx", "broken/xml-bomb.docx", WHY);
	assert_file_refused("docx", "broken/xml-bomb-styles.docx", WHY);
	assert_file_refused("docx", "broken/external-entity.docx", WHY);
}

static void broken_documents_are_refused_with_a_reason(void **state)
{
	static const char ARCHIVE[] = "the archive that the document is stored in is damaged";
	static const char XML[] = "the document's XML is damaged";
	static const struct {
		const char *name, *why;
	} CASES[] = {
		{ "broken/no-document.docx", "the DOCX lacks word/document.xml, where its text would be" },
		{ "broken/truncated.docx", ARCHIVE },
		{ "broken/wrong-directory.docx", ARCHIVE },
		{ "broken/nested-zip.docx", XML },
		{ "broken/cut-xml.docx", XML },
		{ "broken/deep-tables.docx", "the document's XML is nested more than 4000 deep" },
	};

	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_file_refused("docx", CASES[i].name, CASES[i].why);
}

/* The size in the directory is the sender's word; what counts is what comes out. */
static void a_size_that_lies_changes_nothing(void **state)
{
	SEEN(s);

	run_file(&s, "docx", "broken/lying-size.docx");
	assert_true(s.e == ERR_INVALID || says(&s, "three years"));
}

static void a_document_without_text_has_no_parts(void **state)
{
	assert_no_text("docx", "broken/no-text.docx");
	assert_no_text("docx", "broken/overlapping.docx");
}

/* -- bombs, made when they are needed ------------------------------------------------------------- */

static char large[] = "/tmp/agentd-docx-XXXXXX";

static int make_large(void **state)
{
	const char *make = access("test/data/documents/make", X_OK) == 0 ? "test/data/documents/make" :
									   "../../test/data/documents/make";
	int status;
	pid_t pid;

	if (!mkdtemp(large))
		return -1;
	pid = fork();
	if (pid == 0) {
		execl(make, make, "--large", large, "spaces.docx", "many-entries.docx", NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0 ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *place)
{
	return remove(path);
}

static int remove_large(void **state)
{
	return nftw(large, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void assert_large_refused(const char *name, const char *why)
{
	SEEN(s);

	run_bytes(&s, "docx", file_bytes(&s.mem, arena_printf(&s.mem, "%s/%s", large, name).p));
	assert_why(&s, why);
}

static void a_gigabyte_of_spaces_is_refused(void **state)
{
	assert_large_refused("spaces.docx", "the document unpacks to far more than it is worth");
}

static void an_archive_of_very_many_files_is_refused(void **state)
{
	assert_large_refused("many-entries.docx", "the document is stored in an archive of more than 10000 files");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_is_what_its_reader_sees),
		cmocka_unit_test(a_document_of_the_strict_variant_is_read_too),
		cmocka_unit_test(hidden_and_deleted_text_is_left_out),
		cmocka_unit_test(the_fallback_of_a_text_box_is_left_out),
		cmocka_unit_test(tab_stops_are_no_tabs),
		cmocka_unit_test(a_table_in_a_cell_has_lines_of_its_own),
		cmocka_unit_test(what_a_paragraph_was_before_does_not_count),
		cmocka_unit_test(styles_may_be_based_on_each_other_in_a_circle),
		cmocka_unit_test(a_footnote_is_told_once),
		cmocka_unit_test(a_paragraph_in_the_style_title_is_the_title_of_a_document_without),
		cmocka_unit_test(names_in_the_archive_lead_nowhere),
		cmocka_unit_test(a_document_type_is_refused_and_nothing_is_expanded_or_fetched),
		cmocka_unit_test(broken_documents_are_refused_with_a_reason),
		cmocka_unit_test(a_size_that_lies_changes_nothing),
		cmocka_unit_test(a_document_without_text_has_no_parts),
		cmocka_unit_test(a_gigabyte_of_spaces_is_refused),
		cmocka_unit_test(an_archive_of_very_many_files_is_refused),
	};

	extract_main(argc, argv, NO_ROWS);
	return cmocka_run_group_tests(tests, make_large, remove_large);
}
