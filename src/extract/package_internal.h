/* extract/package_internal.h: the parts of an Office document, which is a ZIP archive of XML files, as events.
 *
 * Open Packaging Conventions, ECMA-376 part 2. Only parts that are asked for by name are looked at, so
 * it does not matter what else an archive holds, or under which names.
 */
#ifndef EXTRACT_PACKAGE_INTERNAL_H
#define EXTRACT_PACKAGE_INTERNAL_H

#include "base/ctx.h"

/* Before the cage closes. */
enum err package_load(struct ctx *ctx);

struct package {
	void *zip;
	uint64_t inflated;                   /* bytes read so far, of all parts */
};

/* Borrows the bytes. ERR_INVALID: it is no archive that can be read. */
enum err package_open(struct ctx *ctx, struct str bytes, struct package *out);
void package_close(struct package *p);       /* usable with AUTO() */

/* A start tag; it lives as long as the call it is handed to. */
struct xml_tag {
	const char *space;                   /* the URI of its namespace, or NULL */
	const char *name;                    /* without prefix */
	const unsigned char **attributes;
	int n_attributes;
};

/* By its name without prefix; absent if it is not there. It lives as long as the tag. */
struct str xml_attribute(const struct xml_tag *tag, const char *name);

/* Each may be NULL. What is not OK ends the reading. */
struct xml_events {
	enum err (*start)(void *arg, const struct xml_tag *tag);
	enum err (*end)(void *arg, const struct xml_tag *tag);       /* without attributes */
	enum err (*text)(void *arg, struct str text);
};

/* A part that is not there has no events, and *found (may be NULL) is false. ERR_INVALID: the archive or the
 * XML is broken, or too large. */
enum err package_read(struct ctx *ctx, struct package *p, const char *part, const struct xml_events *events,
		      void *arg, bool *found);

#endif
