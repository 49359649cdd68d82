/* app/rooms.h: what the rooms below keep for the whole process, for every command that carries out runs. */
#ifndef APP_ROOMS_H
#define APP_ROOMS_H

#include "app/config.h"
#include "run/limits.h"

/* No core of this process will be written: it would hold the data key and all keys of providers. */
void rooms_keep_secrets(void);

/* Sets up clients, prices, tools, indexes and agent files as the configuration says, which must live as long as the
 * process, and loads the data key. ctx->db is open. ERR_INVALID: a setting cannot be used, and which. */
enum err rooms_set_up(struct ctx *ctx, const struct config *c);

/* How much a run may do, as the configuration says. */
struct run_limits rooms_run_limits(const struct config *c);

#endif
