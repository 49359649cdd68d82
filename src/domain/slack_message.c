/* domain/slack_message.c: what is wrong with a message, and which of the installed apps says it. */
#include "domain/slack_message.h"

#include "base/buf.h"
#include "domain/slack_app.h"
#include "domain/words.h"
#include "json/js.h"

static bool is_blank(struct str text)
{
	return !text.p || js_trim(text).n == 0;
}

static enum err check(struct ctx *ctx, const struct slack_message *m)
{
	if (is_blank(m->text))
		return fail(ctx, ERR_INVALID, "`text` is required");
	if (is_blank(m->to_email) == is_blank(m->channel))
		return fail(ctx, ERR_INVALID, "provide exactly one of `toEmail` or `channel`");
	return OK;
}

/* *apps: of struct slack_app, those that can speak. */
static enum err installed_apps(struct ctx *ctx, struct list *apps)
{
	size_t n = 0;

	TRY(slack_app_list(ctx, apps));
	for (size_t i = 0; i < apps->n; i++) {
		const struct slack_app *a = LIST_AT(*apps, struct slack_app, i);

		if (str_is(a->status, "installed") && a->has_bot_token)
			*LIST_AT(*apps, struct slack_app, n++) = *a;
	}
	apps->n = n;
	if (n > 0)
		return OK;
	return fail(ctx, ERR_CONFLICT, "no installed Slack app in this workspace \u2014 finish the OAuth install under "
		    "Settings \u2192 Slack apps first");
}

static enum err app_by_name(struct ctx *ctx, const struct list *apps, struct str name, const struct slack_app **out)
{
	struct str folded = text_lower(ctx->mem, name);

	for (size_t i = 0; i < apps->n; i++) {
		const struct slack_app *a = LIST_AT(*apps, struct slack_app, i);

		if (str_eq(a->folded_name, folded)) {
			*out = a;
			return OK;
		}
	}
	return fail(ctx, ERR_NOT_FOUND, "no installed Slack app named \"%.*s\"", STR(name));
}

static enum err only_app(struct ctx *ctx, const struct list *apps, const struct slack_app **out)
{
	struct buf names = { .mem = ctx->mem };

	*out = LIST_AT(*apps, struct slack_app, 0);
	if (apps->n == 1)
		return OK;
	for (size_t i = 0; i < apps->n; i++)
		buf_printf(&names, "%s%.*s", i ? ", " : "", STR(LIST_AT(*apps, struct slack_app, i)->name));
	return fail(ctx, ERR_INVALID, "multiple Slack apps installed \u2014 pass `slackApp` (one of: %.*s)",
		    STR(buf_view(&names)));
}

enum err slack_message_send(struct ctx *ctx, const struct slack_message *m, struct slack_receipt *out)
{
	const struct slack_app *app = NULL;
	struct list apps;

	(void)out;
	TRY(check(ctx, m));
	TRY(installed_apps(ctx, &apps));
	if (is_blank(m->app))
		TRY(only_app(ctx, &apps, &app));
	else
		TRY(app_by_name(ctx, &apps, js_trim(m->app), &app));
	/* An app that was imported had one, which stayed behind. */
	return fail(ctx, ERR_CONFLICT, "Slack app \"%.*s\" has no bot token", STR(app->name));
}
