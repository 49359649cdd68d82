/* bench/search.c: what a search of many vectors costs, and what it is measured against.
 *
 *   bench-search [VECTORS]           100,000 unless told otherwise; needs 7 KB of disk for each, below TMPDIR
 *
 *   search, read      one search of one thread, against reading as many bytes as the codes have
 *   search, float     the same against comparing all vectors, in memory, with a loop the compiler vectorised
 *   memory            what a process holds after its first search above what it held before
 *   first search      of a process on a store that is there, loading included
 *   appending         p99 of searches while another thread appends contents, against p99 when all is quiet
 *
 * The sides of a ratio take turns in short rounds, and the median of the rounds' ratios counts, so that a
 * busy machine disturbs both alike. The vectors are 1536 wide, in clusters, their spectrum falls off, and
 * four dimensions are far larger than all others, as in vectors of real models.
 */
#include <assert.h>
#include <ftw.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "knowledge/index_internal.h"
#include "plain_loops.h"
#include "store/embedders.h"
#include "store/kb_contents.h"
#include "store/kb_hidden.h"
#include "store/knowledge_bases.h"
#include "store/schema.h"
#include "store/workspaces.h"

enum {
	DIMENSIONS = 1536, CLUSTERS = 64, OUTLIERS = 4,
	PER_CONTENT = 1000, TOP_K = 10,
	ROUNDS = 15, FIRSTS = 5, QUESTIONS = 2000, APPENDED = 5, PAUSE_US = 2000,
};

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void done(const struct ctx *ctx, enum err e)
{
	if (e != OK)
		fprintf(stderr, "%s\n", ctx->why);
	must(e == OK);
}

/* -- numbers ------------------------------------------------------------------------------------- */

static uint64_t next_number(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Nearly normal: four bytes of one number. */
static float next_normal(uint64_t *state)
{
	uint64_t x = next_number(state) >> 24;
	float sum = 0;

	for (int i = 0; i < 4; i++, x >>= 8)
		sum += (float)(x & 255);
	return (sum - 510) / 148;
}

static float spectrum[DIMENSIONS], centres[CLUSTERS][DIMENSIONS];

static void make_centres(void)
{
	uint64_t state = 42;

	for (int d = 0; d < DIMENSIONS; d++)
		spectrum[d] = powf((float)d + 1, -0.3F);
	for (int c = 0; c < CLUSTERS; c++)
		for (int d = 0; d < DIMENSIONS; d++)
			centres[c][d] = spectrum[d] * next_normal(&state);
}

static void make_vector(uint64_t i, float *v)
{
	uint64_t state = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
	const float *centre = centres[next_number(&state) % CLUSTERS];
	double sum = 0;

	for (int d = 0; d < DIMENSIONS; d++) {
		v[d] = centre[d] + 0.8F * spectrum[d] * next_normal(&state);
		v[d] += d % (DIMENSIONS / OUTLIERS) == 7 ? 3 : 0;
		sum += (double)v[d] * (double)v[d];
	}
	for (int d = 0; d < DIMENSIONS; d++)
		v[d] = (float)((double)v[d] / sqrt(sum));
}

/* -- a store with vectors in it -------------------------------------------------------------------- */

struct place {
	char dir[256], base_id[UUID_TEXT + 1];
	struct embedding_model model;
	size_t n;
};

#define WORKSPACE S("01890000-0000-7000-8000-000000000001")

static struct db *open_store(const struct place *p)
{
	char path[300];
	struct ctx ctx = { 0 };
	struct db *db;

	snprintf(path, sizeof(path), "%s/bench.db", p->dir);
	must(db_open(&ctx, &(struct db_options){ .path = path, .create = true, .migrations = store_migrations,
						 .n_migrations = n_store_migrations, .slow_ms = 60000 }, &db) == OK);
	return db;
}

static enum err insert_base(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct place *p = arg;
	struct embedder e = { .provider = S("OPENAI"), .model = p->model.name, .dimensions = DIMENSIONS,
			      .state = EMBEDDER_RETIRED, .created_at = 1 };
	struct knowledge_base base = { .id = str_of(p->base_id), .workspace_id = WORKSPACE, .title = S("Bench"),
				       .type = S("text"), .created_by = S("bench"), .created_at = 1, .updated_at = 1 };

	TRY(workspaces_insert(ctx, tx, &(struct workspace){ WORKSPACE, S("bench"), S("Bench"), 1 }));
	TRY(embedders_insert(ctx, tx, &e, &p->model.id));
	return knowledge_bases_insert(ctx, tx, &base);
}

struct content {
	const struct place *place;
	size_t first, n;
};

static enum err insert_content(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	static const char text[1000] = { [0 ... 999] = 'x' };
	const struct content *c = arg;
	struct str base_id = str_of(c->place->base_id);
	struct kb_content content = { .id = uuid_new(ctx->mem), .workspace_id = WORKSPACE,
				      .source = S("text"), .chunks = (int64_t)c->n, .created_at = 1, .staged_until = 1 };
	float vector[DIMENSIONS];

	TRY(chunks_number(ctx, tx, content.chunks, &content.first_seq));
	TRY(contents_insert(ctx, tx, &content));
	for (size_t i = 0; i < c->n; i++) {
		make_vector(c->first + i, vector);
		TRY(chunks_insert(ctx, tx, &(struct kb_chunk){
			.id = uuid_new(ctx->mem), .seq = content.first_seq + (int64_t)i, .workspace_id = WORKSPACE,
			.knowledge_base_id = base_id,
			.content_id = content.id, .index = (int64_t)i, .text = { text, sizeof(text) },
			.metadata = S("{}"), .created_at = 1, .embedder_id = c->place->model.id,
			.dimensions = DIMENSIONS, .vector = vector }));
	}
	TRY(knowledge_bases_grow(ctx, tx, WORKSPACE, base_id, &(struct content_size){ .chunks = content.chunks }, 1));
	return contents_show(ctx, tx, WORKSPACE, base_id, content.id);
}

static void append(struct ctx *ctx, const struct content *c)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);

	done(ctx, db_write(ctx, insert_content, (void *)c));
}

