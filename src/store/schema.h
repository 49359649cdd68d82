/* store/schema.h: the tables, as numbered steps. Forward only: a step that has shipped never changes. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "db/db.h"

extern const struct migration store_migrations[];
extern const size_t n_store_migrations;

#endif
