/* extract/html_internal.h: HTML inside other formats. */
#ifndef EXTRACT_HTML_INTERNAL_H
#define EXTRACT_HTML_INTERNAL_H

#include "extract/flow_internal.h"

/* Before the cage closes. */
enum err html_load(struct ctx *ctx);
/* The readable text of a piece of HTML in UTF-8, as it is: nothing is taken for the frame around the content. */
enum err html_read(struct ctx *ctx, struct str html, struct flow *flow);

#endif
