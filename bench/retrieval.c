/* bench/retrieval.c: how well a search finds what is relevant, on a labelled collection.
 *
 * The documents become the contents of one knowledge base, by the same code as an upload's; each
 * question is asked in each mode. Passages count for the document they are of, the best one of
 * each. Printed are the usual figures, over the questions that have any relevant document: mean
 * average precision of all that was found (MAP) and of the 50 that the API gives (MAP@50), the
 * precision of the first 30, and the discounted gain of the first 10.
 *
 *     bench-retrieval COLLECTION [CHUNK_CHARS CHUNK_OVERLAP]
 *
 * COLLECTION is a folder with docs.jsonl {"id", "title", "text"}, queries.jsonl {"id", "text"} and
 * qrels.txt (a line "question 0 document relevance" for each pair known).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/id.h"
#include "base/log.h"
#include "db/db.h"
#include "domain/member.h"
#include "knowledge/chunk.h"
#include "knowledge/ingest.h"
#include "knowledge/search.h"
#include "store/schema.h"

enum { FOUND_MAX = 1000, SHOWN = 50, EARLY = 30, TOP = 10 };

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bench-retrieval: %s: %s\n", what, why);
	exit(1);
}

static void must(struct ctx *ctx, enum err e, const char *what)
{
	if (e != OK)
		die(what, ctx->why);
}

/* -- the collection ------------------------------------------------------------------------------ */

struct item {
	struct str id, text;
};

struct items {
	struct item *p;
	size_t n, cap;
};

static struct str read_file(struct arena *mem, const char *folder, const char *name)
{
	struct buf out = { .mem = mem };
	const char *path = arena_printf(mem, "%s/%s", folder, name).p;
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f)
		die(path, "cannot be read");
	while ((n = fread(buf_room(&out, 65536), 1, 65536, f)) > 0)
		out.n += n;
	fclose(f);
	return buf_view(&out);
}

/* An id may be a number in one file and text in another. */
static struct str id_of(struct ctx *ctx, const struct json *v)
{
	const struct json *id = json_get(v, "id");

	if (id && id->type == JSON_INT)
		return arena_printf(ctx->mem, "%lld", (long long)id->integer);
	return json_get_str(v, "id");
}

static struct items read_items(struct ctx *ctx, const char *folder, const char *name)
{
	struct str lines = read_file(ctx->mem, folder, name), line;
	struct items items = {0};
	const struct json *v;

	while (line = str_cut(&lines, '\n'), line.p) {
		struct str title;

		if (str_trim(line).n == 0)
			continue;
		must(ctx, json_parse(ctx, line, JSON_STRICT, &v), name);
		title = json_get_str(v, "title");
		items.p = arena_more(ctx->mem, items.p, items.n, &items.cap, sizeof(*items.p));
		items.p[items.n++] = (struct item){
			id_of(ctx, v), arena_printf(ctx->mem, "%.*s%s%.*s", STR(title), title.n ? "\n" : "",
						    STR(json_get_str(v, "text"))),
		};
	}
	return items;
}

struct collection {
	struct items docs, questions;
	bool *relevant;                      /* [question * docs.n + doc] */
	size_t *n_relevant;                  /* [question]; also counts what is not in the collection, as trec_eval does */
};

static size_t index_of(const struct items *items, struct str id)
{
	size_t i = 0;

	while (i < items->n && !str_eq(items->p[i].id, id))
		i++;
	return i;
}

static void read_judgements(struct ctx *ctx, const char *folder, struct collection *c)
{
	struct str lines = read_file(ctx->mem, folder, "qrels.txt"), line;

	c->relevant = arena_array(ctx->mem, c->questions.n * c->docs.n, sizeof(*c->relevant));
	c->n_relevant = arena_array(ctx->mem, c->questions.n, sizeof(*c->n_relevant));
	while (line = str_cut(&lines, '\n'), line.p) {
		char question[64], doc[64];
		int relevance = 1;
		size_t q, d;

		if (sscanf(arena_strz(ctx->mem, line), "%63s %*s %63s %d", question, doc, &relevance) < 2 || relevance < 1)
			continue;
		q = index_of(&c->questions, str_of(question));
		d = index_of(&c->docs, str_of(doc));
		if (q == c->questions.n)
			continue;
		c->n_relevant[q]++;
		if (d < c->docs.n)
			c->relevant[q * c->docs.n + d] = true;
	}
}

