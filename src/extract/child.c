/* extract/child.c: `agentd extract`, which reads one document and goes.
 *
 * What it needs of the machine it takes first: its input, libraries, tables of characters. Then the cage
 * closes, and only then does anything look into the document. How it ends is in its exit status, and in
 * a record on the wire (extract_internal.h).
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "extract/extract_internal.h"

enum { INPUT_MAX = 64 << 20, READ_BYTES = 64 * 1024 };

static enum err read_input(struct ctx *ctx, struct str *out)
{
	struct buf bytes = { .mem = ctx->mem };
	ssize_t n;

	do {
		n = read(STDIN_FILENO, buf_room(&bytes, READ_BYTES), READ_BYTES);
		bytes.n += n > 0 ? (size_t)n : 0;
		if (bytes.n > INPUT_MAX)
			return fail(ctx, ERR_INTERNAL, "standard input holds more than %d MiB", INPUT_MAX >> 20);
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		return fail(ctx, ERR_INTERNAL, "cannot read standard input: %m");
	*out = buf_view(&bytes);
	return OK;
}

static enum err write_output(struct ctx *ctx, struct str bytes)
{
	while (bytes.n > 0) {
		ssize_t n = write(STDOUT_FILENO, bytes.p, bytes.n);

		if (n < 0 && errno != EINTR)
			return fail(ctx, ERR_INTERNAL, "cannot write to standard output: %m");
		bytes = str_from(bytes, n > 0 ? (size_t)n : 0);
	}
	return OK;
}

/* -- a parser of ours ---------------------------------------------------------------------------- */

static enum err get_ready(struct ctx *ctx, const struct extractor *row, struct str *bytes)
{
	TRY(read_input(ctx, bytes));
	if (row->load)
		TRY(row->load(ctx));
	if (row->is_text)
		TRY(charset_load(ctx, *bytes));
	return cage_close(ctx, CAGE_PARSER);
}

static enum err to_utf8(struct ctx *ctx, const struct extractor *row, struct str declared, struct str *bytes)
{
	if (!declared.p && row->charset_inside)
		declared = row->charset_inside(*bytes);
	return charset_decode(ctx, *bytes, declared, bytes);
}

static enum err parse(struct ctx *ctx, const struct extractor *row, struct str bytes, struct str charset,
		      struct document *out)
{
	struct document_sink sink;

	sink_init(&sink, ctx);
	if (row->is_text)
		TRY(to_utf8(ctx, row, charset, &bytes));
	TRY(row->parse(ctx, bytes, &sink));
	return sink_finish(&sink, out);
}

static enum err run_parser(struct ctx *ctx, const struct extractor *row, struct str charset, int *status)
{
	struct document document;
	struct str bytes;

	TRY(get_ready(ctx, row, &bytes));
	*status = parse(ctx, row, bytes, charset, &document) == OK ? 0 : 1;
	return write_output(ctx, *status == 0 ? wire_document(ctx->mem, &document) : wire_error(ctx->mem, ctx->why));
}

/* -- a program ----------------------------------------------------------------------------------- */

/* Returns only if that fails. The environment is left behind. */
static enum err run_program(struct ctx *ctx, const struct extractor *row)
{
	char *const nothing[] = { NULL };

	TRY(cage_close(ctx, CAGE_PROGRAM));
	execve(row->argv[0], (char *const *)row->argv, nothing);
	return fail(ctx, ERR_INTERNAL, "cannot run %s: %m", row->argv[0]);
}

/* -- all together -------------------------------------------------------------------------------- */

int extractor_child(struct ctx *ctx, const struct extractor *row, struct str charset)
{
	int status = 0;
	enum err e = row->argv ? run_program(ctx, row) : run_parser(ctx, row, charset, &status);

	if (e == OK)
		return status;
	dprintf(STDERR_FILENO, "agentd: %s\n", ctx->why);
	return EXTRACT_UNFIT;
}

int extract_child(struct ctx *ctx, enum document_kind kind, struct str charset)
{
	return extractor_child(ctx, extractor_of(kind), charset);
}
