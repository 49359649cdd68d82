/* domain/preflight.c: each declared slot against what the acting user has, and one sentence about the rest. */
#include "domain/preflight.h"

#include "base/utf8.h"
#include "domain/agent_file.h"
#include "domain/connection.h"
#include "domain/words.h"

/* The text of a failure is short; an agent may declare anything. */
enum { NAMED_MAX = 32, NAMED_BYTES = 380, LABEL_BYTES = 80 };

#define DEFAULT_NAME "default"

static bool is_secret(const struct agent_connection *want)
{
	return str_is(want->source, "secret");
}

/* -- what there is ----------------------------------------------------------------------------------------- */

struct authorised {
	struct list connections;             /* of struct connection */
	struct list secrets;                 /* of struct stored_secret */
};

static enum err read_authorised(struct ctx *ctx, struct authorised *out)
{
	TRY(db_snapshot_begin(ctx));
	TRY(connections_list(ctx, ctx->actor.workspace_id, ctx->actor.user_id, &out->connections));
	return stored_secrets_list(ctx, ctx->actor.workspace_id, &out->secrets);
}

static bool has_secret(const struct list *secrets, struct str slug)
{
	for (size_t i = 0; i < secrets->n; i++)
		if (str_eq(LIST_AT(*secrets, struct stored_secret, i)->slug, slug))
			return true;
	return false;
}

/* The slot of that name, or the only one there is. */
static bool is_satisfied(const struct authorised *have, const struct agent_connection *want)
{
	size_t n_active = 0;

	if (is_secret(want))
		return has_secret(&have->secrets, want->toolkit);
	for (size_t i = 0; i < have->connections.n; i++) {
		const struct connection *c = LIST_AT(have->connections, struct connection, i);

		if (!c->active || !str_eq(c->source, want->source) || !str_eq(c->provider, want->toolkit))
			continue;
		if (str_eq(c->name, want->name))
			return true;
		n_active++;
	}
	return n_active == 1;
}

/* -- what is missing ----------------------------------------------------------------------------------------- */

struct missing {
	struct agent_connection named[NAMED_MAX];
	size_t n;
	struct buf text;
	bool more;                           /* than are named */
	bool not_a_secret;                   /* among them */
};

static bool is_named(const struct missing *m, const struct agent_connection *want)
{
	for (size_t i = 0; i < m->n; i++)
		if (str_eq(m->named[i].source, want->source) && str_eq(m->named[i].toolkit, want->toolkit) &&
		    str_eq(m->named[i].name, want->name))
			return true;
	return false;
}

static struct str describe(struct arena *mem, const struct agent_connection *want)
{
	struct str label = utf8_cut(connection_label(mem, want->source, want->toolkit), LABEL_BYTES);

	if (is_secret(want) || str_is(want->name, DEFAULT_NAME))
		return label;
	return arena_printf(mem, "%.*s (%.*s)", STR(label), STR(utf8_cut(want->name, LABEL_BYTES)));
}

static void add_missing(struct arena *mem, struct missing *m, const struct agent_connection *want)
{
	struct str text;

	m->not_a_secret |= !is_secret(want);
	if (m->more || is_named(m, want))
		return;
	text = describe(mem, want);
	m->more = m->n == NAMED_MAX || m->text.n + text.n > NAMED_BYTES;
	if (m->more)
		return;
	m->named[m->n++] = *want;
	buf_printf(&m->text, "%s%.*s", m->text.n ? ", " : "", STR(text));
}

/* In the form in which slots are stored. */
static struct agent_connection folded(struct arena *mem, const struct agent_connection *c)
{
	return (struct agent_connection){ text_lower(mem, c->toolkit), text_lower(mem, c->name), c->source };
}

enum err preflight_check(struct ctx *ctx, const struct list *connections)
{
	struct missing m = { .text.mem = ctx->mem };
	struct authorised have;

	if (connections->n == 0)
		return OK;
	TRY(read_authorised(ctx, &have));
	for (size_t i = 0; i < connections->n; i++) {
		struct agent_connection want = folded(ctx->mem, LIST_AT(*connections, struct agent_connection, i));

		if (!is_satisfied(&have, &want))
			add_missing(ctx->mem, &m, &want);
	}
	if (m.n == 0)
		return OK;
	return fail(ctx, ERR_UNPROCESSABLE, "You haven't connected: %.*s%s. %s, then run again.",
		    STR(buf_view(&m.text)), m.more ? ", and more" : "",
		    m.not_a_secret ? "Authorize under Connections" : "Add it under Connections \u2192 Secrets");
}
