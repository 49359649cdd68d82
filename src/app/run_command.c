/* app/run_command.c: agentd run: a run started, carried out and followed in a terminal.
 *
 * The run is one like any other, stored before anything is asked; this process carries it out itself, so no server
 * need be there, and one that is may take it over when this process is killed. What the agent says goes to standard
 * output as it comes; what it does besides, to standard error.
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "api/run_event.h"
#include "app/agents.h"
#include "app/command.h"
#include "app/data.h"
#include "app/print.h"
#include "app/rooms.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"
#include "domain/key.h"
#include "domain/member.h"
#include "domain/secret.h"
#include "run/watch.h"
#include "run/worker.h"

enum {
	LOOK_MS = 100,                       /* how often an interrupt is noticed */
	MESSAGE_MAX = 1 << 20,               /* bytes of standard input */
};

struct run_options {
	struct str data, workspace, user, agent, message;
	struct agents_place place;
	bool draft, json;
};

static const struct field fields[] = {
	{ F_STR("agent", run_options, agent), .in = IN_PATH, .required = true, .min = 1, .example = "AGENT",
	  .doc = "Its exact name, or the id of a managed agent." },
	{ F_STR("message", run_options, message), .in = IN_PATH, .example = "MESSAGE",
	  .doc = "What to say to it; - reads standard input. Without one, it carries out its instructions." },
	WORKSPACE_OPTION(run_options),
	{ F_STR("user", run_options, user), .example = "EMAIL",
	  .doc = "For whom it is run; may be left out when the workspace has one member." },
	{ F_BOOL("draft", run_options, draft), .doc = "Run the file as it is now, even if there is a stable version." },
	{ F_BOOL("json", run_options, json), .doc = "Print the run's events, a JSON object a line." },
	AGENTS_OPTIONS(run_options, place),
	DATA_OPTION(run_options),
};
const struct schema run_agent_options = SCHEMA(NULL, run_options, fields);

/* -- what is run, and for whom ------------------------------------------------------------------------ */

static enum err find_member(struct ctx *ctx, const struct workspace *w, struct str email, struct member *out)
{
	struct list members;

	if (email.p)
		return member_by_email(ctx, w, email, out);
	TRY(member_list(ctx, w, &members));
	if (members.n != 1)
		return fail(ctx, ERR_INVALID, "workspace '%.*s' has %zu members: --user says for whom it is run",
			    STR(w->slug), members.n);
	*out = *LIST_AT(members, struct member, 0);
	return OK;
}

static enum err act(struct ctx *ctx, const struct run_options *o)
{
	struct workspace w;
	struct member member;

	TRY(workspace_by_slug(ctx, o->workspace, &w));
	TRY(find_member(ctx, &w, o->user, &member));
	ctx->actor = (struct actor){ .workspace_id = w.id, .user_id = member.user.id, .role = role_of(member.role) };
	if (ctx->actor.role < ROLE_OPERATOR)
		return fail(ctx, ERR_FORBIDDEN, "%.*s is a viewer, and viewers run nothing", STR(member.user.email));
	return OK;
}

static enum err read_message(struct ctx *ctx, const struct run_options *o, struct str *out)
{
	struct buf text = { .mem = ctx->mem };
	size_t n;

	*out = o->message.p ? o->message : S("");
	if (!str_is(*out, "-"))
		return OK;
	while ((n = fread(buf_room(&text, 4096), 1, 4096, stdin)) > 0)
		if ((text.n += n) > MESSAGE_MAX)
			return fail(ctx, ERR_TOO_LARGE, "the message is larger than %d bytes", MESSAGE_MAX);
	*out = str_trim(buf_view(&text));
	return utf8_valid(*out) ? OK : fail(ctx, ERR_INVALID, "the message is not valid UTF-8");
}

/* -- what is shown -------------------------------------------------------------------------------------- */

struct screen {
	bool json;
	bool told;                           /* some of the agent's text; a line of it may be open */
};

static void show_line(struct ctx *ctx, struct screen *s, const char *what, struct str name)
{
	if (s->told)
		putchar('\n');
	s->told = false;
	fflush(stdout);
	fprintf(stderr, "%s %.*s\n", what, STR(print_harmless(ctx->mem, name)));
}

/* An offset of 0 where something was told: another reply, or this one anew. */
static void show_text(struct ctx *ctx, struct screen *s, const struct run_event *event)
{
	if (event->offset == 0 && s->told)
		fputs("\n\n", stdout);
	s->told = true;
	print_text(ctx, event->text);
	fflush(stdout);
}

static void show_calls(struct ctx *ctx, struct screen *s, const struct list *calls)
{
	for (size_t i = 0; i < calls->n; i++)
		show_line(ctx, s, "calls", LIST_AT(*calls, struct tool_call, i)->name);
}

