/* bench/schedule.c: what the scheduler costs with ten thousand automations.
 *
 * usage: bench-schedule FOLDER AGENTS_DIR
 *
 *   tick         a look that finds nothing due, as the scheduler takes one each second
 *   fire         a thousand automations due in one second: from that second until all their runs are durable
 *
 * FOLDER holds a store with the workspace "bench", AGENTS_DIR an agent "greeter". The scheduler is the real one, by
 * the real clock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "domain/agent_source.h"
#include "domain/automation.h"
#include "domain/automation_fire.h"
#include "domain/member.h"
#include "sched/scheduler.h"
#include "store/schema.h"

enum { AUTOMATIONS = 10000, DUE = 1000, TICKS = 301 };

static void must(struct ctx *ctx, enum err e)
{
	if (e == OK)
		return;
	fprintf(stderr, "bench-schedule: %s\n", ctx->why);
	exit(1);
}

static void open_store(struct ctx *ctx, const char *folder, const char *agents_dir)
{
	const struct db_options options = { .path = arena_printf(ctx->mem, "%s/agentd.db", folder).p,
					    .migrations = store_migrations, .n_migrations = n_store_migrations };
	const struct agent_source_options source = { .git_folder = arena_printf(ctx->mem, "%s/git", folder).p,
						     .agents_dir = agents_dir };
	struct workspace w;
	struct member admin;

	agent_source_setup(&source);
	must(ctx, db_open(ctx, &options, &ctx->db));
	must(ctx, workspaces_by_slug(ctx, S("bench"), &w));
	must(ctx, member_by_email(ctx, &w, S("admin@example.com"), &admin));
	ctx->actor = (struct actor){ .workspace_id = w.id, .user_id = admin.user.id, .role = ROLE_ADMIN };
}

static enum err fill(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	int64_t now = now_us();

	for (int i = 0; i < AUTOMATIONS; i++) {
		AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
		struct automation a = {
			.id = uuid_new(ctx->mem), .workspace_id = ctx->actor.workspace_id, .name = S("Greet"),
			.agent_name = S("greeter"), .cron = S("0 0 1 1 *"), .input_message = S("Hello"), .enabled = true,
			.owner_user_id = ctx->actor.user_id, .created_by = ctx->actor.user_id, .created_at = now,
			.updated_at = now, .floor_at = now,
		};

		automation_schedule(ctx, &a);
		TRY(automations_insert(ctx, tx, &a));
	}
	return OK;
}

/* -- looking in vain ------------------------------------------------------------------------------------ */

static int64_t tick(struct db *db)
{
	struct arena mem;
	struct ctx ctx = { .mem = &mem, .db = db };
	struct firing_tally tally;
	int64_t began = mono_us(), next;

	arena_init(&mem, 0);
	must(&ctx, automations_fire(&ctx, now_us(), &tally));
	must(&ctx, automations_next(&ctx, &next));
	db_reader_close(ctx.reader);
	arena_fini(&mem);
	return mono_us() - began;
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void measure_ticks(struct db *db)
{
	int64_t us[TICKS];

	for (int i = 0; i < TICKS; i++)
		us[i] = tick(db);
	qsort(us, TICKS, sizeof(*us), by_size);
	printf("tick us: %lld, at worst %lld\n", (long long)us[TICKS / 2], (long long)us[TICKS - 1]);
}

/* -- many at once --------------------------------------------------------------------------------------- */

static const struct sql MAKE_DUE = { "bench.make_due",
	"UPDATE automation SET cron = $1, next_fire_at = $2 WHERE id IN (SELECT id FROM automation LIMIT $3)" };

struct appointment {
	int64_t at;
	struct str cron;
};

static enum err make_due(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct appointment *due = arg;
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &MAKE_DUE, &s));
	bind_str(&s, due->cron);
	bind_int(&s, due->at);
	bind_int(&s, DUE);
	return stmt_run(ctx, &s, NULL);
}

/* A second not far away, and the cron that means it. */
static struct appointment soon(struct ctx *ctx)
{
	int64_t at = (now_us() / US_PER_SECOND + 3) * US_PER_SECOND, second = at / US_PER_SECOND;

	return (struct appointment){ at, arena_printf(ctx->mem, "%d %d %d * * *", (int)(second % 60),
						      (int)(second / 60 % 60), (int)(second / 3600 % 24)) };
}

static void measure_firing(struct ctx *ctx)
{
	struct appointment due = soon(ctx);
	struct scheduler_options options = { .db = ctx->db };
	struct scheduler *s;
	struct db_stats before, now;
	int64_t end;

	must(ctx, db_write(ctx, make_due, &due));
	must(ctx, scheduler_start(ctx, &options, &s));
	db_stats(ctx->db, &before);
	for (;;) {
		AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
		struct list left;

		db_snapshot_end(ctx);
		must(ctx, automations_due(ctx, due.at, &left));
		end = now_us();
		if (left.n == 0 && end > due.at)
			break;
		usleep(1000);
	}
	db_stats(ctx->db, &now);
	scheduler_stop(s);
	printf("fire ms: %lld, in %lld commits\n", (long long)(end - due.at) / 1000,
	       (long long)(now.commits - before.commits));
}

int main(int argc, char **argv)
{
	struct arena mem;
	struct ctx ctx = { .mem = &mem };

	if (argc != 3)
		return 2;
	log_setup(LOG_WARN, LOG_TEXT);
	arena_init(&mem, 0);
	open_store(&ctx, argv[1], argv[2]);
	must(&ctx, db_write(&ctx, fill, NULL));
	measure_ticks(ctx.db);
	measure_firing(&ctx);
	db_reader_close(TAKE(ctx.reader));
	db_close(ctx.db);
	arena_fini(&mem);
	return 0;
}
