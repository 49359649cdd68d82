/* domain/agent_catalog.c: catalogs by root, the latest of each kept for the next who asks.
 *
 * A commit cannot change, so a catalog of the same commit is taken as it is. A folder is listed each time,
 * which costs a stat for each file, and its catalog taken when no version differs. A file whose version may be
 * relied upon is not read again; one that was read is not parsed again if it says the same.
 */
#include "domain/agent_catalog.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"
#include "domain/agent_source.h"

enum { FILE_BYTES_MAX = 1 << 20 };

/* In byte order, so that what is listed of them one after the other is in the order of paths. */
static const char *const FOLDERS[] = { "agents/cargo-ai", "agents/pydantic-agentspec" };
#define PREFERRED_FOLDER FOLDERS[1]

/* -- entries: shared by catalogs ----------------------------------------------------------------------- */

enum { TEXTS_SHOWN = 5 };

struct entry {
	struct agent_entry shown;
	atomic_int users;
	char texts[];                        /* the TEXTS_SHOWN of shown, a NUL behind each */
};

static struct entry *entry_share(struct entry *e)
{
	atomic_fetch_add(&e->users, 1);
	return e;
}

static void entry_free(struct entry *e)
{
	if (e && atomic_fetch_sub(&e->users, 1) == 1)
		free(e);
}

/* What is absent stays so. */
static struct str put_text(char **at, struct str text)
{
	struct str put = { text.p ? *at : NULL, text.n };

	if (!text.p)
		return put;
	memcpy(*at, text.p, text.n);
	*at += text.n;
	*(*at)++ = '\0';
	return put;
}

/* A copy of all of it in one piece. */
static struct entry *entry_new(const struct agent_entry *shown)
{
	size_t bytes = shown->name.n + shown->path.n + shown->version.n + shown->text.n + shown->reply.n;
	struct entry *e = xmalloc(sizeof(*e) + bytes + TEXTS_SHOWN);
	char *at = e->texts;

	e->shown = (struct agent_entry){
		.name = put_text(&at, shown->name), .path = put_text(&at, shown->path),
		.version = put_text(&at, shown->version), .valid = shown->valid, .text = put_text(&at, shown->text),
		.reply = put_text(&at, shown->reply),
	};
	atomic_init(&e->users, 1);
	return e;
}

static struct entry *entry_parse(struct ctx *ctx, struct str path, struct str text)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
	uint64_t hash = str_hash(STR_HASH_NONE, text);
	struct agent_file parsed;

	if (text.p)
		agent_file_parse(ctx, path, agent_file_format(path), text, &parsed);
	else
		agent_file_unreadable(ctx, path, S("the file is gone, or larger than 1048576 bytes"), &parsed);
	return entry_new(&(struct agent_entry){
		.name = parsed.name, .path = path, .version = { (const char *)&hash, sizeof(hash) },
		.valid = parsed.valid, .text = text,
		.reply = schema_text(ctx->mem, &agent_file_schema, &parsed, WRITE_REPLY),
	});
}

/* -- order ------------------------------------------------------------------------------------------------ */

/* What is not a letter, in the order of the root collation. */
static int weight(unsigned char c)
{
	static const char ORDER[] = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789";
	bool letter = to_lower((char)c) >= 'a' && to_lower((char)c) <= 'z';
	const char *at = c && !letter ? strchr(ORDER, c) : NULL;

	if (at)
		return (int)(at - ORDER) + 1;
	return c < 0x80 ? 256 + to_lower((char)c) : 1024 + c;
}

int agent_collate(struct str a, struct str b)
{
	int case_difference = 0;

	for (size_t i = 0; i < a.n && i < b.n; i++) {
		unsigned char x = (unsigned char)a.p[i], y = (unsigned char)b.p[i];

		if (x == y)
			continue;
		if (weight(x) != weight(y))
			return weight(x) < weight(y) ? -1 : 1;
		/* Lower case goes first, when nothing else tells them apart. */
		if (case_difference == 0)
			case_difference = x > y ? -1 : 1;
	}
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return case_difference;
}

static struct str filename_of(const struct agent_entry *e)
{
	size_t at = e->path.n;

	while (at > 0 && e->path.p[at - 1] != '/')
		at--;
	return str_from(e->path, at);
}

static bool is_preferred(const struct agent_entry *e)
{
	return str_starts(e->path, str_of(PREFERRED_FOLDER));
}

/* Files of one name come in the order of their folders and paths, so that lookups always take the same. */
static int by_place(const void *a, const void *b)
{
	const struct agent_entry *x = &(*(struct entry *const *)a)->shown, *y = &(*(struct entry *const *)b)->shown;
	int order;

	if (x->valid != y->valid)
		return x->valid ? -1 : 1;
	order = x->valid ? agent_collate(x->name, y->name) : agent_collate(filename_of(x), filename_of(y));
	if (order)
		return order;
	if (is_preferred(x) != is_preferred(y))
		return is_preferred(x) ? -1 : 1;
	return str_cmp(x->path, y->path);
}