/* -- the knowledge base -------------------------------------------------------------------------- */

struct base {
	struct knowledge_base row;
	struct ingest ingest;
};

static enum err insert(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct base *b = arg;

	TRY(knowledge_bases_insert(ctx, tx, &b->row));
	return ingest_store(ctx, tx, b->row.id, &b->ingest);
}

/* Each source is a content; the file name carries the document's id, by which hits are known. */
static void shelve(struct ctx *ctx, const struct collection *c)
{
	struct ingest_source *sources = arena_array(ctx->mem, c->docs.n, sizeof(*sources));
	struct document_part *parts = arena_array(ctx->mem, c->docs.n, sizeof(*parts));
	struct base b = { .row = {
		.id = uuid_new(ctx->mem), .workspace_id = ctx->actor.workspace_id, .title = S("collection"),
		.type = S("text"), .created_by = ctx->actor.user_id, .created_at = 1, .updated_at = 1,
	} };

	for (size_t i = 0; i < c->docs.n; i++) {
		parts[i].text = c->docs.p[i].text;
		sources[i] = (struct ingest_source){ .kind = "text", .document = { .parts = { &parts[i], 1 } },
						     .file_name = arena_printf(ctx->mem, "%zu", i) };
	}
	must(ctx, ingest_prepare(ctx, &embedding_builtin, sources, c->docs.n, NULL, &b.ingest), "ingest");
	b.row.size = b.ingest.size;
	must(ctx, db_write(ctx, insert, &b), "store");
	printf("%zu documents, %zu chunks of at most %zu characters, ", c->docs.n, b.ingest.chunks.n,
	       chunk_sizes().max_chars);
	ingest_fini(&b.ingest);
}

/* -- measuring ----------------------------------------------------------------------------------- */

struct figures {
	double map, map_shown, early, gain;
};

/* Which documents were found, the best first. */
static size_t ask(struct ctx *ctx, const struct collection *c, struct str text, enum search_mode mode, size_t *found)
{
	struct search search = { .workspace_id = ctx->actor.workspace_id, .text = text, .everywhere = true,
				 .mode = mode, .top_k = FOUND_MAX, .model = &embedding_builtin };
	bool *seen = arena_array(ctx->mem, c->docs.n, sizeof(*seen));
	struct list hits;
	int64_t tokens;
	size_t n = 0;

	must(ctx, knowledge_search(ctx, &search, &hits, &tokens), "search");
	for (size_t i = 0; i < hits.n; i++) {
		const struct search_hit *hit = LIST_AT(hits, struct search_hit, i);
		size_t doc = strtoul(arena_strz(ctx->mem, json_get_str(hit->metadata, "fileName")), NULL, 10);

		if (!seen[doc])
			found[n++] = doc;
		seen[doc] = true;
	}
	return n;
}

static double discount(size_t place)
{
	return 1 / log2((double)place + 2);
}

static struct figures judge(const bool *relevant, size_t n_relevant, const size_t *found, size_t n)
{
	struct figures f = {0};
	double ideal = 0;
	size_t right = 0;

	for (size_t i = 0; i < n; i++) {
		double precision;

		if (!relevant[found[i]])
			continue;
		precision = (double)++right / (double)(i + 1) / (double)n_relevant;
		f.map += precision;
		f.map_shown += i < SHOWN ? precision : 0;
		f.early += i < EARLY ? 1.0 / EARLY : 0;
		f.gain += i < TOP ? discount(i) : 0;
	}
	for (size_t i = 0; i < TOP && i < n_relevant; i++)
		ideal += discount(i);
	f.gain /= ideal;
	return f;
}

