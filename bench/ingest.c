/* bench/ingest.c: from a text to stored chunks, in one thread but for the store's own.
 *
 * A text of made-up words, as frequent as words are (Zipf), in sentences and paragraphs, goes
 * through each stage by itself and then through all of them as an upload does. What counts is the
 * processor's time, of the writer thread too, so that a busy machine disturbs little; the median
 * of some rounds is printed.
 *
 *     bench-ingest FOLDER [MEGABYTES [ROUNDS]]
 *
 * Prints one line a stage: name, MB/s by the processor's time, MB/s by the clock, share of the whole.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "db/db.h"
#include "domain/member.h"
#include "knowledge/ingest.h"
#include "knowledge/passage.h"
#include "store/kb_words.h"
#include "store/schema.h"

static void must(bool fine)
{
	if (!fine)
		abort();
}

/* -- a text -------------------------------------------------------------------------------------- */

enum { VOCABULARY = 20000 };

/* Always the same sequence. */
static uint32_t next_random(void)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33);
}

static struct str word_number(struct arena *mem, uint32_t n)
{
	static const char *const SYLLABLES[] = {
		"an", "be", "cor", "de", "el", "fa", "gi", "hu", "in", "jo", "ka", "lo", "mi", "no", "or", "pe", "qua",
		"ri", "sta", "tu", "un", "ve", "wi", "tion", "ing", "er", "al", "ent", "ous", "ly",
	};
	struct buf word = { .mem = mem };

	for (n += COUNT_OF(SYLLABLES); n > 0; n /= COUNT_OF(SYLLABLES))
		buf_z(&word, SYLLABLES[n % COUNT_OF(SYLLABLES)]);
	return buf_view(&word);
}

/* The n-th word comes about 1/n as often as the first: its rank is even on a logarithmic scale. */
static uint32_t zipf_rank(void)
{
	uint32_t octave = next_random() % 15, rank = (1u << octave) + next_random() % (1u << octave);

	return rank < VOCABULARY ? rank : VOCABULARY - 1;
}

static struct str make_text(struct arena *mem, size_t bytes)
{
	static struct str words[VOCABULARY];
	struct buf out = { .mem = mem };

	for (uint32_t i = 0; i < VOCABULARY; i++)
		words[i] = word_number(mem, i);
	buf_room(&out, bytes + 4096);
	for (int sentence = 1; out.n < bytes; sentence++) {
		for (uint32_t n = 5 + next_random() % 20; n > 0; n--) {
			buf_str(&out, words[zipf_rank()]);
			buf_char(&out, n > 1 ? ' ' : '.');
		}
		buf_z(&out, sentence % 6 ? " " : "\n\n");
	}
	return buf_view(&out);
}

/* -- stages -------------------------------------------------------------------------------------- */

struct bench {
	struct ctx ctx;
	struct arena mem;
	struct str text;
	struct ingest_source source;
	struct document_part part;
	struct str *chunks;                  /* texts; made by `cut` */
	size_t n_chunks, chunks_cap;
	float *vectors;
	struct ingest ingest;
	struct str base_id;                  /* of the base it goes into */
};

static void normalise(struct bench *b)
{
	must(text_normalise(b->ctx.mem, b->text).n > 0);
}

static void cut(struct bench *b)
{
	struct passages passages = passages_of(b->ctx.mem, &b->source.document, DOCUMENT_TEXT, chunk_sizes());
	struct passage passage;

	for (b->n_chunks = 0; passage_next(&passages, &passage); b->n_chunks++) {
		b->chunks = arena_more(b->ctx.mem, b->chunks, b->n_chunks, &b->chunks_cap, sizeof(*b->chunks));
		b->chunks[b->n_chunks] = passage.text;
	}
}

static void embed(struct bench *b)
{
	int64_t tokens;

	must(embed_texts(&b->ctx, &embedding_builtin, b->chunks, b->n_chunks, NULL, b->vectors, &tokens) == OK);
}

static void read_words(struct bench *b)
{
	AUTO(word_reader_fini) struct word_reader reader;
	struct kb_words words;

	word_reader_init(&reader, S(""));
	words_of(b->ctx.mem, &reader, b->chunks, b->n_chunks, &words);
}

static void prepare(struct bench *b)
{
	must(ingest_prepare(&b->ctx, &embedding_builtin, &b->source, 1, NULL, &b->ingest) == OK);
}

static enum err insert(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct bench *b = arg;
	struct knowledge_base kb = {
		.id = b->base_id, .workspace_id = ctx->actor.workspace_id, .title = S("bench"), .type = S("text"),
		.created_by = ctx->actor.user_id, .created_at = 1, .updated_at = 1, .size = b->ingest.size,
	};

	TRY(knowledge_bases_insert(ctx, tx, &kb));
	return ingest_store(ctx, tx, kb.id, &b->ingest);
}

