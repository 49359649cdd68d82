/* extract/extract_internal.h: what a format has to offer, and what its parser writes into.
 *
 * A format is one row, a struct extractor. Either it has a parser, which runs in the child, or it
 * names a program, which the caged child becomes and whose output the parent reads.
 *
 *     parent                        child (`agentd extract`)
 *     ------                        ------------------------
 *     seals the bytes in a memfd    load()                        libraries, while files can still be opened
 *     starts the child              the cage closes               from here on nothing can be opened
 *     reads its output              text to UTF-8, parse()        or: execv(argv)
 *     wire, or read_output()        the document over the wire
 *
 * Invariant: no byte of a document meets a library's code outside the cage.
 */
#ifndef EXTRACT_INTERNAL_H
#define EXTRACT_INTERNAL_H

#include "base/buf.h"
#include "extract/extract.h"

/* -- a document in the making ------------------------------------------------------------------- */

enum {
	DOCUMENT_PARTS_MAX = 100 * 1000,
	HEADING_LEVELS = 9,                  /* Word's; HTML and Markdown have six */
};

/* Collects a document part by part. It remembers its first failure and then takes no more, so
 * append freely; a parser that may go on for long asks sink_failed() now and then. What is appended need
 * not be valid UTF-8: that is mended. */
struct document_sink {
	struct ctx *ctx;
	enum err error;
	struct str title;
	struct document_part *parts;
	size_t n_parts, cap;
	size_t bytes;                        /* of text so far, the part being written included */
	struct buf text;                     /* of the part being written */
	struct str context;
	int64_t page;
	struct str headings[HEADING_LEVELS];
	int silent_level;                    /* the level of a heading that has nothing below it yet, or 0 */
};

void sink_init(struct document_sink *out, struct ctx *ctx);

/* The first title counts, unless it is blank. */
void sink_title(struct document_sink *out, struct str title);
/* Ends the part being written and begins another. A part of white space alone is left out. */
void sink_part(struct document_sink *out, struct str context, int64_t page);
/* Begins the part below a heading of this level, 1 to HEADING_LEVELS: its context are the headings it
 * stands under, "Guide > Install". The heading's text is not part of the text, unless nothing
 * comes below it. */
void sink_heading(struct document_sink *out, int level, struct str text);
void sink_text(struct document_sink *out, struct str text);
void sink_char(struct document_sink *out, char c);
/* Sees to it that the part's text ends in at least n line feeds; at its beginning there are none. */
void sink_break(struct document_sink *out, int n);

bool sink_failed(const struct document_sink *out);
/* Ends the last part. *document lives in ctx->mem. */
enum err sink_finish(struct document_sink *out, struct document *document);

/* -- a format ----------------------------------------------------------------------------------- */

struct extractor {
	enum document_kind kind;
	const char *name;                    /* "pdf" */
	const char *label;                   /* "PDF", for people */
	const char *const *extensions;       /* ".pdf", in lower case; NULL-terminated; NULL: not for upload */
	const char *const *media_types;      /* NULL-terminated; the first is its own */
	/* Whether the first bytes, or all, bear the kind out. Runs in the server: no more than looking. */
	bool (*sniff)(struct str bytes);

	/* What the cage would keep it from loading later. May be NULL. */
	enum err (*load)(struct ctx *ctx);
	/* The bytes are text: parse() gets them as UTF-8, whatever they were, without a byte order mark. */
	bool is_text;
	/* For text: the character set that the document itself names, or absent. May be NULL. */
	struct str (*charset_inside)(struct str bytes);
	/* Runs in the cage. ERR_INVALID: ctx->why is a line for the client. */
	enum err (*parse)(struct ctx *ctx, struct str bytes, struct document_sink *out);

	/* Instead of load() and parse(): a program and its arguments, NULL-terminated, argv[0] absolute. It
	 * finds the document, seekable, as its standard input. */
	const char *const *argv;
	/* Runs in the server, on what the program wrote: not trusted, and so no more than cutting. */
	enum err (*read_output)(struct ctx *ctx, struct str output, struct document_sink *out);
	/* The program ended with this status, not 0, and complained on standard error (the first few KiB): a
	 * line for the client, or NULL. */
	const char *(*explain)(int status, struct str complaint);
};

extern const struct extractor extract_pdf, extract_docx, extract_doc, extract_text, extract_csv, extract_markdown,
	extract_html;

/* The row of a kind; NULL: there is none. */
const struct extractor *extractor_of(enum document_kind kind);
/* extract_run and extract_child for any row, such as a test's own. */
enum err extractor_run(struct ctx *ctx, const struct extractor *row, const struct extract_job *job,
		       struct document *out);
int extractor_child(struct ctx *ctx, const struct extractor *row, struct str charset);

/* -- looking at bytes --------------------------------------------------------------------------- */

bool sniff_pdf(struct str bytes);            /* "%PDF-" among the first 1024 bytes */
bool sniff_docx(struct str bytes);           /* a ZIP archive with word/document.xml */
bool sniff_doc(struct str bytes);            /* an OLE compound file */
bool sniff_html(struct str bytes);           /* begins as web pages do */
bool sniff_text(struct str bytes);           /* nothing else, and not binary */

/* -- text of any character set ------------------------------------------------------------------- */

/* Whether it is text at all, rather than binary data: of these bytes, or those they are the first of. */
bool charset_is_text(struct str bytes);
/* Loads what reading these bytes may take. Nothing, for UTF-8 and UTF-16. In the child only. */
enum err charset_load(struct ctx *ctx, struct str bytes);
/* The text as UTF-8, without a byte order mark: what the bytes show beyond doubt, else as declared, else
 * as guessed. What cannot be decoded becomes U+FFFD. ERR_INVALID: it is no text. *out borrows the bytes
 * or lives in ctx->mem. */
enum err charset_decode(struct ctx *ctx, struct str bytes, struct str declared, struct str *out);

/* -- the cage ------------------------------------------------------------------------------------ */

/* What runs inside: our process, which has loaded all it needs, or a program that is yet to load itself. */
enum cage { CAGE_PARSER, CAGE_PROGRAM };

/* Shuts this process in, for good. ERR_INTERNAL: that cannot be done here, and nothing may be parsed. */
enum err cage_close(struct ctx *ctx, enum cage cage);

/* -- between child and parent -------------------------------------------------------------------- */

enum {
	/* What a child may write: the text, and around each part a few words. */
	EXTRACT_OUTPUT_MAX = EXTRACTED_TEXT_MAX + DOCUMENT_PARTS_MAX * 64,
	/* Exit status: something is wrong with this machine, not with the document. Standard error tells. Other
	 * statuses are 0, 1 with an error on the wire, or the program's own. */
	EXTRACT_UNFIT = 120,
};

struct str wire_document(struct arena *mem, const struct document *document);
struct str wire_error(struct arena *mem, const char *why);
/* Reads what a child wrote, which may be anything. *out borrows it. ERR_INVALID: it is an error, now in
 * ctx->why. ERR_INTERNAL: no parser of ours has written this. */
enum err wire_read(struct ctx *ctx, struct str wire, struct document *out);

#endif
