/* extract/extract.h: the text of a document, whatever its format.
 *
 * Parsers of documents are large, old, and fed by strangers. They run in a process of their own
 * (`agentd extract`): no network, no files but its input, limits on memory, time and output, and
 * killed when it overruns them. A parser that crashes costs that document, never the server.
 * What comes back is as little trusted as what went in: it is checked like any input.
 * Threads: any, each with its own ctx. As many children as cores run at a time; others wait.
 */
#ifndef EXTRACT_EXTRACT_H
#define EXTRACT_EXTRACT_H

#include "base/ctx.h"
#include "json/field.h"

enum document_kind {
	DOCUMENT_UNKNOWN, DOCUMENT_PDF, DOCUMENT_DOCX, DOCUMENT_DOC, DOCUMENT_TEXT, DOCUMENT_CSV, DOCUMENT_MARKDOWN,
	DOCUMENT_HTML, N_DOCUMENT_KINDS,
};

/* "pdf": as the command line and logs say it. */
const char *document_kind_name(enum document_kind kind);
enum document_kind document_kind_by_name(struct str name);
/* "application/pdf". */
const char *document_media_type(enum document_kind kind);

/* The kind of an uploaded file: by its extension, which its first bytes must bear out (workspace
 * contract 5.9). DOCUMENT_UNKNOWN: *why, static, is a line for the client. */
enum document_kind document_kind_of_file(struct str file_name, struct str bytes, const char **why);
/* The kind of a page: by its Content-Type, else its first bytes. *charset: what the header names,
 * or absent. */
enum document_kind document_kind_of_page(struct str content_type, struct str bytes, struct str *charset,
					 const char **why);
/* The last segment of what a client calls its file, of either kind of slash, without control
 * characters, at most 255 characters: fit to be shown, and never used as a path. In mem. */
struct str document_base_name(struct arena *mem, struct str file_name);

/* A stretch of text that chunks do not span: a page of a PDF, a section below a heading. */
struct document_part {
	struct str text;                     /* UTF-8 */
	struct str context;                  /* repeated at the head of every chunk: the headings above it
	                                      * ("Guide > Install"), a table's header row; may be absent */
	int64_t page;                        /* from 1; 0: there are no pages */
};

struct document {
	struct str title;                    /* may be absent */
	struct list parts;                   /* of struct document_part, in order */
};

enum {
	EXTRACTED_TEXT_MAX = 32 << 20,       /* bytes of text, contexts included, that one document may hold */
	DOCUMENT_CONTEXT_MAX = 250,          /* characters; it is repeated, so it must stay the smaller part */
};

struct extract_job {
	enum document_kind kind;
	struct str bytes;
	struct str charset;                  /* what the sender says of text and HTML; may be absent */
	bool (*go_on)(void *arg);            /* asked several times a second: false ends it. May be NULL */
	void *arg;
};

/* *out lives in ctx->mem; it may hold no text at all. ERR_INVALID: the document cannot be read, and
 * ctx->why is a line for the client ("the PDF is encrypted"). ERR_TIMEOUT: ctx->deadline_ms passed.
 * ERR_GONE: go_on said no. ERR_INTERNAL: this machine cannot run the child, and the log says why. */
enum err extract_run(struct ctx *ctx, const struct extract_job *job, struct document *out);

/* The child: reads standard input, shuts itself in, writes the document to standard output, in a form of
 * its own (extract/wire.c). Returns the exit status, for _exit: the cage forbids what a tidy end might
 * want. charset may be absent. */
int extract_child(struct ctx *ctx, enum document_kind kind, struct str charset);

/* Which program to start as `PROGRAM extract --kind NAME`; kept, not copied. This one, unless a test
 * says otherwise, once and before there are threads. */
void extract_setup(const char *program);

#endif
