/* domain/agent_catalog.c: catalogs by root, the latest of each kept for the next who asks.
 *
 * A commit cannot change, so a catalog of the same commit is taken as it is. A folder is listed each time,
 * which costs a stat for each file, and its catalog taken when no version differs.
 */
#include "domain/agent_catalog.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "domain/agent_source.h"

enum { FILE_BYTES_MAX = 1 << 20 };

static const char *const FOLDERS[] = { "agents/pydantic-agentspec", "agents/cargo-ai" };

/* -- entries: shared by catalogs ----------------------------------------------------------------------- */

struct entry {
	struct agent_entry shown;
	struct arena mem;
	atomic_int users;
};

static void entry_free(struct entry *e)
{
	if (e && atomic_fetch_sub(&e->users, 1) == 1) {
		struct arena mem = e->mem;

		arena_fini(&mem);
	}
}

/* An entry lives in its own arena, as small as its texts are. */
static struct entry *entry_new(struct ctx *ctx, const struct tree_file *file, struct str text)
{
	struct arena mem = { .block_bytes = 2 * (size_t)file->size + 1024 };
	struct entry *e = arena_zalloc(&mem, sizeof(*e));
	struct str path = arena_str(&mem, file->path);
	struct agent_file parsed;

	/* What cannot be decoded reads as it does for the reference, here and wherever the text is shown. */
	text = utf8_repair(ctx->mem, text);
	if (text.p)
		agent_file_parse(ctx, path, agent_file_format(path), text, &parsed);
	else
		agent_file_unreadable(ctx, path, S("the file is gone, or larger than 1048576 bytes"), &parsed);
	e->shown = (struct agent_entry){
		.name = arena_str(&mem, parsed.name), .path = path, .version = arena_str(&mem, file->version),
		.valid = parsed.valid, .text = arena_str(&mem, text),
		.reply = schema_text(&mem, &agent_file_schema, &parsed, WRITE_REPLY),
	};
	atomic_init(&e->users, 1);
	e->mem = mem;
	return e;
}

/* -- order ------------------------------------------------------------------------------------------------ */

/* What is not a letter, in the order of the root collation. */
static int weight(unsigned char c)
{
	static const char ORDER[] = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789";
	const char *at = c ? strchr(ORDER, c) : NULL;

	if (at)
		return (int)(at - ORDER) + 1;
	return c < 0x80 ? 256 + to_lower((char)c) : 1024 + c;
}

