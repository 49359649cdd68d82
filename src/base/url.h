/* base/url.h: reading URLs: query strings, percent-encoding, and the absolute form.
 *
 * Everything is decoded exactly once, here; what comes out may contain any byte, NUL too.
 * Threads: any.
 */
#ifndef BASE_URL_H
#define BASE_URL_H

#include "base/buf.h"

/* Decodes %XX. False: a '%' without two hex digits behind it. *out is in mem, or text itself. */
bool url_decode(struct arena *mem, struct str text, struct str *out);

/* What a path means, whoever wrote it (RFC 3986, 6.2.2): dot segments resolved, and what need not be encoded
 * decoded. In mem, or path itself, as which what is malformed stays. */
struct str url_path_normal(struct arena *mem, struct str path);
/* The path with one slash wherever several stand side by side. In mem. */
struct str url_path_single(struct arena *mem, struct str path);

/* Appends the text with everything but letters, digits and "-._~" as %XX. */
void url_encode(struct buf *out, struct str text);

struct url_param {
	struct str name, value;      /* decoded */
};

/* Goes through "a=b&c&d=e%20f+g" one by one; '+' is a blank, a missing '=' an empty value, "&&" nothing,
 * and a '%' without two hex digits behind it stands for itself (URL Standard, 5.1). `*rest` starts as the
 * query and holds what is left. False: nothing was. */
bool url_param_next(struct arena *mem, struct str *rest, struct url_param *out);

/* The first parameter of that name, or { NULL, 0 } when there is none. */
struct str url_param_get(struct arena *mem, struct str query, const char *name);

/* True for "scheme://host...": any scheme, a host, an optional port, and no characters that
 * would have to be encoded. */
bool url_valid(struct str url);
/* Also those without a host, "data:,x" and "urn:isbn:0": any scheme but http and https with
 * something behind it. */
bool url_absolute(struct str url);

#endif
