/* app/connection_commands.c: agentd connection ..., agentd secret ... */
#include <stdio.h>

#include "app/command.h"
#include "app/data.h"
#include "app/print.h"
#include "domain/member.h"
#include "domain/secret.h"
#include "domain/stored_secret.h"

struct connection_options {
	struct str data, workspace, slug, file, description;
	bool json;
};

/* The workspace that the command is about becomes the actor's. */
static enum err begin(struct ctx *ctx, const struct connection_options *o)
{
	struct workspace w;

	TRY(workspace_by_slug(ctx, o->workspace, &w));
	ctx->actor.workspace_id = w.id;
	return OK;
}

/* -- connection list ----------------------------------------------------------------------------- */

static const struct field connection_line_fields[] = {
	{ F_STR("user", connection_with_user, email) },
	{ F_STR("source", connection_with_user, connection.source) },
	{ F_STR("provider", connection_with_user, connection.provider) },
	{ F_STR("name", connection_with_user, connection.name) },
	{ F_STR("status", connection_with_user, connection.status) },
	{ F_TIME("tokenExpiresAt", connection_with_user, connection.token_expires_at) },
};
static const struct schema connection_line = SCHEMA(NULL, connection_with_user, connection_line_fields);

static const struct field list_fields[] = {
	WORKSPACE_OPTION(connection_options), JSON_OPTION(connection_options), DATA_OPTION(connection_options),
};
const struct schema connection_list_options = SCHEMA(NULL, connection_options, list_fields);

enum err connection_list_run(struct ctx *ctx, const void *options)
{
	const struct connection_options *o = options;
	struct list list;

	TRY(begin(ctx, o));
	TRY(connections_of_workspace(ctx, ctx->actor.workspace_id, &list));
	print_list(ctx, &connection_line, &list, o->json);
	return OK;
}

/* -- secret set ---------------------------------------------------------------------------------- */

#define SLUG_OPTION \
	{ F_STR("slug", connection_options, slug), .in = IN_PATH, .required = true, .example = "SLUG", \
	  .doc = "Its name in an agent's `connections`: a-z, 0-9, - and _." }

static const struct field set_fields[] = {
	SLUG_OPTION,
	WORKSPACE_OPTION(connection_options),
	{ F_STR("file", connection_options, file), .min = 1, .example = "FILE",
	  .doc = "Take the value from this file; else from standard input." },
	{ F_STR("description", connection_options, description), .example = "TEXT", .doc = "What it is for." },
	DATA_OPTION(connection_options),
};
const struct schema secret_set_options = SCHEMA(NULL, connection_options, set_fields);

enum { VALUE_BYTES_MAX = 128 << 10 };

/* All of it, but the line end that editors and echo put behind. Without stdio's buffer there is no copy to
 * forget. */
static enum err read_value(struct ctx *ctx, FILE *from, struct str *out)
{
	char *text = arena_alloc(ctx->mem, VALUE_BYTES_MAX);

	setvbuf(from, NULL, _IONBF, 0);
	*out = (struct str){ text, fread(text, 1, VALUE_BYTES_MAX, from) };
	if (ferror(from))
		return fail(ctx, ERR_INVALID, "cannot read the value: %m");
	if (out->n > 0 && text[out->n - 1] == '\n')
		out->n--;
	if (out->n > 0 && text[out->n - 1] == '\r')
		out->n--;
	return OK;
}

static enum err read_value_from(struct ctx *ctx, struct str path, struct str *out)
{
	FILE *file = path.p ? fopen(arena_strz(ctx->mem, path), "re") : stdin;
	enum err e;

	if (!file)
		return fail(ctx, ERR_INVALID, "cannot open %.*s: %m", STR(path));
	e = read_value(ctx, file, out);
	if (file != stdin)
		fclose(file);
	return e;
}

enum err secret_set_run(struct ctx *ctx, const void *options)
{
	const struct connection_options *o = options;
	AUTO(secret_wipe) struct str value = { NULL, 0 };

	TRY(begin(ctx, o));
	TRY(data_load_keys(ctx, o->data));
	TRY(read_value_from(ctx, o->file, &value));
	return stored_secret_set(ctx, o->slug, o->description, value);
}

/* -- secret list, delete ------------------------------------------------------------------------- */

struct secret_line {
	struct stored_secret secret;
	bool has_value;
};

static const struct field secret_line_fields[] = {
	{ F_STR("slug", secret_line, secret.slug) },
	{ F_BOOL("hasValue", secret_line, has_value) },
	{ F_STR("description", secret_line, secret.description) },
	{ F_TIME("updatedAt", secret_line, secret.updated_at) },
};
static const struct schema secret_line = SCHEMA(NULL, secret_line, secret_line_fields);

const struct schema secret_list_options = SCHEMA(NULL, connection_options, list_fields);

enum err secret_list_run(struct ctx *ctx, const void *options)
{
	const struct connection_options *o = options;
	struct secret_line *lines;
	struct list secrets;

	TRY(begin(ctx, o));
	TRY(stored_secret_list(ctx, &secrets));
	lines = arena_array(ctx->mem, secrets.n, sizeof(*lines));
	for (size_t i = 0; i < secrets.n; i++) {
		lines[i].secret = *LIST_AT(secrets, struct stored_secret, i);
		lines[i].has_value = lines[i].secret.sealed.p != NULL;
	}
	print_list(ctx, &secret_line, &(struct list){ lines, secrets.n }, o->json);
	return OK;
}

static const struct field delete_fields[] = {
	SLUG_OPTION, WORKSPACE_OPTION(connection_options), DATA_OPTION(connection_options),
};
const struct schema secret_delete_options = SCHEMA(NULL, connection_options, delete_fields);

enum err secret_delete_run(struct ctx *ctx, const void *options)
{
	const struct connection_options *o = options;

	TRY(begin(ctx, o));
	return stored_secret_delete(ctx, o->slug);
}