/* Returns how many questions it was. */
static size_t measure(struct ctx *ctx, const struct collection *c, enum search_mode mode, struct figures *out)
{
	size_t judged = 0;

	*out = (struct figures){0};
	for (size_t q = 0; q < c->questions.n; q++) {
		AUTO(arena_rewind) struct arena_mark question = arena_mark(ctx->mem);
		const bool *relevant = c->relevant + q * c->docs.n;
		size_t *found = arena_array(ctx->mem, FOUND_MAX, sizeof(*found));
		size_t n_relevant = c->n_relevant[q], n;
		struct figures f;

		if (n_relevant == 0)
			continue;
		n = ask(ctx, c, c->questions.p[q].text, mode, found);
		f = judge(relevant, n_relevant, found, n);
		out->map += f.map;
		out->map_shown += f.map_shown;
		out->early += f.early;
		out->gain += f.gain;
		judged++;
	}
	return judged;
}

static void print(struct ctx *ctx, const struct collection *c)
{
	static const char *const NAMES[] = { [SEARCH_SEMANTIC] = "semantic", [SEARCH_KEYWORD] = "keyword",
					     [SEARCH_HYBRID] = "hybrid" };
	struct figures f[COUNT_OF(NAMES)];
	double n = 1;

	for (size_t i = 0; i < COUNT_OF(NAMES); i++)
		n = (double)measure(ctx, c, (enum search_mode)i, &f[i]);
	printf("%.0f questions\n| mode | MAP | P@30 | nDCG@10 | MAP@50 |\n| --- | --- | --- | --- | --- |\n", n);
	for (size_t i = 0; i < COUNT_OF(NAMES); i++)
		printf("| %s | %.4f | %.4f | %.4f | %.4f |\n", NAMES[i], f[i].map / n, f[i].early / n, f[i].gain / n,
		       f[i].map_shown / n);
}

/* -- the store ----------------------------------------------------------------------------------- */

static void open_store(struct ctx *ctx, const char *folder)
{
	struct db_options options = { .path = arena_printf(ctx->mem, "%s/bench.db", folder).p, .create = true,
				      .migrations = store_migrations, .n_migrations = n_store_migrations };
	struct workspace w;
	struct member admin;

	must(ctx, db_open(ctx, &options, &ctx->db), "store");
	must(ctx, workspace_found(ctx, S("bench"), S("Bench"), S("admin@example.com"), &w), "workspace");
	must(ctx, member_by_email(ctx, &w, S("admin@example.com"), &admin), "member");
	ctx->actor = (struct actor){ .workspace_id = w.id, .user_id = admin.user.id, .role = ROLE_ADMIN };
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/agentd-bench-XXXXXX";
	struct collection c = {0};
	struct arena mem;
	struct ctx ctx = { .mem = &mem };

	if (argc != 2 && argc != 4)
		die("usage", "bench-retrieval COLLECTION [CHUNK_CHARS CHUNK_OVERLAP]");
	if (argc == 4)
		chunk_setup((struct chunk_sizes){ .max_chars = strtoul(argv[2], NULL, 10),
						  .overlap_chars = strtoul(argv[3], NULL, 10) });
	log_setup(LOG_ERROR, LOG_TEXT);
	arena_init(&mem, 0);
	c.docs = read_items(&ctx, argv[1], "docs.jsonl");
	c.questions = read_items(&ctx, argv[1], "queries.jsonl");
	read_judgements(&ctx, argv[1], &c);
	if (!mkdtemp(folder))
		die(folder, "cannot be made");
	open_store(&ctx, folder);
	shelve(&ctx, &c);
	print(&ctx, &c);
	db_reader_close(TAKE(ctx.reader));
	db_close(TAKE(ctx.db));
	unlink(arena_printf(&mem, "%s/bench.db", folder).p);
	rmdir(folder);
	arena_fini(&mem);
	return 0;
}
