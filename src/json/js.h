/* json/js.h: text that a JavaScript server would have turned into a number or a time.
 *
 * The studio contract reads parameters with Number() and Date (section 2.4), and clients rely on
 * what those accept. Time zones: a time without one is UTC, as on the reference server.
 * Threads: any.
 */
#ifndef JSON_JS_H
#define JSON_JS_H

#include "base/arena.h"

/* text.trim(): without white space of any script, and byte order marks, at both ends. */
struct str js_trim(struct str text);

/* Number(text): blanks around it, 0x, 0o and 0b, exponents, and Infinity are fine; "" is 0.
 * False: NaN. mem is for scratch. */
bool js_number(struct arena *mem, struct str text, double *out);

/* new Date(text), in milliseconds since the epoch. ISO 8601 in all its forms, and what V8 reads
 * besides: "Feb 1, 2026 10:30 PM GMT+2". False: an invalid date. */
bool js_date(struct str text, int64_t *ms);

#endif
