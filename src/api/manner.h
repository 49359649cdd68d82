/* api/manner.h: how each contract words what it answers.
 *
 * The operations are the same code for both; what differs is told by one struct per contract:
 * how lenient a body is read, what an error looks like, what wraps a success.
 */
#ifndef API_MANNER_H
#define API_MANNER_H

#include "api/op.h"

struct manner {
	const char *content_type;
	size_t body_max;                     /* bytes a request may have, where its row says nothing */
	enum json_flags json;
	bool lenient;                        /* unknown and mistyped optional members are ignored */
	bool refuse_nul;                     /* U+0000 in strings (C-3) */
	bool needs_scheme;                   /* "Bearer" must be there; else a bare key will do */
	bool members_only;                   /* a key whose user left is unknown (401), not forbidden */
	bool allows;                         /* 405 with Allow, and OPTIONS; else 404 */
	bool challenges;                     /* WWW-Authenticate on 401 */
	const char *unauthenticated, *forbidden;
	/* Writes the error body. `why` is the one-line cause; call and issues may be NULL. */
	void (*error)(struct json_writer *w, enum err e, const char *why, const struct call *call,
		      const struct issues *issues);
	void (*success)(struct json_writer *w, const struct call *call);
};

extern const struct manner manners[];                   /* by enum contract */

/* What the operation gave, written by `as`: the row's schema of its reply, or another of the same struct. */
void call_write_out(struct json_writer *w, const struct call *call, const struct schema *as);
void call_write_page(struct json_writer *w, const struct page *p);

#endif
