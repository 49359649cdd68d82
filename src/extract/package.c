/* extract/package.c: libzip on bytes in memory, and libxml2's SAX parser on what it inflates.
 *
 * A part goes through a buffer of one chunk, so its size costs time and no memory; what it may inflate to
 * is counted as it comes, since the sizes in the archive are the sender's word. A DTD is an error, as
 * the standard demands (M1.18): without one there are no entities to expand or to fetch.
 */
#include "extract/package_internal.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <zip.h>

#include "base/library.h"

#define ZIP_FUNCTIONS(X)                                                                         \
	X(zip_source_buffer_create) X(zip_source_free) X(zip_open_from_source) X(zip_discard)    \
	X(zip_get_num_entries) X(zip_name_locate) X(zip_stat_index) X(zip_fopen_index) X(zip_fread) X(zip_fclose)
LIBRARY(zip, "libzip.so.4", ZIP_FUNCTIONS)
/* Debian 13's, which differs in nothing that is used here. */
static struct library zip5_library = { "libzip.so.5", zip_names, (void **)&zip, false };

#define XML_FUNCTIONS(X) \
	X(xmlInitParser) X(xmlCreatePushParserCtxt) X(xmlCtxtUseOptions) X(xmlParseChunk) X(xmlStopParser) \
	X(xmlFreeParserCtxt)
LIBRARY(xml, "libxml2.so.2", XML_FUNCTIONS)

enum {
	ENTRIES_MAX = 10 * 1000,
	CHUNK_BYTES = 32 * 1024,
	INFLATED_MAX = 256 << 20,            /* of all parts that are read */
	/* XML shrinks to a tenth or a thirtieth. Small parts may do better. */
	RATIO_MAX = 200, RATIO_FROM = 8 << 20,
	DEPTH_MAX = 4000,
};

enum err package_load(struct ctx *ctx)
{
	if (library_load(ctx, &zip_library) != OK)
		TRY(library_load(ctx, &zip5_library));
	TRY(library_load(ctx, &xml_library));
	xml.xmlInitParser();
	return OK;
}

/* -- the archive ---------------------------------------------------------------------------------- */

static enum err damaged(struct ctx *ctx)
{
	return fail(ctx, ERR_INVALID, "the archive that the document is stored in is damaged");
}

enum err package_open(struct ctx *ctx, struct str bytes, struct package *out)
{
	zip_source_t *source = zip.zip_source_buffer_create(bytes.p, bytes.n, 0, NULL);
	zip_t *archive = source ? zip.zip_open_from_source(source, ZIP_RDONLY, NULL) : NULL;

	if (!archive) {
		zip.zip_source_free(source);
		return damaged(ctx);
	}
	*out = (struct package){ .zip = archive };
	if (zip.zip_get_num_entries(archive, 0) <= ENTRIES_MAX)
		return OK;
	package_close(out);
	return fail(ctx, ERR_INVALID, "the document is stored in an archive of more than %d files", ENTRIES_MAX);
}

void package_close(struct package *p)
{
	if (p->zip)
		zip.zip_discard(p->zip);
	p->zip = NULL;
}

/* -- XML ------------------------------------------------------------------------------------------ */

struct reader {
	struct ctx *ctx;
	const struct xml_events *events;
	void *arg;
	xmlParserCtxtPtr parser;
	int depth;
	enum err error;
};

static void keep(struct reader *r, enum err e)
{
	if (e == OK || r->error != OK)
		return;
	r->error = e;
	xml.xmlStopParser(r->parser);
}

/* libxml2 hands over five pointers for each: name, prefix, namespace, value, and the value's end. */
enum { ATTRIBUTE_NAME, ATTRIBUTE_VALUE = 3, ATTRIBUTE_END, ATTRIBUTE_POINTERS };

struct str xml_attribute(const struct xml_tag *tag, const char *name)
{
	for (int i = 0; i < tag->n_attributes; i++) {
		const unsigned char **a = tag->attributes + i * ATTRIBUTE_POINTERS;

		if (strcmp((const char *)a[ATTRIBUTE_NAME], name) == 0)
			return (struct str){ (const char *)a[ATTRIBUTE_VALUE],
					     (size_t)(a[ATTRIBUTE_END] - a[ATTRIBUTE_VALUE]) };
	}
	return (struct str){ NULL, 0 };
}

