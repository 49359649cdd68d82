/* store/rows.h: what every table's file asks of a statement. */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "db/db.h"
#include "json/field.h"

/* Steps to the first row; ERR_NOT_FOUND "no such WHAT" when there is none. */
enum err row_required(struct ctx *ctx, struct stmt *s, const char *what);
/* Runs the statement; ERR_NOT_FOUND when it touched nothing. */
enum err rows_changed(struct ctx *ctx, struct stmt *s, const char *what);
/* Runs a statement whose first row is one integer: a count. */
enum err row_count(struct ctx *ctx, struct stmt *s, int64_t *out);

/* An integer that may not be known: NO_INT, and NULL in the store. */
void bind_known(struct stmt *s, int64_t n);
int64_t col_known(struct stmt *s);

/* Reads the current row's columns into a zeroed struct. */
typedef enum err row_reader(struct ctx *ctx, struct stmt *s, void *out);
/* Reads all rows. *out: in ctx->mem, of structs of so many bytes. */
enum err rows_all(struct ctx *ctx, struct stmt *s, row_reader *read, size_t bytes, struct list *out);

/* All rows of a table. */
struct table_rows {
	const struct sql *all;               /* without parameters */
	row_reader *read;
};

/* Is handed a row, which is gone when it returns. */
typedef enum err row_visit(struct ctx *ctx, const void *row, void *arg);
/* Hands over all, one after the other, as zeroed and then read structs of so many bytes: those that the
 * table's reader fills, or larger. Takes the memory of one row. */
enum err rows_visit(struct ctx *ctx, const struct table_rows *rows, size_t bytes, row_visit *visit, void *arg);

#endif
