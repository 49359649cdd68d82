/* Any text as a query string, as something percent-encoded, and as a URL. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/url.h"

#define REQUIRE(condition) ((condition) ? (void)0 : abort())

/* Encoding every byte and decoding again gives the text back. */
static void check_round_trip(struct arena *mem, struct str text)
{
	struct buf encoded = { .mem = mem };
	struct str decoded;

	for (size_t i = 0; i < text.n; i++)
		buf_printf(&encoded, "%%%02x", (unsigned char)text.p[i]);
	REQUIRE(url_decode(mem, buf_view(&encoded), &decoded));
	REQUIRE(str_eq(decoded, text));
}

static void check_params(struct arena *mem, struct str query)
{
	struct str rest = query;
	struct url_param param;
	size_t total = 0;

	while (url_param_next(mem, &rest, &param)) {
		total += param.name.n + param.value.n;
		REQUIRE(param.name.p && param.value.p);
	}
	REQUIRE(total <= query.n);
}

/* A normal path is normal, begins as it did, and has no dot segments. */
static void check_path(struct arena *mem, struct str path)
{
	struct str normal = url_path_normal(mem, path), decoded;

	REQUIRE(normal.n <= path.n);
	REQUIRE(str_eq(url_path_normal(mem, normal), normal));
	if (path.n > 0 && path.p[0] == '/' && url_decode(mem, path, &decoded))
		REQUIRE(normal.p[0] == '/' && str_find(normal, S("/../")) < 0 && str_find(normal, S("/./")) < 0);
	REQUIRE(str_find(url_path_single(mem, normal), S("//")) < 0);
}

static void check_url(struct str url)
{
	if (!url_valid(url))
		return;
	REQUIRE(str_find(url, S("://")) > 0);
	for (size_t i = 0; i < url.n; i++)
		REQUIRE((unsigned char)url.p[i] > ' ' && !strchr("\"<>\\", url.p[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = { (const char *)data, n }, decoded;
	struct arena mem;

	arena_init(&mem, 4096);
	if (url_decode(&mem, text, &decoded))
		REQUIRE(decoded.n <= text.n);
	check_round_trip(&mem, text);
	check_params(&mem, text);
	check_url(text);
	check_path(&mem, text);
	arena_fini(&mem);
	return 0;
}