static void start_element(void *reader, const xmlChar *name, const xmlChar *prefix, const xmlChar *space,
			  int n_namespaces, const xmlChar **namespaces, int n_attributes, int n_defaulted,
			  const xmlChar **attributes)
{
	struct reader *r = reader;
	struct xml_tag tag = { (const char *)space, (const char *)name, attributes, n_attributes };

	if (++r->depth > DEPTH_MAX)
		keep(r, fail(r->ctx, ERR_INVALID, "the document's XML is nested more than %d deep", DEPTH_MAX));
	else if (r->events->start)
		keep(r, r->events->start(r->arg, &tag));
}

static void end_element(void *reader, const xmlChar *name, const xmlChar *prefix, const xmlChar *space)
{
	struct reader *r = reader;
	struct xml_tag tag = { (const char *)space, (const char *)name, NULL, 0 };

	r->depth--;
	if (r->events->end)
		keep(r, r->events->end(r->arg, &tag));
}

static void characters(void *reader, const xmlChar *bytes, int n)
{
	struct reader *r = reader;

	if (r->events->text)
		keep(r, r->events->text(r->arg, (struct str){ (const char *)bytes, (size_t)n }));
}

static void document_type(void *reader, const xmlChar *name, const xmlChar *external_id, const xmlChar *system_id)
{
	struct reader *r = reader;

	keep(r, fail(r->ctx, ERR_INVALID,
		     "the document's XML has a document type, which documents of Office must not have"));
}

static xmlSAXHandler sax_events = {
	.initialized = XML_SAX2_MAGIC,
	.startElementNs = start_element, .endElementNs = end_element,
	.characters = characters, .ignorableWhitespace = characters, .cdataBlock = characters,
	.internalSubset = document_type,
};

/* -- both ----------------------------------------------------------------------------------------- */

static bool is_bomb(uint64_t inflated, uint64_t stored)
{
	return inflated > RATIO_FROM && inflated / RATIO_MAX > stored;
}

static enum err parse_entry(struct ctx *ctx, struct package *p, zip_file_t *file, uint64_t stored, struct reader *r)
{
	char bytes[CHUNK_BYTES];
	uint64_t inflated = 0;
	zip_int64_t n;

	while ((n = zip.zip_fread(file, bytes, sizeof(bytes))) > 0) {
		inflated += (uint64_t)n;
		p->inflated += (uint64_t)n;
		if (p->inflated > INFLATED_MAX || is_bomb(inflated, stored))
			return fail(ctx, ERR_INVALID, "the document unpacks to far more than it is worth");
		if (xml.xmlParseChunk(r->parser, bytes, (int)n, 0) != 0)
			break;
	}
	if (r->error == OK && n < 0)
		return damaged(ctx);
	if (r->error == OK && (n > 0 || xml.xmlParseChunk(r->parser, "", 0, 1) != 0))
		return fail(ctx, ERR_INVALID, "the document's XML is damaged");
	return r->error;
}

static enum err read_entry(struct ctx *ctx, struct package *p, zip_file_t *file, uint64_t stored, struct reader *r)
{
	enum err e;

	r->parser = xml.xmlCreatePushParserCtxt(&sax_events, r, NULL, 0, NULL);
	if (!r->parser)
		return fail(ctx, ERR_INTERNAL, "libxml2 cannot make a parser");
	xml.xmlCtxtUseOptions(r->parser, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	e = parse_entry(ctx, p, file, stored, r);
	xml.xmlFreeParserCtxt(r->parser);
	return e;
}

enum err package_read(struct ctx *ctx, struct package *p, const char *part, const struct xml_events *events,
		      void *arg, bool *found)
{
	struct reader r = { .ctx = ctx, .events = events, .arg = arg };
	zip_int64_t at = zip.zip_name_locate(p->zip, part, 0);
	zip_stat_t stat;
	zip_file_t *file;
	enum err e;

	if (found)
		*found = at >= 0;
	if (at < 0)
		return OK;
	if (zip.zip_stat_index(p->zip, (zip_uint64_t)at, 0, &stat) != 0 || !(stat.valid & ZIP_STAT_COMP_SIZE))
		return damaged(ctx);
	file = zip.zip_fopen_index(p->zip, (zip_uint64_t)at, 0);
	if (!file)
		return damaged(ctx);
	e = read_entry(ctx, p, file, stat.comp_size, &r);
	zip.zip_fclose(file);
	return e;
}
