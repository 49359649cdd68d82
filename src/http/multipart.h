/* http/multipart.h: the parts of a multipart/form-data body (RFC 7578), one after the other.
 *
 * Nothing is copied: names and bytes are slices of the body, but for a name that was escaped. What a
 * part says of its media type is passed over. Strict: a body that could be read in two ways, or that
 * does not come to its end, is refused.
 * Threads: a reader belongs to one at a time.
 */
#ifndef HTTP_MULTIPART_H
#define HTTP_MULTIPART_H

#include "base/ctx.h"

enum { MULTIPART_PARTS_MAX = 100, MULTIPART_HEAD_MAX = 8 * 1024 };

struct multipart {
	struct str delimiter;                /* what ends a part: CR LF, two dashes, the boundary */
	struct str rest;                     /* behind the delimiter that was found last */
	size_t n_parts;                      /* read so far */
};

struct multipart_part {
	struct str name;                     /* of the form's field; UTF-8 */
	struct str file_name;                /* as the client calls it, UTF-8; p NULL: it is no file */
	struct str bytes;
};

/* content_type: of the request; p NULL: it has none. Borrows the body. ERR_INVALID: another media
 * type, no usable boundary, or a body in which it does not occur; the text is for the client. */
enum err multipart_begin(struct ctx *ctx, struct str content_type, struct str body, struct multipart *out);
/* *more false: there are no more parts, and the body was whole. ERR_INVALID: it is malformed, has more
 * than MULTIPART_PARTS_MAX parts, or one with more than MULTIPART_HEAD_MAX bytes of headers. */
enum err multipart_next(struct ctx *ctx, struct multipart *m, struct multipart_part *out, bool *more);

#endif