/* -- catalogs ----------------------------------------------------------------------------------------------- */

/* A file as it was listed. */
struct row {
	struct entry *entry;
	struct str version;                  /* as in struct tree_file, then */
};

struct agent_catalog {
	struct arena mem;                    /* of what follows, but for the entries */
	struct tree tree;
	struct row *rows;                    /* by path */
	struct entry **shown;                /* the same in the order they are shown */
	size_t n;
	atomic_int users;
	struct agent_catalog *next;          /* of those that are kept */
};

static struct {
	pthread_mutex_t lock;
	struct agent_catalog *first;
} kept = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct agent_catalog *catalog_share(struct agent_catalog *c)
{
	atomic_fetch_add(&c->users, 1);
	return c;
}

void agent_catalog_close(struct agent_catalog *c)
{
	if (!c || atomic_fetch_sub(&c->users, 1) != 1)
		return;
	for (size_t i = 0; i < c->n; i++)
		entry_free(c->rows[i].entry);
	arena_fini(&c->mem);
	free(c);
}

void agent_catalog_done(struct agent_catalog **catalog)
{
	agent_catalog_close(*catalog);
}

/* Room for n entries, and none yet. */
static struct agent_catalog *catalog_new(const struct tree *tree, size_t n)
{
	struct agent_catalog *c = xcalloc(1, sizeof(*c));

	arena_init(&c->mem, 0);
	c->tree = (struct tree){ tree->kind, arena_strz(&c->mem, str_of(tree->root)), arena_str(&c->mem, tree->commit) };
	c->rows = arena_array(&c->mem, n, sizeof(*c->rows));
	c->shown = arena_array(&c->mem, n, sizeof(*c->shown));
	atomic_init(&c->users, 1);
	return c;
}

/* The latest of that root, for the caller to close; NULL: there is none. */
static struct agent_catalog *latest(const char *root)
{
	struct agent_catalog *c;

	pthread_mutex_lock(&kept.lock);
	for (c = kept.first; c && strcmp(c->tree.root, root) != 0; c = c->next)
		;
	if (c)
		catalog_share(c);
	pthread_mutex_unlock(&kept.lock);
	return c;
}

/* Keeps c in place of the one of its root. */
static void keep(struct agent_catalog *c)
{
	struct agent_catalog **at, *former = NULL;

	catalog_share(c);
	pthread_mutex_lock(&kept.lock);
	for (at = &kept.first; *at && strcmp((*at)->tree.root, c->tree.root) != 0; at = &(*at)->next)
		;
	former = *at;
	c->next = former ? former->next : NULL;
	*at = c;
	pthread_mutex_unlock(&kept.lock);
	agent_catalog_close(former);
}

/* -- making one out of the one before -------------------------------------------------------------------------- */

static enum err list_files(struct ctx *ctx, const struct tree *tree, struct list *out)
{
	struct tree_file *files = NULL;
	size_t n = 0, cap = 0;
	struct list listed;

	for (size_t i = 0; i < COUNT_OF(FOLDERS); i++) {
		TRY(tree_list(ctx, tree, FOLDERS[i], 0, &listed));
		for (size_t k = 0; k < listed.n; k++) {
			if (!agent_file_format(LIST_AT(listed, struct tree_file, k)->path).p)
				continue;
			files = arena_more(ctx->mem, files, n, &cap, sizeof(*files));
			files[n++] = *LIST_AT(listed, struct tree_file, k);
		}
	}
	*out = (struct list){ files, n };
	return OK;
}

/* It need not be read again. */
static bool is_unchanged(const struct row *row, const struct tree_file *file)
{
	return file->version.p && str_eq(row->version, file->version);
}

static bool is_current(const struct agent_catalog *c, const struct list *files)
{
	if (c->n != files->n)
		return false;
	for (size_t i = 0; i < files->n; i++) {
		const struct tree_file *file = LIST_AT(*files, struct tree_file, i);

		if (!str_eq(c->rows[i].entry->shown.path, file->path) || !is_unchanged(&c->rows[i], file))
			return false;
	}
	return true;
}

static int row_by_path(const void *path, const void *row)
{
	return str_cmp(*(const struct str *)path, ((const struct row *)row)->entry->shown.path);
}

/* NULL: it had none of that path. */
static const struct row *find_row(const struct agent_catalog *c, struct str path)
{
	return c ? bsearch(&path, c->rows, c->n, sizeof(*c->rows), row_by_path) : NULL;
}

