/* http/url.h: reading URLs: query strings, percent-encoding, and the absolute form.
 *
 * Everything is decoded exactly once, here; what comes out may contain any byte, NUL too.
 * Threads: any.
 */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include "base/arena.h"

/* Decodes %XX. False: a '%' without two hex digits behind it. *out is in mem, or text itself. */
bool http_percent_decode(struct arena *mem, struct str text, struct str *out);

struct http_param {
	struct str name, value;      /* decoded */
};

/* Goes through "a=b&c&d=e%20f+g" one by one; '+' is a blank, a missing '=' an empty value, and
 * "&&" nothing. `*rest` starts as the query and holds what is left. */
enum http_param_step { HTTP_PARAM_END, HTTP_PARAM_OK, HTTP_PARAM_MALFORMED };
enum http_param_step http_param_next(struct arena *mem, struct str *rest, struct http_param *out);

/* The first parameter of that name, or { NULL, 0 } when there is none (or it is malformed). */
struct str http_param_get(struct arena *mem, struct str query, const char *name);

/* True for "scheme://host...": any scheme, a host, an optional port, and no characters that
 * would have to be encoded. */
bool http_url_valid(struct str url);

#endif
