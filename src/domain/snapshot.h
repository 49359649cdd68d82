/* domain/snapshot.h: everything there is, as one JSON document; and a store out of such a document.
 *
 * The form is the reference's own (its lists and their members), with lists of ours beside them. It knows
 * no engine, so it serves to move in, to move from one engine to another, and as a backup. Secrets stay
 * behind: of a key its digest is written, of a connection that there was one. Vectors are left out too,
 * and made again with the model of the store that takes the content in.
 *
 * Both directions hold one row in memory at a time, whatever the size of the store.
 */
#ifndef DOMAIN_SNAPSHOT_H
#define DOMAIN_SNAPSHOT_H

#include "json/field.h"

struct snapshot_count {
	struct str list;
	size_t n;
};

enum { SNAPSHOT_LISTS_MAX = 64 };

struct snapshot_summary {
	struct snapshot_count stored[SNAPSHOT_LISTS_MAX], passed_over[SNAPSHOT_LISTS_MAX];
	size_t n_stored, n_passed_over;
};

/* Stores all of it, or nothing. With merge, into a store that holds something already: what has an id that is
 * there is an ERR_CONFLICT. Without, that is one by itself. ERR_INVALID names the list and the row. Lists
 * that this version has no use for are passed over and told in *out. Content is embedded first, so data key
 * and HTTP client must be ready unless the store's model is the built-in one. */
enum err snapshot_import(struct ctx *ctx, struct str text, bool merge, struct snapshot_summary *out);

/* Takes the document piece by piece. */
struct snapshot_sink {
	enum err (*write)(struct ctx *ctx, void *arg, struct str piece);
	void *arg;
};

/* The whole store, read from one moment. The same store gives the same text. */
enum err snapshot_export(struct ctx *ctx, const struct snapshot_sink *sink);

#endif
