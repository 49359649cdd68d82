/* extract/kind.c: which kind of document something is, from its name, its header and its first bytes.
 *
 * This runs in the server, on strangers' bytes, so it only looks: it searches and compares, and parses
 * nothing.
 */
#include "base/utf8.h"
#include "extract/extract_internal.h"

static const struct extractor *const EXTRACTORS[N_DOCUMENT_KINDS] = {
	[DOCUMENT_PDF] = &extract_pdf,
	[DOCUMENT_DOCX] = &extract_docx,
	[DOCUMENT_DOC] = &extract_doc,
	[DOCUMENT_TEXT] = &extract_text,
	[DOCUMENT_CSV] = &extract_csv,
	[DOCUMENT_MARKDOWN] = &extract_markdown,
	[DOCUMENT_HTML] = &extract_html,
};

const struct extractor *extractor_of(enum document_kind kind)
{
	return kind < N_DOCUMENT_KINDS ? EXTRACTORS[kind] : NULL;
}

const char *document_kind_name(enum document_kind kind)
{
	const struct extractor *row = extractor_of(kind);

	return row ? row->name : "unknown";
}

enum document_kind document_kind_by_name(struct str name)
{
	for (enum document_kind kind = 0; kind < N_DOCUMENT_KINDS; kind++)
		if (EXTRACTORS[kind] && str_is(name, EXTRACTORS[kind]->name))
			return kind;
	return DOCUMENT_UNKNOWN;
}

const char *document_media_type(enum document_kind kind)
{
	const struct extractor *row = extractor_of(kind);

	return row ? row->media_types[0] : "application/octet-stream";
}

/* -- first bytes --------------------------------------------------------------------------------- */

enum {
	SNIFF_BYTES = 4 * 1024,              /* of text; even, for UTF-16 */
	PDF_HEADER_WITHIN = 1024,            /* as readers of PDF allow */
	HTML_TAG_WITHIN = 1024,
};

static struct str first_bytes(struct str bytes, size_t n)
{
	return (struct str){ bytes.p, bytes.n < n ? bytes.n : n };
}

static bool contains(struct str bytes, struct str what)
{
	return str_find(bytes, what) >= 0;
}

bool sniff_pdf(struct str bytes)
{
	return contains(first_bytes(bytes, PDF_HEADER_WITHIN), S("%PDF-"));
}

/* The directory of a ZIP archive stands at its end, with the names as they are. */
bool sniff_docx(struct str bytes)
{
	return str_starts(bytes, S("PK\3\4")) && contains(bytes, S("word/document.xml"));
}

bool sniff_doc(struct str bytes)
{
	return str_starts(bytes, S("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"));
}

bool sniff_text(struct str bytes)
{
	return !str_starts(bytes, S("%PDF-")) && charset_is_text(first_bytes(bytes, SNIFF_BYTES));
}

bool sniff_html(struct str bytes)
{
	static const char *const BEGINNINGS[] = {
		"<!doctype html", "<html", "<head", "<title", "<meta", "<body", "<!--", "<script", "<style",
		"<h1", "<div", "<p>", "<table",
	};

	if (str_starts(bytes, S("\xEF\xBB\xBF")))
		bytes = str_from(bytes, 3);
	bytes = str_trim(first_bytes(bytes, HTML_TAG_WITHIN));
	for (size_t i = 0; i < COUNT_OF(BEGINNINGS); i++)
		if (str_starts_nocase(bytes, str_of(BEGINNINGS[i])))
			return true;
	return str_starts(bytes, S("<?xml")) && contains(bytes, S("<html"));
}

/* -- files --------------------------------------------------------------------------------------- */

/* ".pdf" out of "Report.pdf"; empty when there is none. */
static struct str extension_of(struct str file_name)
{
	size_t at = file_name.n;

	while (at > 0)
		if (file_name.p[--at] == '.')
			return str_from(file_name, at);
	return S("");
}

static bool is_among(struct str text, const char *const *words)
{
	for (; words && *words; words++)
		if (str_eq_nocase(text, str_of(*words)))
			return true;
	return false;
}

enum document_kind document_kind_of_file(struct str file_name, struct str bytes, const char **why)
{
	struct str extension = extension_of(str_trim(file_name));

