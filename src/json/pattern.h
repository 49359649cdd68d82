/* json/pattern.h: regular expressions that others wrote, looked for in text that others wrote.
 *
 * PCRE2 with the manners of JavaScript: what both know means the same in both. A search is given up after a
 * bounded amount of work, so that no expression, however it is made, holds a thread for long.
 */
#ifndef JSON_PATTERN_H
#define JSON_PATTERN_H

#include "base/ctx.h"

struct pattern;

/* Those that were compiled, each once; zeroed at first. The list lives in the ctx's memory, what it holds
 * until patterns_fini. */
struct patterns {
	struct pattern *items;
	size_t n, cap;
};

void patterns_fini(struct patterns *p);                 /* zeroed is fine */

/* ERR_INVALID: this is no expression; the text quotes it. ERR_INTERNAL: the library is not there. */
enum err patterns_compile(struct ctx *ctx, struct patterns *p, struct str expression);

/* Whether it is found anywhere in the text, both valid UTF-8. False: there is no telling, since the search
 * takes too long. */
bool patterns_match(struct ctx *ctx, struct patterns *p, struct str expression, struct str text, bool *found);

#endif
