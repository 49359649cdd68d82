/* store/kb_upgrade.h: what migrations have to compute for contents that are older than they. */
#ifndef STORE_KB_UPGRADE_H
#define STORE_KB_UPGRADE_H

#include "db/db.h"

/* Migration 2: the vectors of builtin/lexical, which has changed since the first. */
enum err kb_upgrade_vectors(struct ctx *ctx, struct db_tx *tx);
/* Migration 5: the words of all contents, and which chunks they have. */
enum err kb_upgrade_words(struct ctx *ctx, struct db_tx *tx);

#endif
