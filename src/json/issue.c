/* json/issue.c: collecting what is wrong with a value, and telling it.
 *
 * A path is built on the stack while a value is walked and copied only when something is wrong.
 */
#include <stdarg.h>

#include "json/field.h"

static const struct path_step *path_copy(struct arena *mem, const struct path_step *path)
{
	struct path_step *copy;

	if (!path)
		return NULL;
	copy = NEW(mem, struct path_step);
	*copy = (struct path_step){ path_copy(mem, path->up), path->name, path->index };
	return copy;
}

struct issue *issue_add(struct ctx *ctx, const struct path_step *path, const char *code, const char *fmt, ...)
{
	struct issue *issue;
	va_list ap;

	if (!ctx->issues || ctx->issues->n == ISSUES_MAX)
		return NULL;
	issue = &ctx->issues->items[ctx->issues->n++];
	*issue = (struct issue){ .path = path_copy(ctx->mem, path), .code = code };
	va_start(ap, fmt);
	issue->message = arena_vprintf(ctx->mem, fmt, ap);
	va_end(ap);
	return issue;
}

const struct path_step *path_name(struct ctx *ctx, const struct path_step *up, const char *name)
{
	struct path_step *step = NEW(ctx->mem, struct path_step);

	*step = (struct path_step){ .up = up, .name = str_of(name) };
	return step;
}

const struct path_step *path_index(struct ctx *ctx, const struct path_step *up, size_t index)
{
	struct path_step *step = NEW(ctx->mem, struct path_step);

	*step = (struct path_step){ .up = up, .index = index };
	return step;
}

static void print_path(struct buf *out, const struct path_step *path)
{
	if (!path)
		return;
	print_path(out, path->up);
	if (path->name.p)
		buf_printf(out, "%s%.*s", out->n ? "." : "", STR(path->name));
	else
		buf_printf(out, "[%zu]", path->index);
}

struct str path_text(struct arena *mem, const struct path_step *path)
{
	struct buf out = { .mem = mem };

	print_path(&out, path);
	return buf_view(&out);
}

static void write_path(struct json_writer *w, const struct path_step *path)
{
	if (!path)
		return;
	write_path(w, path->up);
	if (path->name.p)
		jw_str(w, path->name);
	else
		jw_int(w, (int64_t)path->index);
}

static void write_issue(struct json_writer *w, const struct issue *issue)
{
	jw_object(w);
	jw_key(w, "path");
	jw_array(w);
	write_path(w, issue->path);
	jw_end(w);
	jw_key(w, "code");
	jw_z(w, issue->code);
	jw_key(w, "message");
	jw_str(w, issue->message);
	if (issue->keys.n) {
		jw_key(w, "keys");
		jw_array(w);
		for (size_t i = 0; i < issue->keys.n; i++)
			jw_str(w, *LIST_AT(issue->keys, struct str, i));
		jw_end(w);
	}
	jw_end(w);
}

void issues_write(struct json_writer *w, const struct issues *issues)
{
	jw_array(w);
	for (size_t i = 0; issues && i < issues->n; i++)
		write_issue(w, &issues->items[i]);
	jw_end(w);
}