static void fill(struct ctx *ctx, struct place *p)
{
	done(ctx, db_write(ctx, insert_base, p));
	for (size_t i = 0; i < p->n; i += PER_CONTENT)
		append(ctx, &(struct content){ p, i, p->n - i < PER_CONTENT ? p->n - i : PER_CONTENT });
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	return remove(path);
}

/* -- searching ----------------------------------------------------------------------------------- */

/* Near one of the vectors. */
static void make_question(size_t i, size_t n, float *q)
{
	uint64_t state = 7 + i;

	make_vector(next_number(&state) % n, q);
	for (int d = 0; d < DIMENSIONS; d++)
		q[d] += 0.01F * next_normal(&state);
}

/* Milliseconds. */
static double search(struct ctx *ctx, const struct place *p, const float *question)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
	struct index_hit items[TOP_K];
	struct index_best best = { .items = items, .max = TOP_K };
	struct index_query q = { .workspace_id = WORKSPACE, .knowledge_base_id = str_of(p->base_id), .model = &p->model,
				 .vector = question };
	int64_t start = mono_us();

	done(ctx, db_snapshot_begin(ctx));
	done(ctx, index_search(ctx, &q, &best));
	db_snapshot_end(ctx);
	must(best.n == TOP_K);
	return (double)(mono_us() - start) / 1000;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double quantile(double *values, size_t n, double share)
{
	qsort(values, n, sizeof(*values), ascending);
	return values[(size_t)((double)(n - 1) * share)];
}

/* -- against plain loops ---------------------------------------------------------------------------- */

static void *filled(size_t bytes)
{
	uint64_t *words = xmalloc(bytes + 64), state = 1;

	for (size_t i = 0; i < bytes / sizeof(*words); i++)
		words[i] = next_number(&state);
	return words;
}

