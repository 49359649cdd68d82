/* json/write.h: JSON text, written straight into a buffer.
 *
 * A builder: call after call, no return values to check. Commas and quotes are its business;
 * keys come before values inside objects. Output is compact UTF-8, non-ASCII unescaped.
 *
 *     struct json_writer w = { .out = &buf };
 *     jw_object(&w); jw_key(&w, "id"); jw_str(&w, id); jw_end(&w);
 */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include "base/buf.h"
#include "json/json.h"

struct json_writer {
	struct buf *out;
	int depth;
	bool comma;                          /* a value was written at this level */
	uint64_t arrays[2];                  /* which open levels are arrays, a bit each */
};

void jw_object(struct json_writer *w);
void jw_array(struct json_writer *w);
void jw_end(struct json_writer *w);          /* closes what was opened last */
void jw_key(struct json_writer *w, const char *key);
void jw_key_str(struct json_writer *w, struct str key);

void jw_str(struct json_writer *w, struct str s);       /* p NULL writes null */
/* At most n UTF-16 code units of it, as JavaScript's slice(0, n) does: half of a character that
 * is cut in two is written as an escape. */
void jw_str_cut(struct json_writer *w, struct str s, size_t n);
void jw_z(struct json_writer *w, const char *s);
void jw_int(struct json_writer *w, int64_t n);
void jw_num(struct json_writer *w, double n);           /* shortest form that reads back the same */
void jw_float(struct json_writer *w, float n);          /* the same for single precision */
void jw_bool(struct json_writer *w, bool b);
void jw_null(struct json_writer *w);
void jw_time(struct json_writer *w, int64_t us, int digits);   /* ISO 8601; 0 writes null */
void jw_raw(struct json_writer *w, struct str json);    /* JSON text, trusted to be well-formed */
void jw_value(struct json_writer *w, const struct json *v);
/* A string that holds the JSON text as json_indent lays it out. */
void jw_laid_out(struct json_writer *w, struct str json);

/* The same JSON text over many lines, two blanks for each level, as JavaScript's JSON.stringify(value, null, 2)
 * has it. The text is trusted to be well-formed and compact, as the writer above makes it. */
void json_indent(struct buf *out, struct str json);

/* The text of one value, in mem. */
struct str json_text(struct arena *mem, const struct json *v);

#endif
