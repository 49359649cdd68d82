/* domain/agent_memory.c: notes within their limits. */
#include "domain/agent_memory.h"

#include "base/clock.h"
#include "store/agents.h"

enum err agent_memory_list(struct ctx *ctx, struct str agent_id, struct list *out)
{
	return agent_memories_list(ctx, ctx->actor.workspace_id, agent_id, ctx->actor.user_id, out);
}

struct change {
	struct agent_memory note;
	int64_t number;                      /* what comes of it */
};

static struct agent_memory note_of(const struct ctx *ctx, struct str agent_id)
{
	return (struct agent_memory){
		.workspace_id = ctx->actor.workspace_id, .agent_id = agent_id, .user_id = ctx->actor.user_id,
	};
}

/* The number of the note that says the same; 0: none does. */
static int64_t same_note(const struct list *notes, struct str text)
{
	for (size_t i = 0; i < notes->n; i++) {
		const struct agent_memory *m = LIST_AT(*notes, struct agent_memory, i);

		if (str_eq(m->text, text))
			return m->number;
	}
	return 0;
}

static enum err check_room(struct ctx *ctx, const struct list *notes, struct str text)
{
	size_t bytes = text.n;

	for (size_t i = 0; i < notes->n; i++)
		bytes += LIST_AT(*notes, struct agent_memory, i)->text.n;
	if (notes->n >= MEMORY_NOTES_MAX || bytes > MEMORY_BYTES_MAX)
		return fail(ctx, ERR_CONFLICT, "there is room for %d notes of %d bytes together: forget some first",
			    MEMORY_NOTES_MAX, MEMORY_BYTES_MAX);
	return OK;
}

static int64_t next_number(const struct list *notes)
{
	return notes->n > 0 ? LIST_AT(*notes, struct agent_memory, notes->n - 1)->number + 1 : 1;
}

/* A run that was interrupted may say the same again. */
static enum err add_note(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct change *c = arg;
	struct agent_memory *m = &c->note;
	struct agent agent;
	struct list notes;

	TRY(agents_by_id(ctx, m->workspace_id, m->agent_id, &agent));
	TRY(agent_memory_list(ctx, m->agent_id, &notes));
	c->number = same_note(&notes, m->text);
	if (c->number)
		return OK;
	TRY(check_room(ctx, &notes, m->text));
	c->number = m->number = next_number(&notes);
	return agent_memories_insert(ctx, tx, m);
}

enum err agent_memory_add(struct ctx *ctx, struct str agent_id, struct str text, int64_t *number)
{
	struct change c = { .note = note_of(ctx, agent_id) };

	c.note.text = text;
	c.note.created_at = now_us();
	TRY(db_write(ctx, add_note, &c));
	*number = c.number;
	return OK;
}

static enum err remove_note(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct change *c = arg;

	return agent_memories_delete(ctx, tx, &c->note);
}

enum err agent_memory_remove(struct ctx *ctx, struct str agent_id, int64_t number)
{
	struct change c = { .note = note_of(ctx, agent_id) };

	c.note.number = number;
	return db_write(ctx, remove_note, &c);
}