static float *all_vectors(const struct place *p)
{
	float *vectors = xmalloc(p->n * DIMENSIONS * sizeof(*vectors));

	for (size_t i = 0; i < p->n; i++)
		make_vector(i, vectors + i * DIMENSIONS);
	return vectors;
}

static void compare_with_loops(struct ctx *ctx, const struct place *p)
{
	double searches[ROUNDS], reads[ROUNDS], floats[ROUNDS], against_read[ROUNDS], against_float[ROUNDS];
	size_t bytes = p->n * DIMENSIONS;
	uint64_t *codes = filled(bytes), sink = 0, compared;
	float question[DIMENSIONS], *vectors = all_vectors(p), *products = xmalloc(p->n * sizeof(*products));
	int64_t start;

	make_question(0, p->n, question);
	search(ctx, p, question);
	compared = index_stats().compared;
	for (size_t i = 0; i < ROUNDS; i++) {
		make_question(i, p->n, question);
		start = mono_us();
		sink += plain_read(codes, bytes / sizeof(*codes));
		reads[i] = (double)(mono_us() - start) / 1000;
		searches[i] = search(ctx, p, question);
		start = mono_us();
		plain_products(question, vectors, p->n, DIMENSIONS, products);
		floats[i] = (double)(mono_us() - start) / 1000;
		sink += (uint64_t)(products[i] > 0);
		against_read[i] = searches[i] / reads[i];
		against_float[i] = floats[i] / searches[i];
	}
	compared = index_stats().compared - compared;
	printf("search against a read of the codes: %.2f (median; of the fastest of each: %.2f)\n",
	       quantile(against_read, ROUNDS, 0.5), quantile(searches, ROUNDS, 0) / quantile(reads, ROUNDS, 0));
	printf("float scan against search: %.2f (median; of the fastest of each: %.2f)\n",
	       quantile(against_float, ROUNDS, 0.5), quantile(floats, ROUNDS, 0) / quantile(searches, ROUNDS, 0));
	printf("  fastest: search %.1f ms, read %.1f ms, float scan %.1f ms; %.0f vectors compared a search%s\n",
	       searches[0], reads[0], floats[0], (double)compared / ROUNDS, sink == 0 ? " " : "");
	free(codes);
	free(vectors);
	free(products);
}

/* -- while others append ----------------------------------------------------------------------------- */

struct appender {
	const struct place *place;
	struct db *db;
	atomic_bool stop;
	size_t contents;
};

static void *append_on(void *arg)
{
	struct appender *a = arg;
	struct arena mem = { .block_bytes = 1 << 16 };
	struct ctx ctx = { .mem = &mem, .db = a->db };

	for (; !atomic_load(&a->stop); a->contents++) {
		append(&ctx, &(struct content){ a->place, a->place->n + a->contents * APPENDED, APPENDED });
		usleep(PAUSE_US);
	}
	arena_fini(&mem);
	return NULL;
}

static double p99(struct ctx *ctx, const struct place *p, size_t n)
{
	double *times = xmalloc(n * sizeof(*times)), out;
	float question[DIMENSIONS];

	for (size_t i = 0; i < n; i++) {
		make_question(i, p->n, question);
		times[i] = search(ctx, p, question);
	}
	out = quantile(times, n, 0.99);
	free(times);
	return out;
}

static void compare_with_appending(struct ctx *ctx, const struct place *p)
{
	enum { TURNS = 5 };
	double quiet[TURNS], busy[TURNS], ratio[TURNS];
	size_t contents = 0;

	for (int i = 0; i < TURNS; i++) {
		struct appender a = { .place = p, .db = ctx->db };
		pthread_t thread;

		quiet[i] = p99(ctx, p, QUESTIONS / TURNS);
		must(pthread_create(&thread, NULL, append_on, &a) == 0);
		busy[i] = p99(ctx, p, QUESTIONS / TURNS);
		atomic_store(&a.stop, true);
		pthread_join(thread, NULL);
		ratio[i] = busy[i] / quiet[i];
		contents += a.contents;
	}
	printf("p99 while another thread appends against quiet: %.2f (median)\n", quantile(ratio, TURNS, 0.5));
	printf("  medians: quiet %.1f ms, appending %.1f ms; %zu contents of %d chunks appended\n",
	       quantile(quiet, TURNS, 0.5), quantile(busy, TURNS, 0.5), contents, APPENDED);
}

