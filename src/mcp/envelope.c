/* mcp/envelope.c: what is refused, and in which order. */
#include "mcp/envelope.h"

#include <sodium.h>
#include <stdarg.h>

#include "base/utf8.h"

#define META "io.modelcontextprotocol/"
#define VERSION_KEY META "protocolVersion"
#define CAPABILITIES_KEY META "clientCapabilities"
#define LOG_LEVEL_KEY META "logLevel"

/* -- refusals ---------------------------------------------------------------------------------------- */

static bool refuse(struct ctx *ctx, struct mcp_error *error, enum mcp_code code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static bool refuse(struct ctx *ctx, struct mcp_error *error, enum mcp_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	*error = (struct mcp_error){ .status = 400, .code = code, .message = arena_vprintf(ctx->mem, fmt, ap) };
	va_end(ap);
	return false;
}

void mcp_write_versions(struct json_writer *w)
{
	jw_array(w);
	for (int r = MCP_MODERN; r >= MCP_2024_10_07; r--)
		jw_z(w, mcp_revision_name((enum mcp_revision)r));
	jw_end(w);
}

static bool refuse_version(struct ctx *ctx, struct mcp_error *error, struct str requested)
{
	struct buf data = { .mem = ctx->mem };
	struct json_writer w = { .out = &data };

	jw_object(&w);
	jw_key(&w, "supported");
	mcp_write_versions(&w);
	jw_key(&w, "requested");
	jw_str(&w, requested);
	jw_end(&w);
	refuse(ctx, error, MCP_BAD_VERSION, "Unsupported protocol version");
	error->data = buf_view(&data);
	return false;
}

/* A header may hold any byte, and JSON only UTF-8: each byte is taken for a character, as the reference does. */
static struct str header_text(struct arena *mem, struct str value)
{
	struct buf out = { .mem = mem };

	for (size_t i = 0; i < value.n; i++)
		out.n += utf8_put(buf_room(&out, UTF8_MAX_BYTES), (unsigned char)value.p[i]);
	return buf_view(&out);
}

/* In the words of the reference (studio contract 3.1). */
static bool refuse_legacy_version(struct ctx *ctx, struct mcp_error *error, struct str requested)
{
	struct buf list = { .mem = ctx->mem };

	for (int r = MCP_LATEST_LEGACY; r >= MCP_2024_10_07; r--)
		buf_printf(&list, "%s%s", list.n ? ", " : "", mcp_revision_name((enum mcp_revision)r));
	return refuse(ctx, error, MCP_REFUSED,
		      "Bad Request: Unsupported protocol version: %.*s (supported versions: %.*s)",
		      STR(header_text(ctx->mem, requested)), STR(buf_view(&list)));
}

/* -- the older revisions ----------------------------------------------------------------------------- */

bool mcp_names_modern(struct str version)
{
	return str_is(version, mcp_revision_name(MCP_MODERN));
}

static bool read_legacy(struct ctx *ctx, const struct mcp_headers *h, const struct mcp_message *m,
			struct mcp_envelope *out, struct mcp_error *error)
{
	bool opens = str_is(m->method, "initialize");
	enum mcp_revision named;

	*out = (struct mcp_envelope){
		.revision = MCP_2025_03_26, .progress_token = json_get(json_get(m->params, "_meta"), "progressToken"),
		/* logging/setLevel has nowhere to be remembered: this is what servers send before it. */
		.log_level = MCP_INFO,
	};
	if (mcp_names_modern(h->version) && m->kind == MCP_REQUEST)
		return opens ? refuse(ctx, error, MCP_HEADER_MISMATCH,
				      "MCP-Protocol-Version names a version without initialize")
			     : refuse(ctx, error, MCP_INVALID_PARAMS, "Missing _meta key " VERSION_KEY);
	if (!h->version.p)
		return true;
	if (mcp_revision_by_name(h->version, &named))
		out->revision = named;
	/* The handshake is what agrees on a version: whatever stands in its header is nobody's yet. */
	else if (!opens)
		return refuse_legacy_version(ctx, error, h->version);
	return true;
}

/* -- the stateless revision ---------------------------------------------------------------------------- */

static const struct json *version_of(const struct json *params)
{
	return json_get(json_get(params, "_meta"), VERSION_KEY);
}

bool mcp_is_modern(const struct json *v)
{
	return version_of(json_get(v, "params")) != NULL;
}

static bool read_log_level(const struct json *level, enum mcp_level *out)
{
	*out = MCP_SILENT;
	return !level || (json_is(level, JSON_STR) && mcp_level_by_name(level->text, out));
}

static bool is_token(const struct json *v)
{
	int64_t n;

	return !v || json_is(v, JSON_STR) || json_as_int(v, &n);
}

static bool read_meta(struct ctx *ctx, const struct json *meta, struct mcp_envelope *out, struct mcp_error *error)
{
	*out = (struct mcp_envelope){
		.revision = MCP_MODERN, .capabilities = json_get(meta, CAPABILITIES_KEY),
		.progress_token = json_get(meta, "progressToken"),
	};
	if (!json_is(json_get(meta, VERSION_KEY), JSON_STR))
		return refuse(ctx, error, MCP_INVALID_PARAMS, "_meta key " VERSION_KEY " must be a string");
	if (!out->capabilities)
		return refuse(ctx, error, MCP_INVALID_PARAMS, "Missing _meta key " CAPABILITIES_KEY);
	if (!json_is(out->capabilities, JSON_OBJECT))
		return refuse(ctx, error, MCP_INVALID_PARAMS, "_meta key " CAPABILITIES_KEY " must be an object");
	if (!is_token(out->progress_token))
		return refuse(ctx, error, MCP_INVALID_PARAMS, "_meta key progressToken must be a string or an integer");
	if (!read_log_level(json_get(meta, LOG_LEVEL_KEY), &out->log_level))
		return refuse(ctx, error, MCP_INVALID_PARAMS, "_meta key " LOG_LEVEL_KEY " is not a level");
	return true;
}

static bool read_modern(struct ctx *ctx, const struct mcp_headers *h, const struct mcp_message *m,
			struct mcp_envelope *out, struct mcp_error *error)
{
	const struct json *meta = json_get(m->params, "_meta");
	struct str version;

	if (!read_meta(ctx, meta, out, error))
		return false;
	version = json_get_str(meta, VERSION_KEY);
	if (h->version.p && !str_eq(h->version, version))
		return refuse(ctx, error, MCP_HEADER_MISMATCH,
			      "MCP-Protocol-Version is not the version that _meta names");
	if (!mcp_names_modern(version))
		return refuse_version(ctx, error, version);
	if (!h->version.p)
		return refuse(ctx, error, MCP_HEADER_MISMATCH, "Missing header MCP-Protocol-Version");
	return true;
}

/* A handshake that names some older version in _meta is a handshake all the same. Of notifications nothing is
 * asked: they are accepted, and nobody would read why not. */
static bool is_modern_request(const struct mcp_message *m)
{
	const struct json *version = version_of(m->params);

	if (!version || m->kind != MCP_REQUEST)
		return false;
	return !str_is(m->method, "initialize") || (json_is(version, JSON_STR) && mcp_names_modern(version->text));
}

bool mcp_envelope_read(struct ctx *ctx, const struct mcp_headers *headers, const struct mcp_message *m,
		       struct mcp_envelope *out, struct mcp_error *error)
{
	return (is_modern_request(m) ? read_modern : read_legacy)(ctx, headers, m, out, error);
}

/* -- headers that repeat the body ------------------------------------------------------------------------ */

#define ENCODED_BEGIN S("=?base64?")
#define ENCODED_END S("?=")

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return true;
}

