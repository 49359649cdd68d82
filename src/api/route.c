/* api/route.c: segment by segment comparison with each row. The table is short enough that a
 * tree would only be harder to read. */
#include "api/route.h"

#include "base/url.h"
#include "base/utf8.h"

/* Whether path fits the pattern; fills params with what stands in the braces' places, still
 * encoded. *literals counts the characters that fit literally. */
static bool fits(const char *pattern, struct str path, struct route *r, int *literals)
{
	size_t at = 0;

	r->n_params = 0;
	for (*literals = 0; *pattern; pattern++) {
		size_t from = at;
		const char *name = pattern + 1;

		if (*pattern != '{') {
			if (at == path.n || path.p[at++] != *pattern)
				return false;
			++*literals;
			continue;
		}
		pattern = strchr(pattern, '}');
		while (at < path.n && path.p[at] != '/')
			at++;
		if (at == from)
			return false;
		r->params[r->n_params++] = (struct path_param){ { name, (size_t)(pattern - name) }, { path.p + from, at - from } };
	}
	return at == path.n;
}

/* Each parameter is decoded once (studio contract 1.7). */
static void decode_params(struct arena *mem, struct route *r)
{
	for (size_t i = 0; i < r->n_params; i++) {
		struct str *value = &r->params[i].value;

		if (!url_decode(mem, *value, value) || !utf8_valid(*value))
			*value = (struct str){ NULL, 0 };
	}
}

static bool method_fits(const struct op *op, enum http_method method)
{
	return op->method == method || (method == HTTP_HEAD && op->method == HTTP_GET);
}

void route_find(struct arena *mem, enum http_method method, struct str path, enum contract kind, struct route *out)
{
	int literals, best = -1;
	struct route r = {0};

	*out = (struct route){0};
	if (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	FOR_EACH_OP(op) {
		/* A literal path hides the parameter that would also fit it. */
		if ((op->key_decides && op->contract != kind) || !fits(op->path, path, &r, &literals) || literals < best)
			continue;
		if (literals > best)
			*out = (struct route){ .known_path = true, .contract = op->contract, .key_decides = op->key_decides };
		best = literals;
		out->methods |= 1u << op->method;
		if (out->op || !method_fits(op, method))
			continue;
		out->op = op;
		memcpy(out->params, r.params, sizeof(r.params));
		out->n_params = r.n_params;
	}
	decode_params(mem, out);
}

struct str route_allow(struct arena *mem, unsigned methods)
{
	/* In the order of the alphabet, as the studio contract lists them (1.7). */
	static const struct {
		enum http_method method;
		const char *name;
	} NAMES[] = {
		{ HTTP_DELETE, "DELETE" }, { HTTP_GET, "GET" }, { HTTP_HEAD, "HEAD" }, { HTTP_OPTIONS, "OPTIONS" },
		{ HTTP_PATCH, "PATCH" }, { HTTP_POST, "POST" }, { HTTP_PUT, "PUT" },
	};
	struct buf out = { .mem = mem };

	methods |= 1u << HTTP_OPTIONS | (methods >> HTTP_GET & 1u) << HTTP_HEAD;
	for (size_t i = 0; i < COUNT_OF(NAMES); i++)
		if (methods >> NAMES[i].method & 1u)
			buf_printf(&out, "%s%s", out.n ? ", " : "", NAMES[i].name);
	return buf_view(&out);
}