/* -- a process of its own ----------------------------------------------------------------------------- */

static double resident_mb(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	must(f && fscanf(f, "%*d %ld", &pages) == 1);
	fclose(f);
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

/* What the first search takes and leaves behind, in ms and MB. */
static void first_search(const struct place *p, double out[static 2])
{
	struct arena mem = { .block_bytes = 1 << 16 };
	struct ctx ctx = { .mem = &mem, .db = open_store(p) };
	struct kb_base_state state;
	float question[DIMENSIONS];
	double before;

	make_question(1, p->n, question);
	done(&ctx, contents_state(&ctx, WORKSPACE, str_of(p->base_id), &state));
	before = resident_mb();
	out[0] = search(&ctx, p, question);
	out[1] = resident_mb() - before;
	db_reader_close(ctx.reader);
	db_close(ctx.db);
	arena_fini(&mem);
}

static void in_child(const struct place *p, double out[static 2])
{
	int ends[2], status;
	pid_t pid;

	must(pipe(ends) == 0);
	pid = fork();
	must(pid >= 0);
	if (pid == 0) {
		first_search(p, out);
		must(write(ends[1], out, 2 * sizeof(*out)) == 2 * sizeof(*out));
		_exit(0);
	}
	must(read(ends[0], out, 2 * sizeof(*out)) == 2 * sizeof(*out));
	must(waitpid(pid, &status, 0) == pid && status == 0);
	close(ends[0]);
	close(ends[1]);
}

static void measure_firsts(const struct place *p)
{
	double ms[FIRSTS], mb[FIRSTS], codes = (double)p->n * DIMENSIONS / 1e6;

	for (int i = 0; i < FIRSTS; i++) {
		double both[2];

		in_child(p, both);
		ms[i] = both[0];
		mb[i] = both[1];
	}
	printf("resident memory against the codes: %.2f (%.1f MB for %.1f MB)\n", quantile(mb, FIRSTS, 0.5) / codes,
	       quantile(mb, FIRSTS, 0.5), codes);
	printf("first search of a process: %.0f ms (median; fastest %.0f)\n", quantile(ms, FIRSTS, 0.5),
	       quantile(ms, FIRSTS, 0));
}

/* -- all of it ---------------------------------------------------------------------------------------- */

static void prepare(struct place *p)
{
	struct arena mem = { .block_bytes = 1 << 16 };
	struct ctx ctx = { .mem = &mem, .db = open_store(p) };

	fill(&ctx, p);
	db_close(ctx.db);
	arena_fini(&mem);
}

static void measure(const struct place *p)
{
	struct arena mem = { .block_bytes = 1 << 16 };
	struct ctx ctx = { .mem = &mem };

	/* First, while this process has neither threads nor a store open. */
	measure_firsts(p);
	ctx.db = open_store(p);
	compare_with_loops(&ctx, p);
	compare_with_appending(&ctx, p);
	db_reader_close(ctx.reader);
	db_close(ctx.db);
	arena_fini(&mem);
}

int main(int argc, char **argv)
{
	const char *tmp = getenv("TMPDIR");
	struct place p = { .base_id = "01890000-0000-7000-8000-000000000002",
			   .n = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000,
			   .model = { .provider = S("OPENAI"), .name = S("bench"), .dimensions = DIMENSIONS } };

	must(p.n >= TOP_K);
	log_setup(LOG_ERROR, LOG_TEXT);
	snprintf(p.dir, sizeof(p.dir), "%s/agentd-bench-XXXXXX", tmp ? tmp : "/tmp");
	must(mkdtemp(p.dir) != NULL);
	make_centres();
	prepare(&p);
	measure(&p);
	nftw(p.dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return 0;
}