/* Takes over what did not change. *unread: of struct tree_file, the others, whose rows are without entries yet. */
static void take_over(struct ctx *ctx, struct agent_catalog *c, const struct agent_catalog *former,
		      const struct list *files, struct list *unread)
{
	struct tree_file *others = arena_array(ctx->mem, files->n, sizeof(*others));
	size_t n = 0;

	for (size_t i = 0; i < files->n; i++) {
		const struct tree_file *file = LIST_AT(*files, struct tree_file, i);
		const struct row *before = find_row(former, file->path);
		bool same = before && is_unchanged(before, file);

		c->rows[c->n++] = (struct row){ same ? entry_share(before->entry) : NULL, arena_str(&c->mem, file->version) };
		if (!same)
			others[n++] = *file;
	}
	*unread = (struct list){ others, n };
}

static bool same_text(struct str a, struct str b)
{
	return !a.p == !b.p && str_eq(a, b);
}

/* What cannot be decoded reads as it does for the reference, here and wherever the text is shown. */
static struct entry *entry_of(struct ctx *ctx, const struct agent_catalog *former, struct str path, struct str text,
			      size_t *n_parsed)
{
	const struct row *before = find_row(former, path);

	text = utf8_repair(ctx->mem, text);
	if (before && same_text(before->entry->shown.text, text))
		return entry_share(before->entry);
	++*n_parsed;
	return entry_parse(ctx, path, text);
}

static enum err read_rest(struct ctx *ctx, struct agent_catalog *c, const struct agent_catalog *former,
			  const struct list *unread, size_t *n_parsed)
{
	const struct tree_file *files = unread->items;
	struct str *texts = arena_array(ctx->mem, unread->n, sizeof(*texts));
	size_t next = 0;

	TRY(tree_read(ctx, &c->tree, files, unread->n, FILE_BYTES_MAX, texts));
	for (size_t i = 0; i < c->n; i++) {
		if (c->rows[i].entry)
			continue;
		c->rows[i].entry = entry_of(ctx, former, files[next].path, texts[next], n_parsed);
		next++;
	}
	return OK;
}

static void put_in_order(struct agent_catalog *c)
{
	for (size_t i = 0; i < c->n; i++)
		c->shown[i] = c->rows[i].entry;
	if (c->n > 1)
		qsort(c->shown, c->n, sizeof(*c->shown), by_place);
}

static enum err make(struct ctx *ctx, const struct tree *tree, struct agent_catalog *former, struct agent_catalog **out)
{
	AUTO(agent_catalog_done) struct agent_catalog *c = NULL;
	int64_t began_ms = mono_ms();
	struct list files, unread;
	size_t n_parsed = 0;

	TRY(list_files(ctx, tree, &files));
	if (former && is_current(former, &files) && str_eq(former->tree.commit, tree->commit)) {
		*out = catalog_share(former);
		return OK;
	}
	c = catalog_new(tree, files.n);
	take_over(ctx, c, former, &files, &unread);
	TRY(read_rest(ctx, c, former, &unread, &n_parsed));
	put_in_order(c);
	keep(c);
	if (n_parsed > 0)
		log_info("agents.read", kv_s("workspace", ctx->actor.workspace_id), kv_i("files", (int64_t)c->n),
			 kv_i("parsed", (int64_t)n_parsed), kv_i("ms", mono_ms() - began_ms));
	*out = TAKE(c);
	return OK;
}

enum err agent_catalog_open(struct ctx *ctx, struct agent_catalog **out)
{
	AUTO(agent_catalog_done) struct agent_catalog *former = NULL;
	struct tree tree;
	enum err e;

	*out = NULL;
	TRY(agent_source_tree(ctx, &tree));
	former = latest(tree.root);
	if (former && tree.kind == TREE_COMMIT && str_eq(former->tree.commit, tree.commit)) {
		*out = TAKE(former);
		return OK;
	}
	e = make(ctx, &tree, former, out);
	/* Whoever listens has no use for the words of a folder or of git. */
	if (e == ERR_UPSTREAM || e == ERR_TIMEOUT) {
		issue_add(ctx, NULL, "network", "%s", ctx->why);
		return fail(ctx, ERR_UPSTREAM, "could not read agents from the repository");
	}
	return e;
}

/* -- looking ------------------------------------------------------------------------------------------------- */

size_t agent_catalog_size(const struct agent_catalog *c)
{
	return c->n;
}

const struct agent_entry *agent_catalog_at(const struct agent_catalog *c, size_t i)
{
	return &c->shown[i]->shown;
}

const struct agent_entry *agent_catalog_find(const struct agent_catalog *c, struct str name)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->shown[i]->shown.name, name))
			return &c->shown[i]->shown;
	return NULL;
}

const struct tree *agent_catalog_tree(const struct agent_catalog *c)
{
	return &c->tree;
}
