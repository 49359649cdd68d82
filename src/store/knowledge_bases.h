/* store/knowledge_bases.h: knowledge bases. What they hold is in store/kb_contents.h.
 *
 * A row carries the totals of its content, so that a list of a hundred needs no counting.
 */
#ifndef STORE_KNOWLEDGE_BASES_H
#define STORE_KNOWLEDGE_BASES_H

#include "db/db.h"
#include "json/field.h"

/* How much content, in one item or in all of a base. */
struct content_size {
	int64_t bytes, words, chunks, files, pages;
	struct str formatted;                /* bytes for human eyes: "1.5 KB"; not stored */
};

struct knowledge_base {
	struct str id, workspace_id, title;
	struct str description;              /* may be absent */
	struct str type;                     /* how it was created: "text", "website" or "files" */
	struct str created_by;
	int64_t created_at, updated_at;
	struct content_size size;
};

enum knowledge_base_order { BASES_BY_CREATED, BASES_BY_UPDATED, BASES_BY_TITLE, BASES_BY_TYPE };

struct knowledge_base_filter {
	struct str q;                        /* substring of title or description */
	struct str type, created_by;         /* these three: absent = all */
	int64_t from, to;                    /* created then, both inclusive; 0 = open */
	enum knowledge_base_order order;
	bool descending;
	int64_t limit, offset;
};

/* ERR_NOT_FOUND: not in this workspace. */
enum err knowledge_bases_by_id(struct ctx *ctx, struct str workspace_id, struct str id, struct knowledge_base *out);
enum err knowledge_bases_exist(struct ctx *ctx, struct str workspace_id, struct str id, bool *out);
/* *out: struct list of struct knowledge_base; *total counts all matches. */
enum err knowledge_bases_list(struct ctx *ctx, struct str workspace_id, const struct knowledge_base_filter *f,
			      struct list *out, int64_t *total);
/* All of them, newest first. */
enum err knowledge_bases_all(struct ctx *ctx, struct str workspace_id, struct list *out);
/* Of struct str: the ids of all that hold something. */
enum err knowledge_bases_ids(struct ctx *ctx, struct str workspace_id, struct list *out);

enum err knowledge_bases_insert(struct ctx *ctx, struct db_tx *tx, const struct knowledge_base *kb);
/* Title, description and time of update; nothing else of a base changes by itself. */
enum err knowledge_bases_update(struct ctx *ctx, struct db_tx *tx, const struct knowledge_base *kb);
/* Adds to the totals, or takes from them. */
enum err knowledge_bases_grow(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id,
			      const struct content_size *by, int64_t updated_at);
enum err knowledge_bases_shrink(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id,
				const struct content_size *by, int64_t updated_at);
/* Nobody sees what it holds from now on; that leaves by contents_erase. */
enum err knowledge_bases_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id);

#endif
