/* base/utf8.h: code points in and out of UTF-8.
 *
 * Lengths that users meet (field limits, chunk sizes) count code points; everything stored is
 * bytes. Valid means RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
 * Threads: any.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/str.h"

struct arena;

enum { UTF8_MAX_BYTES = 4, UTF8_REPLACEMENT = 0xFFFD };

/* Code points in valid text. In invalid text it still ends and never exceeds s.n. */
size_t utf8_count(struct str s);
bool utf8_valid(struct str s);
/* UTF-16 code units of valid text, which is what JavaScript calls its length. */
size_t utf8_units(struct str s);

/* Cuts the first code point off *rest; false at the end. A byte that begins no valid sequence
 * is cut alone and reads as UTF8_REPLACEMENT. */
bool utf8_next(struct str *rest, uint32_t *code_point);

/* Writes a code point and returns its bytes, 1 to 4; what is not one is written as the
 * replacement character. */
size_t utf8_put(char out[static UTF8_MAX_BYTES], uint32_t code_point);

/* The text with every byte that begins no valid sequence replaced, as JavaScript decodes it: in mem, or text itself. */
struct str utf8_repair(struct arena *mem, struct str text);

/* As much of the text as max_bytes hold, without a torn character at its end. */
struct str utf8_cut(struct str text, size_t max_bytes);

/* True for what steers a terminal instead of being shown: C0, DEL and C1. */
bool utf8_is_control(uint32_t code_point);

/* True for Unicode's White_Space property. */
bool utf8_is_space(uint32_t code_point);

/* True for what trim() and \s of JavaScript take for white space: not quite Unicode's. */
bool utf8_is_js_space(uint32_t code_point);

#endif
