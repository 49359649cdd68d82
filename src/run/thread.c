/* run/thread.c: instructions first, in one message: some models take one alone, and only there. */
#include "run/thread.h"

#include "run/answer.h"

static struct message message_of(const struct run_line *line)
{
	bool is_reply = str_is(line->role, "assistant");
	bool is_system = str_is(line->role, "system");

	return (struct message){
		.role = is_reply ? MESSAGE_REPLY : is_system ? MESSAGE_SYSTEM : MESSAGE_USER, .text = line->text,
	};
}

static void add_paragraph(struct buf *out, struct str text)
{
	if (text.n == 0)
		return;
	buf_z(out, out->n ? "\n\n" : "");
	buf_str(out, text);
}

/* The agent's own, what is to be said of its tools, and those that the conversation begins with. *n_lines: how
 * many these are. */
static enum err instructions_of(struct ctx *ctx, const struct job *job, const struct tool_scope *scope,
				struct str *text, size_t *n_lines)
{
	struct buf out = { .mem = ctx->mem };
	struct str briefing = S("");
	size_t i;

	if (!job->spec.is_cargo)
		TRY(tools_briefing(ctx, scope, &briefing));
	add_paragraph(&out, job->spec.agent.system_prompt);
	add_paragraph(&out, briefing);
	for (i = 0; i < job->spec.history.n; i++) {
		const struct run_line *line = LIST_AT(job->spec.history, struct run_line, i);

		if (!str_is(line->role, "system"))
			break;
		add_paragraph(&out, line->text);
	}
	*n_lines = i;
	*text = buf_view(&out);
	return OK;
}

/* -- the question ---------------------------------------------------------------------------------------------- */

/* Fetched anew for each request, of which there are two at most. */
static enum err read_input(struct ctx *ctx, const struct tool_scope *scope, const struct cargo_input *input,
			   struct str *out)
{
	enum err e;

	*out = input->value;
	if (!str_is(input->type, "url"))
		return OK;
	e = tool_page_text(ctx, scope, input->value, out);
	if (e == OK || e == ERR_GONE || e == ERR_INTERNAL)
		return e;
	return fail(ctx, e, "The input %.*s cannot be read: %.*s", STR(input->value),
		    STR(arena_str(ctx->mem, str_of(ctx->why))));
}

/* Its inputs one after the other, and the message as the last (studio contract 4.11). */
static enum err cargo_question(struct ctx *ctx, const struct job *job, const struct tool_scope *scope, struct str *out)
{
	const struct list *inputs = &job->spec.inputs;
	struct buf question = { .mem = ctx->mem };
	struct str said = job->run.user_message, text;

	for (size_t i = 0; i < inputs->n; i++) {
		TRY(read_input(ctx, scope, LIST_AT(*inputs, struct cargo_input, i), &text));
		add_paragraph(&question, text);
	}
	if (said.n > 0)
		add_paragraph(&question, arena_printf(ctx->mem, "User input: %.*s", STR(said)));
	*out = buf_view(&question);
	return OK;
}

static enum err question_of(struct ctx *ctx, const struct job *job, const struct tool_scope *scope, struct str *out)
{
	*out = job->run.user_message;
	if (job->spec.is_cargo)
		TRY(cargo_question(ctx, job, scope, out));
	if (out->n == 0)
		*out = S(MESSAGE_GO_AHEAD);
	return OK;
}

/* -- the whole ------------------------------------------------------------------------------------------------- */

struct thread {
	struct message *messages;
	size_t n, cap;
};

static void say(struct ctx *ctx, struct thread *t, struct message m)
{
	t->messages = arena_more(ctx->mem, t->messages, t->n, &t->cap, sizeof(m));
	t->messages[t->n++] = m;
}

static void say_what_happened(struct ctx *ctx, const struct job *job, const struct record *record, struct thread *t)
{
	for (size_t i = 0; i < record->messages.n; i++) {
		const struct message *m = LIST_AT(record->messages, struct message, i);

		say(ctx, t, *m);
		if (answer_was_meant(m))
			say(ctx, t, (struct message){ .role = MESSAGE_USER,
						      .text = answer_correction(ctx, &job->spec, m->text) });
	}
}

enum err thread_of(struct ctx *ctx, const struct job *job, const struct record *record, const struct tool_scope *scope,
		   struct list *out)
{
	struct str instructions, question;
	struct thread t = {0};
	size_t at;

	TRY(question_of(ctx, job, scope, &question));
	TRY(instructions_of(ctx, job, scope, &instructions, &at));
	if (instructions.n > 0)
		say(ctx, &t, (struct message){ .role = MESSAGE_SYSTEM, .text = instructions });
	for (; at < job->spec.history.n; at++)
		say(ctx, &t, message_of(LIST_AT(job->spec.history, struct run_line, at)));
	say(ctx, &t, (struct message){ .role = MESSAGE_USER, .text = question });
	say_what_happened(ctx, job, record, &t);
	*out = (struct list){ t.messages, t.n };
	return OK;
}