bool mcp_header_decode(struct arena *mem, struct str value, struct str *out)
{
	size_t around = ENCODED_BEGIN.n + ENCODED_END.n, n = 0;
	char *text;

	*out = value;
	if (value.n < around || !str_starts(value, ENCODED_BEGIN) || !str_ends(value, ENCODED_END))
		return is_plain(value);
	value = (struct str){ value.p + ENCODED_BEGIN.n, value.n - around };
	text = arena_alloc(mem, value.n + 1);
	if (sodium_base642bin((unsigned char *)text, value.n, value.p, value.n, NULL, &n, NULL,
			      sodium_base64_VARIANT_ORIGINAL) != 0)
		return false;
	*out = (struct str){ text, n };
	return utf8_valid(*out);
}

static bool name_agrees(struct ctx *ctx, struct str header, struct str sent, const char *parameter,
			struct mcp_error *error)
{
	struct str name;

	/* What is missing in the body is the parameters' fault. */
	if (!header.p && !sent.p)
		return true;
	if (!header.p)
		return refuse(ctx, error, MCP_HEADER_MISMATCH, "Missing header Mcp-Name");
	if (!mcp_header_decode(ctx->mem, header, &name))
		return refuse(ctx, error, MCP_HEADER_MISMATCH, "Mcp-Name is not encoded as it must be");
	if (!sent.p || !str_eq(name, sent))
		return refuse(ctx, error, MCP_HEADER_MISMATCH, "Mcp-Name is not params.%s", parameter);
	return true;
}

bool mcp_mirrors_agree(struct ctx *ctx, const struct mcp_headers *headers, const struct mcp_message *m,
		       const char *parameter, struct mcp_error *error)
{
	if (!headers->method.p)
		return refuse(ctx, error, MCP_HEADER_MISMATCH, "Missing header Mcp-Method");
	if (!str_eq(headers->method, m->method))
		return refuse(ctx, error, MCP_HEADER_MISMATCH, "Mcp-Method is not the body's method");
	return !parameter || name_agrees(ctx, headers->name, json_get_str(m->params, parameter), parameter, error);
}
