/* json/format.h: the string formats a field may ask for. */
#ifndef JSON_FORMAT_H
#define JSON_FORMAT_H

#include "base/arena.h"

/* Checks `text` against the format and gives its canonical form (a UUID in lower case). Formats
 * that are not checked here ("date-time" of replies) are true for any text. */
bool format_check(struct arena *mem, const char *format, struct str text, struct str *canonical);

#endif
