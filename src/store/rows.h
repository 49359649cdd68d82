/* store/rows.h: the two questions every table's file asks of a statement. */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "db/db.h"

/* Steps to the first row; ERR_NOT_FOUND "no such WHAT" when there is none. */
enum err row_required(struct ctx *ctx, struct stmt *s, const char *what);
/* Runs the statement; ERR_NOT_FOUND when it touched nothing. */
enum err rows_changed(struct ctx *ctx, struct stmt *s, const char *what);
/* Runs a statement whose first row is one integer: a count. */
enum err row_count(struct ctx *ctx, struct stmt *s, int64_t *out);

/* Binds what a user searches for, in lower case as SQL's lower() makes it: ASCII letters only.
 * p NULL binds NULL. */
void bind_search(struct ctx *ctx, struct stmt *s, struct str text);

#endif
