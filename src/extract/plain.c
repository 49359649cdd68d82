/* extract/plain.c: plain text, which is its own text. */
#include "extract/extract_internal.h"

static enum err parse(struct ctx *ctx, struct str text, struct document_sink *out)
{
	sink_text(out, text);
	return OK;
}

const struct extractor extract_text = {
	.kind = DOCUMENT_TEXT, .name = "text", .label = "plain text",
	.extensions = (const char *const[]){ ".txt", NULL },
	.media_types = (const char *const[]){ "text/plain", NULL },
	.sniff = sniff_text, .is_text = true, .parse = parse,
};