static void show(struct ctx *ctx, struct screen *s, const struct run_event *event)
{
	switch (event->kind) {
	case RUN_EVENT_DELTA:
		show_text(ctx, s, event);
		break;
	case RUN_EVENT_REPLY:
		show_calls(ctx, s, &event->recorded.message.calls);
		break;
	case RUN_EVENT_RESULT:
		if (event->recorded.message.failed)
			show_line(ctx, s, "failed:", event->recorded.message.text);
		break;
	case RUN_EVENT_STATUS:
		break;
	case RUN_EVENT_END:
		if (s->told)
			putchar('\n');
		break;
	}
}

static void show_json(struct ctx *ctx, const struct run_event *event)
{
	struct buf line = { .mem = ctx->mem };
	struct json_writer w = { .out = &line };

	run_event_write(&w, event);
	buf_char(&line, '\n');
	fwrite(line.p, 1, line.n, stdout);
	fflush(stdout);
}

/* -- following it ------------------------------------------------------------------------------------------ */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	(void)number;
	/* The second is meant. */
	if (interrupted++)
		_exit(130);
}

static void cancel_when_interrupted(void)
{
	struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = SA_RESTART };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* Only once: the run then ends, and that is told. */
static enum err heed_interrupt(struct ctx *ctx, struct str run_id, bool *heeded)
{
	bool cancelled;

	if (!interrupted || *heeded)
		return OK;
	*heeded = true;
	return run_cancel(ctx, run_id, &cancelled);
}

static enum err verdict(struct ctx *ctx, const struct run *end)
{
	if (run_status_of(end) == RUN_SUCCEEDED)
		return OK;
	return fail(ctx, ERR_UPSTREAM, "the run %s: %.*s", run_status_of(end) == RUN_CANCELLED ? "was cancelled" : "failed",
		    STR(end->error_message));
}

static enum err follow(struct ctx *ctx, struct str run_id, bool json)
{
	AUTO(run_watch_close) struct run_watch watch = {0};
	struct run_event event = {0};
	struct screen screen = {0};
	bool cancelled = false;

	TRY(run_watch_open(ctx, run_id, S(""), &watch));
	for (;;) {
		AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
		enum err e = run_watch_next(ctx, &watch, mono_ms() + LOOK_MS, &event);

		TRY(heed_interrupt(ctx, run_id, &cancelled));
		if (e == ERR_TIMEOUT)
			continue;
		TRY(e);
		if (json)
			show_json(ctx, &event);
		else
			show(ctx, &screen, &event);
		if (event.kind == RUN_EVENT_END)
			return verdict(ctx, &event.run);
	}
}

/* -- all of it ------------------------------------------------------------------------------------------ */

static enum err configure(struct ctx *ctx, const struct run_options *o, struct config *out)
{
	options_default(ctx, &serve_options, out);
	TRY(config_load(ctx, o->data, out));
	out->data = o->data;
	if (o->place.dir.p || o->place.nothing) {
		out->agents_dir = o->place.dir;
		out->no_agents_dir = o->place.nothing;
	}
	return OK;
}

static enum err carry_out(struct ctx *ctx, const struct config *c, const struct run *run, bool json)
{
	struct str folder = str_of(data_path(ctx, c->data, "run"));
	const struct run_limits limits = rooms_run_limits(c);
	struct run_workers_options options = {
		.db = ctx->db, .n_workers = 1, .attempts = (int)c->run_attempts,
		.lock_path = data_path(ctx, folder, "workers.lock"), .limits = &limits,
		.only_workspace = run->workspace_id, .only_run = run->id,
	};
	struct run_workers *workers;
	enum err e;

	TRY(data_make(ctx, folder));
	TRY(run_workers_start(ctx, &options, &workers));
	run_workers_ring(workers);
	e = follow(ctx, run->id, json);
	run_workers_stop(workers);
	return e;
}

static enum err run_it(struct ctx *ctx, const struct run_options *o, const struct config *c)
{
	struct run_request request = { .agent = o->agent, .prefer_draft = o->draft, .trigger = "manual" };
	struct run run;

	TRY(act(ctx, o));
	TRY(read_message(ctx, o, &request.message));
	TRY(rooms_set_up(ctx, c));
	TRY(run_create(ctx, &request, &run));
	cancel_when_interrupted();
	return carry_out(ctx, c, &run, o->json);
}

enum err run_agent_run(struct ctx *ctx, const void *options)
{
	const struct run_options *o = options;
	struct config config = {0};
	enum err e;

	rooms_keep_secrets();
	TRY(configure(ctx, o, &config));
	log_setup(LOG_WARN, LOG_TEXT);
	e = run_it(ctx, o, &config);
	secret_unload();
	return e;
}
