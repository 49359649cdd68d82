/* base/library.h: shared libraries that are loaded when they are first needed.
 *
 * A web client and document parsers bring forty libraries with them, which cost a server that
 * uses none of it 9 MB and 10 ms at every start. So they are not linked with: a table names the
 * functions that are used, the headers give their types, and the first caller loads the file.
 *
 *     #define MD4C_FUNCTIONS(X) X(md_parse)
 *     LIBRARY(md4c, "libmd4c.so.0", MD4C_FUNCTIONS)
 *     ...
 *     TRY(library_load(ctx, &md4c_library));
 *     md4c.md_parse(...);
 *
 * Threads: any.
 */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/err.h"

struct library {
	const char *file;                    /* as the dynamic linker knows it: "libmd4c.so.0" */
	const char *const *names;            /* of the functions, NULL behind the last */
	void **functions;                    /* their addresses, in the same order */
	atomic_bool loaded;
};

/* ERR_INTERNAL: the library, or a function of it, is not there; the text is for the operator. */
enum err library_load(struct ctx *ctx, struct library *library);

#define LIBRARY_MEMBER(function) typeof(function) *function;
#define LIBRARY_NAME(function)   #function,

/* Defines struct NAME_functions, its only variable `NAME`, and `NAME_library`. In one .c file. */
#define LIBRARY(name, so, FUNCTIONS)                                                        \
	static struct name##_functions {                                                    \
		FUNCTIONS(LIBRARY_MEMBER)                                                   \
	} name;                                                                             \
	static const char *const name##_names[] = { FUNCTIONS(LIBRARY_NAME) NULL };         \
	static struct library name##_library = { so, name##_names, (void **)&name, false };

#endif
