/* model/key_headers.c: Authorization for OpenAI's protocol, x-api-key for Anthropic's. */
#include "model/key_headers.h"

size_t key_headers(struct arena *mem, enum wire wire, struct str key, struct http_header out[static KEY_HEADERS_MAX])
{
	bool anthropic = wire == WIRE_ANTHROPIC;
	size_t n = 0;

	/* Wanted with a key or without. */
	if (anthropic)
		out[n++] = (struct http_header){ S("anthropic-version"), S("2023-06-01") };
	if (key.n > 0)
		out[n++] = anthropic ? (struct http_header){ S("x-api-key"), key } :
			(struct http_header){ S("Authorization"), arena_printf(mem, "Bearer %.*s", STR(key)) };
	return n;
}

void key_headers_wipe(const struct http_header *headers, size_t n, struct str key)
{
	for (size_t i = 0; key.n > 0 && i < n; i++)
		if (str_ends(headers[i].value, key) && headers[i].value.p != key.p)
			explicit_bzero((char *)headers[i].value.p, headers[i].value.n);
}
