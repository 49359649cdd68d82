/* store/kb_upgrade.h: what migration 2 has to compute for contents that are older than it. */
#ifndef STORE_KB_UPGRADE_H
#define STORE_KB_UPGRADE_H

#include "db/db.h"

/* Their keyword index, and the vectors of builtin/lexical, which has changed since. */
enum err kb_upgrade(struct ctx *ctx, struct db_tx *tx);

#endif