int agent_collate(struct str a, struct str b)
{
	int case_difference = 0;

	for (size_t i = 0; i < a.n && i < b.n; i++) {
		unsigned char x = (unsigned char)a.p[i], y = (unsigned char)b.p[i];

		if (weight(x) != weight(y))
			return weight(x) < weight(y) ? -1 : 1;
		/* Lower case goes first, when nothing else tells them apart. */
		if (x != y && case_difference == 0)
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

/* The folder that comes first in FOLDERS goes first. */
static bool in_first_folder(const struct agent_entry *e)
{
	return str_starts(e->path, str_of(FOLDERS[0]));
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
	if (in_first_folder(x) != in_first_folder(y))
		return in_first_folder(x) ? -1 : 1;
	return str_cmp(x->path, y->path);
}

static int by_path(const void *a, const void *b)
{
	return str_cmp((*(struct entry *const *)a)->shown.path, (*(struct entry *const *)b)->shown.path);
}

/* -- catalogs ----------------------------------------------------------------------------------------------- */

struct agent_catalog {
	struct tree tree;                    /* its texts are the catalog's own */
	struct entry **entries;              /* in the order they are shown */
	struct entry **by_path;
	size_t n;
	atomic_int users;
	struct agent_catalog *next;          /* of those that are kept */
};

static struct {
	pthread_mutex_t lock;
	struct agent_catalog *first;
} kept = { .lock = PTHREAD_MUTEX_INITIALIZER };

void agent_catalog_close(struct agent_catalog *c)
{
	if (!c || atomic_fetch_sub(&c->users, 1) != 1)
		return;
	for (size_t i = 0; i < c->n; i++)
		entry_free(c->entries[i]);
	free(c->entries);
	free(c->by_path);
	free((char *)c->tree.root);
	free((char *)c->tree.commit.p);
	free(c);
}

void agent_catalog_done(struct agent_catalog **catalog)
{
	agent_catalog_close(*catalog);
}

static char *copy_text(struct str text)
{
	char *copy = xcalloc(text.n + 1, 1);

	if (text.n > 0)
		memcpy(copy, text.p, text.n);
	return copy;
}

static struct agent_catalog *catalog_new(const struct tree *tree, size_t n)
{
	struct agent_catalog *c = xcalloc(1, sizeof(*c));

	c->tree = (struct tree){ tree->kind, copy_text(str_of(tree->root)), { copy_text(tree->commit), tree->commit.n } };
	c->entries = xcalloc(n ? n : 1, sizeof(*c->entries));
	c->by_path = xcalloc(n ? n : 1, sizeof(*c->by_path));
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
		atomic_fetch_add(&c->users, 1);
	pthread_mutex_unlock(&kept.lock);
	return c;
}

/* Keeps c in place of the one of its root. */
static void keep(struct agent_catalog *c)
{
	struct agent_catalog **at, *former = NULL;

	atomic_fetch_add(&c->users, 1);
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

/* The former catalog's entry of that path and version. */
static struct entry *unchanged(const struct agent_catalog *former, const struct tree_file *file)
{
	struct entry key = { .shown.path = file->path }, *wanted = &key, **found;

	if (!former)
		return NULL;
	found = bsearch(&wanted, former->by_path, former->n, sizeof(*former->by_path), by_path);
	return found && str_eq((*found)->shown.version, file->version) ? *found : NULL;
}

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

static bool is_current(const struct agent_catalog *c, const struct list *files)
{
	if (c->n != files->n)
		return false;
	for (size_t i = 0; i < files->n; i++)
		if (!unchanged(c, LIST_AT(*files, struct tree_file, i)))
			return false;
	return true;
}

/* Takes over what did not change, and reads the rest at once. */
static enum err fill(struct ctx *ctx, struct agent_catalog *c, const struct agent_catalog *former, const struct list *files)
{
	struct tree_file *wanted = arena_array(ctx->mem, files->n, sizeof(*wanted));
	struct str *texts = arena_array(ctx->mem, files->n, sizeof(*texts));
	size_t n = 0;

	for (size_t i = 0; i < files->n; i++) {
		struct entry *same = unchanged(former, LIST_AT(*files, struct tree_file, i));

		if (same) {
			atomic_fetch_add(&same->users, 1);
			c->entries[c->n++] = same;
		} else {
			wanted[n++] = *LIST_AT(*files, struct tree_file, i);
		}
	}
	TRY(tree_read(ctx, &c->tree, wanted, n, FILE_BYTES_MAX, texts));
	for (size_t i = 0; i < n; i++)
		c->entries[c->n++] = entry_new(ctx, &wanted[i], texts[i]);
	memcpy(c->by_path, c->entries, c->n * sizeof(*c->entries));
	qsort(c->by_path, c->n, sizeof(*c->by_path), by_path);
	qsort(c->entries, c->n, sizeof(*c->entries), by_place);
	return OK;
}

static enum err make(struct ctx *ctx, const struct tree *tree, struct agent_catalog *former, struct agent_catalog **out)
{
	AUTO(agent_catalog_done) struct agent_catalog *c = NULL;
	struct list files;

	TRY(list_files(ctx, tree, &files));
	if (former && is_current(former, &files) && str_eq(former->tree.commit, tree->commit)) {
		atomic_fetch_add(&former->users, 1);
		*out = former;
		return OK;
	}
	c = catalog_new(tree, files.n);
	TRY(fill(ctx, c, former, &files));
	keep(c);
	*out = c;
	c = NULL;
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
		*out = former;
		former = NULL;
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
	return &c->entries[i]->shown;
}

const struct agent_entry *agent_catalog_find(const struct agent_catalog *c, struct str name)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->entries[i]->shown.name, name))
			return &c->entries[i]->shown;
	return NULL;
}

const struct tree *agent_catalog_tree(const struct agent_catalog *c)
{
	return &c->tree;
}
