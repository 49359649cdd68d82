/* api/site.h: what is served outside /api/v1, to anyone: health, the reference's files. */
#ifndef API_SITE_H
#define API_SITE_H

#include "api/op.h"

/* Answers the request when its path is one of the site's; false: it is not. */
bool site_serve(struct ctx *ctx, struct http_exchange *x);

/* Answers GET and HEAD with a document that changes only with the binary or its settings: an
 * ETag, Cache-Control: no-cache, and 304 for those who have it (workspace contract O-5). */
void serve_document(struct ctx *ctx, struct http_exchange *x, const char *content_type, struct str body);

/* Answers with an embedded file that is stored gzip-compressed; unpacked for those who cannot. */
void serve_asset(struct ctx *ctx, struct http_exchange *x, const char *content_type, const char *name);

/* "http://host:port": the configured public URL, or what the request's Host says. */
struct str site_origin(struct ctx *ctx, const struct http_request *r);

#endif
