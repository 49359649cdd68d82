/* model/key_headers.h: how a request to a provider says whose it is, by the protocol the provider speaks. */
#ifndef MODEL_KEY_HEADERS_H
#define MODEL_KEY_HEADERS_H

#include "http/client.h"
#include "model/providers.h"

enum { KEY_HEADERS_MAX = 2 };

/* Writes the headers, and returns how many. key absent or empty: the server wants none. What they hold of it may be
 * a copy in mem: key_headers_wipe ends it. */
size_t key_headers(struct arena *mem, enum wire wire, struct str key, struct http_header out[static KEY_HEADERS_MAX]);
/* Overwrites the copies of the key among these headers. */
void key_headers_wipe(const struct http_header *headers, size_t n, struct str key);

#endif
