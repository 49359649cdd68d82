/* app/extract_command.c: agentd extract, which the server starts for each document it has to read; for people,
 * a way to see what it makes of one. */
#include <unistd.h>

#include "app/command.h"
#include "extract/extract.h"

struct extract_options {
	struct str data, kind, charset;      /* the data folder is every command's; nothing in it is used */
};

static const char *const KINDS[] = { "pdf", "docx", "doc", "text", "csv", "markdown", "html", NULL };

static const struct field fields[] = {
	{ F_STR("kind", extract_options, kind), .required = true, .one_of = KINDS, .doc = "What it is." },
	{ F_STR("charset", extract_options, charset), .example = "NAME",
	  .doc = "The character set that its sender names; it counts for text and HTML." },
};
const struct schema extract_command_options = SCHEMA(NULL, extract_options, fields);

enum err extract_command_run(struct ctx *ctx, const void *options)
{
	const struct extract_options *o = options;

	/* Not exit(): what it would tidy up, the cage has put out of reach. */
	_exit(extract_child(ctx, document_kind_by_name(o->kind), o->charset));
}
