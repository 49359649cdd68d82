/* app/data.h: the data folder, and the store in it (architecture section 4). */
#ifndef APP_DATA_H
#define APP_DATA_H

#include "db/db.h"

/* Where it is: `given`, else $AGENTD_DATA, else where a program's data belongs on this system. In
 * ctx->mem, never empty. */
struct str data_folder(struct ctx *ctx, struct str given);

/* Makes the folder, and those above it, readable by its owner only; one that exists stays as it is. */
enum err data_make(struct ctx *ctx, struct str folder);

/* The path of a file in it. In ctx->mem. */
const char *data_path(struct ctx *ctx, struct str folder, const char *name);

/* Opens the store as ctx->db. With `make`, folder and store are made when they are missing; else
 * that is ERR_NOT_FOUND. The text of an error is for the operator. */
enum err data_open(struct ctx *ctx, struct str folder, bool make);
/* Closes it, and the reader of this ctx. Usable with AUTO(); a ctx without a store is fine. */
void data_close(struct ctx *ctx);

/* Loads the keys that secrets are sealed with: secret_load, from the file in the folder. */
enum err data_load_keys(struct ctx *ctx, struct str folder);

#endif
