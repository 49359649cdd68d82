/* knowledge/web.h: fetching the web pages that somebody named (workspace contract I-4).
 *
 * http and https, at most 5 redirects, 10 MiB and 30 s each, 64 MiB together, and never a private
 * address (see http/client.h). robots.txt is not asked: it is for crawlers, which choose by themselves
 * where to go, and each of these addresses was named by a person. Servers see who asks, and what for.
 */
#ifndef KNOWLEDGE_WEB_H
#define KNOWLEDGE_WEB_H

#include "extract/extract.h"

struct web_page {
	struct str url;                      /* in: as it was named */
	/* Out; in ctx->mem. */
	enum err error;                      /* OK, or ERR_INVALID with the line for the client in why */
	struct str why;
	enum document_kind kind;
	struct str charset;                  /* as the server says; may be absent */
	struct str bytes;
};

/* Both are called on the caller's thread, and may be NULL. */
struct web_watch {
	void (*done)(void *arg, const struct web_page *page);   /* as each one ends */
	bool (*go_on)(void *arg);            /* asked several times a second: false ends what is left */
	void *arg;
};

/* Fetches all, several at a time. watch may be NULL. */
void web_fetch(struct ctx *ctx, struct web_page *pages, size_t n, const struct web_watch *watch);

#endif
