/* mcp/expect.c: malformed parameters as the reference's validator tells of them (studio contract 3.2, 3.4): a
 * list of issues, laid out over many lines, as the text of an internal error. Clients show it as it is. */
#include <stdio.h>

#include "mcp/internal.h"

static void write_path(struct json_writer *w, const struct mcp_expectation *e)
{
	jw_key(w, "path");
	jw_array(w);
	jw_z(w, "params");
	for (size_t i = 0; i < COUNT_OF(e->path) && e->path[i]; i++)
		jw_z(w, e->path[i]);
	jw_end(w);
}

static void write_issue(struct json_writer *w, const struct mcp_expectation *e, const struct json *v)
{
	char message[80];

	snprintf(message, sizeof(message), "Invalid input: expected %s, received %s", e->called, json_type_name(v));
	jw_object(w);
	jw_key(w, "expected");
	jw_z(w, e->called);
	jw_key(w, "code");
	jw_z(w, "invalid_type");
	write_path(w, e);
	jw_key(w, "message");
	jw_z(w, message);
	jw_end(w);
}

/* Whether the value is what it should be; of what lies in something that is no object, that is told already. */
static bool holds(const struct mcp_expectation *e, const struct json *params, const struct json **v)
{
	const struct json *in = e->path[1] ? json_get(params, e->path[0]) : params;

	*v = json_get(in, e->path[1] ? e->path[1] : e->path[0]);
	return !json_is(in, JSON_OBJECT) || (!*v && e->optional) || json_is(*v, e->type);
}

/* How many there were. */
static size_t write_issues(struct json_writer *w, const struct json *params, const struct mcp_expectation *all,
			   size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		const struct json *v;

		if (holds(&all[i], params, &v))
			continue;
		write_issue(w, &all[i], v);
		found++;
	}
	return found;
}

enum err mcp_expect(struct mcp_turn *t, const struct mcp_expectation *all, size_t n)
{
	static const struct mcp_expectation ANY = { .called = "object" };
	struct buf text = { .mem = t->ctx->mem }, wide = { .mem = t->ctx->mem };
	struct json_writer w = { .out = &text };
	const struct json *params = t->message.params;

	jw_array(&w);
	if (!params && !all[0].optional)
		write_issue(&w, &ANY, params);
	else if (write_issues(&w, params, all, n) == 0)
		return OK;
	jw_end(&w);
	json_indent(&wide, buf_view(&text));
	return mcp_refuse(t, MCP_INTERNAL, "%.*s", STR(buf_view(&wide)));
}
