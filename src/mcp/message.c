/* mcp/message.c: the shapes are those that the reference's schemas let through. */
#include "mcp/message.h"

/* What a double, and so every other implementation, can tell apart. */
#define ID_MAX ((INT64_C(1) << 53) - 1)

static bool is_id(const struct json *v)
{
	int64_t n;

	return json_is(v, JSON_STR) || (json_as_int(v, &n) && n >= -ID_MAX && n <= ID_MAX);
}

static bool absent_or(const struct json *v, enum json_type type)
{
	return !v || v->type == type;
}

static bool only_has(const struct json *v, const char *const *names)
{
	for (size_t i = 0; i < v->n_members; i++)
		if (!str_is_one_of(v->members[i].key, names))
			return false;
	return true;
}

/* `_meta` and a token in it have their types everywhere. */
static bool are_params(const struct json *params)
{
	const struct json *meta = json_get(params, "_meta");
	const struct json *token = json_get(meta, "progressToken");

	return absent_or(params, JSON_OBJECT) && absent_or(meta, JSON_OBJECT) && (!token || is_id(token));
}

static bool read_call(const struct json *v, bool strict, struct mcp_message *out)
{
	static const char *const MEMBERS[] = { "jsonrpc", "id", "method", "params", NULL };
	const struct json *method = json_get(v, "method");

	*out = (struct mcp_message){
		.kind = json_get(v, "id") ? MCP_REQUEST : MCP_NOTIFICATION, .method = json_get_str(v, "method"),
		.id = json_get(v, "id"), .params = json_get(v, "params"),
	};
	return json_is(method, JSON_STR) && (!out->id || is_id(out->id)) && absent_or(out->params, JSON_OBJECT) &&
	       (!strict || (are_params(out->params) && only_has(v, MEMBERS)));
}

static bool is_error(const struct json *e)
{
	int64_t code;

	return json_as_int(json_get(e, "code"), &code) && json_is(json_get(e, "message"), JSON_STR);
}

static bool read_response(const struct json *v, struct mcp_message *out)
{
	static const char *const WITH_RESULT[] = { "jsonrpc", "id", "result", NULL };
	static const char *const WITH_ERROR[] = { "jsonrpc", "id", "error", NULL };
	const struct json *result = json_get(v, "result");

	*out = (struct mcp_message){ .kind = MCP_RESPONSE, .id = json_get(v, "id"), .outcome = result };
	if (result)
		return is_id(out->id) && json_is(result, JSON_OBJECT) && only_has(v, WITH_RESULT);
	return (!out->id || is_id(out->id)) && is_error(json_get(v, "error")) && only_has(v, WITH_ERROR);
}

bool mcp_message_read(const struct json *v, enum mcp_strictness strictness, struct mcp_message *out)
{
	if (!json_is(v, JSON_OBJECT) || !str_is(json_get_str(v, "jsonrpc"), "2.0"))
		return false;
	return json_get(v, "method") ? read_call(v, strictness == MCP_STRICT, out) : read_response(v, out);
}

bool mcp_id_eq(const struct json *a, const struct json *b)
{
	int64_t m, n;

	if (json_is(a, JSON_STR) || json_is(b, JSON_STR))
		return json_is(a, JSON_STR) && json_is(b, JSON_STR) && str_eq(a->text, b->text);
	return json_as_int(a, &m) && json_as_int(b, &n) && m == n;
}

/* -- writing ----------------------------------------------------------------------------------------- */

void mcp_write_id(struct json_writer *w, const struct json *id)
{
	int64_t n;

	if (json_as_int(id, &n))
		jw_int(w, n);
	else
		jw_value(w, id);
}

void mcp_write_head(struct json_writer *w, const struct json *id)
{
	jw_key(w, "jsonrpc");
	jw_z(w, "2.0");
	if (id) {
		jw_key(w, "id");
		mcp_write_id(w, id);
	}
}

void mcp_open_notification(struct json_writer *w, const char *method)
{
	jw_object(w);
	mcp_write_head(w, NULL);
	jw_key(w, "method");
	jw_z(w, method);
	jw_key(w, "params");
	jw_object(w);
}

struct str mcp_error_text(struct arena *mem, const struct json *id, bool null_id, const struct mcp_error *error)
{
	struct buf out = { .mem = mem };
	struct json_writer w = { .out = &out };

	jw_object(&w);
	mcp_write_head(&w, id);
	jw_key(&w, "error");
	jw_object(&w);
	jw_key(&w, "code");
	jw_int(&w, error->code);
	jw_key(&w, "message");
	jw_str(&w, error->message);
	if (error->data.p) {
		jw_key(&w, "data");
		jw_raw(&w, error->data);
	}
	jw_end(&w);
	if (!id && null_id) {
		jw_key(&w, "id");
		jw_null(&w);
	}
	jw_end(&w);
	return buf_view(&out);
}
