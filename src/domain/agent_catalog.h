/* domain/agent_catalog.h: all agent files of a source, read and parsed.
 *
 * A catalog shows one moment and never changes, so that many threads may read it; a newer one shares what
 * did not change with the one before it, so that of ten thousand files a changed one alone is parsed again.
 * Threads: any, each with its own ctx.
 */
#ifndef DOMAIN_AGENT_CATALOG_H
#define DOMAIN_AGENT_CATALOG_H

#include "domain/agent_file.h"
#include "repo/tree.h"

/* The text is kept and the parsed document is not: whoever needs more than these parses again. */
struct agent_entry {
	struct str name, path;
	struct str version;                  /* bytes: others when the text is another */
	bool valid;
	struct str text;                     /* of the file; absent: it cannot be read */
	struct str reply;                    /* as agent_file_schema replies it */
};

struct agent_catalog;

/* The catalog of the actor's workspace. ERR_CONFLICT, ERR_UPSTREAM: see agent_source_tree. The caller
 * closes it, and may use what is in it until then. */
enum err agent_catalog_open(struct ctx *ctx, struct agent_catalog **out);
void agent_catalog_close(struct agent_catalog *catalog);          /* NULL is fine */
/* For AUTO(). */
void agent_catalog_done(struct agent_catalog **catalog);

/* Valid ones by name, then the others by file name, in the order of the reference's collation. */
size_t agent_catalog_size(const struct agent_catalog *catalog);
const struct agent_entry *agent_catalog_at(const struct agent_catalog *catalog, size_t i);
/* The first of that name, NULL when there is none. */
const struct agent_entry *agent_catalog_find(const struct agent_catalog *catalog, struct str name);

/* The moment that a catalog shows. Borrowed. */
const struct tree *agent_catalog_tree(const struct agent_catalog *catalog);

/* How file names sort: as ICU's root collation has it for what is ASCII. */
int agent_collate(struct str a, struct str b);

#endif
