/* knowledge/gather.h: what a request brings (texts, addresses of web pages, files) into documents.
 *
 * All or nothing: each element that cannot be read gets an ingest_failed issue, and one is enough
 * for ERR_INVALID. All are tried nevertheless, so that all reasons are told at once.
 */
#ifndef KNOWLEDGE_GATHER_H
#define KNOWLEDGE_GATHER_H

#include "knowledge/ingest.h"

/* Of one request: text and contexts, in bytes. */
enum { GATHERED_TEXT_MAX = 64 << 20 };

struct material_file {
	struct str name;                     /* as the client calls it */
	struct str bytes;
};

struct material {
	struct list texts, urls;             /* both of struct str */
	struct list files;                   /* of struct material_file */
};

/* Fetches and extracts. *out: of struct ingest_source, in the order texts, urls, files; it borrows the
 * material. ERR_GONE: nobody wants it any more. progress may be NULL. */
enum err knowledge_gather(struct ctx *ctx, const struct material *material, const struct progress *progress,
			  struct list *out);

#endif