	for (enum document_kind kind = 0; kind < N_DOCUMENT_KINDS; kind++) {
		const struct extractor *row = EXTRACTORS[kind];

		if (!row || !is_among(extension, row->extensions))
			continue;
		if (row->sniff(bytes))
			return kind;
		*why = "the content of the file is not what its extension says";
		return DOCUMENT_UNKNOWN;
	}
	*why = "the extension of the file is none of .pdf, .docx, .doc, .txt, .csv, .md and .markdown";
	return DOCUMENT_UNKNOWN;
}

/* -- pages --------------------------------------------------------------------------------------- */

static enum document_kind kind_by_media_type(struct str type)
{
	for (enum document_kind kind = 0; kind < N_DOCUMENT_KINDS; kind++)
		if (EXTRACTORS[kind] && is_among(type, EXTRACTORS[kind]->media_types))
			return kind;
	return DOCUMENT_UNKNOWN;
}

static enum document_kind kind_by_sniffing(struct str bytes)
{
	/* Text last: it is what is left. */
	static const enum document_kind ORDER[] = {
		DOCUMENT_PDF, DOCUMENT_DOCX, DOCUMENT_DOC, DOCUMENT_HTML, DOCUMENT_TEXT,
	};

	for (size_t i = 0; i < COUNT_OF(ORDER); i++)
		if (EXTRACTORS[ORDER[i]]->sniff(bytes))
			return ORDER[i];
	return DOCUMENT_UNKNOWN;
}

/* Of "; charset=\"utf-8\"; boundary=x". Absent when it is not said. */
static struct str charset_parameter(struct str parameters)
{
	while (parameters.p) {
		struct str value = str_cut(&parameters, ';');
		struct str name = str_trim(str_cut(&value, '='));

		if (!str_eq_nocase(name, S("charset")) || !value.p)
			continue;
		value = str_trim(value);
		if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
			value = (struct str){ value.p + 1, value.n - 2 };
		return value;
	}
	return (struct str){ NULL, 0 };
}

enum document_kind document_kind_of_page(struct str content_type, struct str bytes, struct str *charset,
					 const char **why)
{
	/* What servers say when they do not know. */
	static const char *const UNSAID[] = { "", "application/octet-stream", "binary/octet-stream", NULL };
	struct str parameters = content_type;
	struct str type = str_trim(str_cut(&parameters, ';'));
	enum document_kind kind = is_among(type, UNSAID) ? kind_by_sniffing(bytes) : kind_by_media_type(type);

	*charset = charset_parameter(parameters);
	if (kind == DOCUMENT_UNKNOWN)
		*why = "the page is neither HTML nor text, Markdown, CSV, PDF, DOCX or DOC";
	return kind;
}

/* -- names --------------------------------------------------------------------------------------- */

enum { FILE_NAME_MAX = 255 };                /* characters */

/* Marks that change the order in which a name is shown: "report\u202Efdp.exe" is shown as "reportexe.pdf". */
static bool is_direction_mark(uint32_t c)
{
	switch (c) {
	case 0x061C:
	case 0x200E ... 0x200F:
	case 0x202A ... 0x202E:
	case 0x2066 ... 0x2069:
		return true;
	default:
		return false;
	}
}

/* A character that a name on one line can hold. */
static bool is_showable(uint32_t c)
{
	return !utf8_is_control(c) && !is_direction_mark(c) && c != 0x2028 && c != 0x2029;
}

struct str document_base_name(struct arena *mem, struct str file_name)
{
	struct buf out = { .mem = mem };
	char bytes[UTF8_MAX_BYTES];
	struct str name;
	size_t n = 0;
	uint32_t c;

	for (size_t i = file_name.n; i > 0; i--)
		if (file_name.p[i - 1] == '/' || file_name.p[i - 1] == '\\') {
			file_name = str_from(file_name, i);
			break;
		}
	file_name = str_trim(file_name);
	while (n < FILE_NAME_MAX && utf8_next(&file_name, &c))
		if (is_showable(c)) {
			buf_add(&out, bytes, utf8_put(bytes, c));
			n++;
		}
	name = str_trim(buf_view(&out));
	return name.n == 0 || str_is(name, ".") || str_is(name, "..") ? S("unnamed") : name;
}
