/* knowledge/progress.h: how far an ingestion has come, for whoever waits for it. */
#ifndef KNOWLEDGE_PROGRESS_H
#define KNOWLEDGE_PROGRESS_H

#include "json/field.h"

enum progress_stage { PROGRESS_FETCHED, PROGRESS_EXTRACTED, PROGRESS_CHUNKED, PROGRESS_EMBEDDED };

/* One element of a request: urls[3], files[0], content[7]. */
struct progress_item {
	const char *list;
	size_t index;
	struct str name;                     /* the address or file name; may be absent */
	const struct path_step *path;        /* the same place, for its issues */
};

struct progress {
	/* The item has reached the stage; n: bytes fetched, bytes of text extracted, chunks cut, chunks
	 * embedded. On the thread that ingests. May be NULL. */
	void (*tell)(void *arg, enum progress_stage stage, const struct progress_item *item, int64_t n);
	/* False: nobody waits any more, so there is no use in going on. May be NULL. */
	bool (*wanted)(void *arg);
	void *arg;
};

/* "fetched", "extracted", "chunked", "embedded". */
const char *progress_stage_name(enum progress_stage stage);
/* progress may be NULL, here and below. */
void progress_tell(const struct progress *progress, enum progress_stage stage, const struct progress_item *item,
		   int64_t n);
bool progress_wanted(const struct progress *progress);

#endif