static void store(struct bench *b)
{
	b->base_id = uuid_new(b->ctx.mem);
	must(ingest_stage(&b->ctx, b->base_id, NULL, &b->ingest) == OK);
	must(db_write(&b->ctx, insert, b) == OK);
	ingest_fini(&b->ingest);
}

enum { NORMALISE, CUT, EMBED, WORDS, PREPARE, STORE, N_STAGES };

static const struct stage {
	const char *name;
	void (*run)(struct bench *b);
	bool keeps;                          /* what it allocates is for the stages after it */
} STAGES[N_STAGES] = {
	[NORMALISE] = { "normalise", normalise, false },
	[CUT] = { "normalise + cut", cut, true },
	[EMBED] = { "embed", embed, false },
	[WORDS] = { "words", read_words, false },
	[PREPARE] = { "prepare, all of it", prepare, true },
	[STORE] = { "store", store, true },
};

/* -- measuring ----------------------------------------------------------------------------------- */

enum { ROUNDS_MAX = 99 };

struct times {
	double cpu[ROUNDS_MAX], wall[ROUNDS_MAX];       /* microseconds */
};

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, int n)
{
	qsort(values, (size_t)n, sizeof(*values), by_size);
	return values[n / 2];
}

static void measure(struct bench *b, struct times times[static N_STAGES], int round)
{
	AUTO(arena_rewind) struct arena_mark all = arena_mark(b->ctx.mem);

	b->chunks = NULL;
	b->chunks_cap = 0;
	for (size_t i = 0; i < N_STAGES; i++) {
		struct arena_mark mark = arena_mark(b->ctx.mem);
		double cpu = cpu_us(), wall = (double)mono_us();

		STAGES[i].run(b);
		times[i].cpu[round] = cpu_us() - cpu;
		times[i].wall[round] = (double)mono_us() - wall;
		if (!STAGES[i].keeps)
			arena_rewind(&mark);
	}
}

static void print(const struct bench *b, struct times times[static N_STAGES], int rounds)
{
	double cpu[N_STAGES], wall[N_STAGES], bytes = (double)b->text.n;

	for (size_t i = 0; i < N_STAGES; i++) {
		cpu[i] = median(times[i].cpu, rounds);
		wall[i] = median(times[i].wall, rounds);
	}
	for (size_t i = 0; i < N_STAGES; i++)
		printf("%-20s %8.1f MB/s cpu %8.1f MB/s wall %6.1f %%\n", STAGES[i].name, bytes / cpu[i], bytes / wall[i],
		       100 * cpu[i] / (cpu[PREPARE] + cpu[STORE]));
	printf("%-20s %8.1f MB/s cpu %8.1f MB/s wall\n", "prepare + store", bytes / (cpu[PREPARE] + cpu[STORE]),
	       bytes / (wall[PREPARE] + wall[STORE]));
	printf("%zu chunks of %.1f MB\n", b->n_chunks, bytes / 1e6);
}

/* -- the store ----------------------------------------------------------------------------------- */

static void open_store(struct bench *b, const char *folder)
{
	struct db_options options = { .path = arena_printf(&b->mem, "%s/agentd.db", folder).p, .create = true,
				      .migrations = store_migrations, .n_migrations = n_store_migrations };
	struct workspace w;
	struct member admin;

	must(db_open(&b->ctx, &options, &b->ctx.db) == OK);
	must(workspace_found(&b->ctx, S("bench"), S("Bench"), S("admin@example.com"), &w) == OK);
	must(member_by_email(&b->ctx, &w, S("admin@example.com"), &admin) == OK);
	b->ctx.actor = (struct actor){ .workspace_id = w.id, .user_id = admin.user.id, .role = ROLE_ADMIN };
}

int main(int argc, char **argv)
{
	static struct times times[N_STAGES];
	size_t megabytes = argc > 2 ? (size_t)atoi(argv[2]) : 10;
	int rounds = argc > 3 ? atoi(argv[3]) : 5;
	struct bench b = {0};

	if (argc < 2 || megabytes < 1 || rounds < 1 || rounds > ROUNDS_MAX)
		return fprintf(stderr, "usage: bench-ingest FOLDER [MEGABYTES [ROUNDS]]\n"), 2;
	log_setup(LOG_ERROR, LOG_TEXT);
	arena_init(&b.mem, 0);
	b.ctx.mem = &b.mem;
	open_store(&b, argv[1]);
	b.text = make_text(&b.mem, megabytes * 1000 * 1000);
	b.part.text = b.text;
	b.source = (struct ingest_source){ .kind = "text", .document = { .parts = { &b.part, 1 } } };
	cut(&b);
	b.vectors = arena_array(&b.mem, b.n_chunks * embedding_builtin.dimensions, sizeof(*b.vectors));
	for (int i = 0; i < rounds; i++)
		measure(&b, times, i);
	print(&b, times, rounds);
	db_reader_close(TAKE(b.ctx.reader));
	db_close(b.ctx.db);
	arena_fini(&b.mem);
	return 0;
}
