/* api/manner.c: workspace contract 2.2 and 2.4, studio contract 1.5 and 1.6. */
#include "api/manner.h"

/* -- what both reply ------------------------------------------------------------------------------- */

void call_write_out(struct json_writer *w, const struct call *call, const struct schema *as)
{
	if (call->out_text.p) {
		jw_raw(w, call->out_text);
		return;
	}
	if (!call->op->replies_list) {
		schema_write(w, as, call->out, WRITE_REPLY);
		return;
	}
	jw_array(w);
	for (size_t i = 0; i < call->out_list.n; i++)
		schema_write(w, as, (const char *)call->out_list.items + i * as->size, WRITE_REPLY);
	jw_end(w);
}

void call_write_page(struct json_writer *w, const struct page *p)
{
	int64_t pages = (p->total + p->limit - 1) / p->limit;

	jw_object(w);
	jw_key(w, "total");
	jw_int(w, p->total);
	jw_key(w, "page");
	jw_int(w, p->page);
	jw_key(w, "limit");
	jw_int(w, p->limit);
	jw_key(w, "totalPages");
	jw_int(w, pages);
	jw_key(w, "hasNextPage");
	jw_bool(w, p->page < pages);
	jw_key(w, "hasPrevPage");
	jw_bool(w, p->page > 1);
	jw_end(w);
}

/* -- workspace: { "data": ... } and { "error", "code", "details" } ------------------------------- */

/* The machine-readable code: the operation's own for what it looked up, else by the table. */
static const char *workspace_code(enum err e, const struct call *call)
{
	const struct op *op = call ? call->op : NULL;
	static const char *const CODES[ERR_COUNT] = {
		[ERR_INVALID] = "VALIDATION_ERROR", [ERR_UNAUTHENTICATED] = "UNAUTHORIZED", [ERR_FORBIDDEN] = "FORBIDDEN",
		[ERR_NOT_FOUND] = "NOT_FOUND", [ERR_NO_ROUTE] = "NOT_FOUND", [ERR_BAD_METHOD] = "NOT_FOUND",
		[ERR_CONFLICT] = "CONFLICT", [ERR_TOO_LARGE] = "PAYLOAD_TOO_LARGE",
		[ERR_UNPROCESSABLE] = "IDEMPOTENCY_KEY_REUSED", [ERR_BUSY] = "UNAVAILABLE", [ERR_TIMEOUT] = "TIMEOUT",
	};

	if (e == ERR_NOT_FOUND && op && op->not_found)
		return call->not_found ? call->not_found : op->not_found;
	if (e == ERR_CONFLICT && op && op->conflict)
		return op->conflict;
	return CODES[e];
}

static void workspace_error(struct json_writer *w, enum err e, const char *why, const struct call *call,
			    const struct issues *issues)
{
	const char *code = workspace_code(e, call);

	jw_object(w);
	jw_key(w, "error");
	jw_z(w, why);
	if (code) {
		jw_key(w, "code");
		jw_z(w, code);
	}
	if (e == ERR_INVALID) {
		jw_key(w, "details");
		issues_write(w, issues);
	}
	jw_end(w);
}

static void write_out(struct json_writer *w, const struct call *call)
{
	call_write_out(w, call, call->op->out);
}

static void workspace_success(struct json_writer *w, const struct call *call)
{
	jw_object(w);
	jw_key(w, "data");
	if (call->op->out_key) {
		jw_object(w);
		jw_key(w, call->op->out_key);
		write_out(w, call);
		jw_end(w);
	} else {
		write_out(w, call);
	}
	if (call->op->paged) {
		jw_key(w, "pagination");
		call_write_page(w, &call->page);
	}
	jw_end(w);
}

/* -- studio: bare objects and { "error" } ---------------------------------------------------------- */

/* Which field fails first is for the contract to say, not for the order in which they were sent: its order is
 * that of the table. */
static const struct field *first_failing(const struct issues *issues)
{
	const struct field *first = issues->items[0].field;

	for (size_t i = 1; i < issues->n; i++)
		if (issues->items[i].field && issues->items[i].field < first)
			first = issues->items[i].field;
	return first;
}

static void studio_error(struct json_writer *w, enum err e, const char *why, const struct call *call,
			 const struct issues *issues)
{
	bool issue = issues && issues->n > 0;
	const struct field *failing = issue ? first_failing(issues) : NULL;

	(void)call;
	/* The first field that fails speaks, in its own words (studio contract section 2). */
	if (e == ERR_INVALID && failing && failing->say)
		why = failing->say;
	jw_object(w);
	jw_key(w, "error");
	jw_z(w, why);
	/* What the service said that failed us (2.1). */
	if (e == ERR_UPSTREAM && issue && issues->items[0].message.n) {
		jw_key(w, "details");
		jw_str(w, issues->items[0].message);
	}
	jw_end(w);
}

static void studio_success(struct json_writer *w, const struct call *call)
{
	if (!call->op->out_key) {
		write_out(w, call);
		return;
	}
	jw_object(w);
	jw_key(w, call->op->out_key);
	write_out(w, call);
	jw_end(w);
}

#define MIB ((size_t)1 << 20)

const struct manner manners[] = {
	[WORKSPACE_API] = {
		.content_type = "application/json; charset=utf-8", .body_max = 10 * MIB, .json = JSON_STRICT, .refuse_nul = true,
		.members_only = true, .challenges = true,
		.unauthenticated = "Invalid or missing API key", .forbidden = "Admin role required",
		.error = workspace_error, .success = workspace_success,
	},
	[STUDIO_API] = {
		.content_type = "application/json", .body_max = 64 * MIB, .json = JSON_REPAIR | JSON_OBJECTS,
		.lenient = true, .needs_scheme = true,
		.allows = true,
		.unauthenticated = "invalid or missing API key",
		.forbidden = "this API key's user lacks the required role for this action",
		.error = studio_error, .success = studio_success,
	},
};
