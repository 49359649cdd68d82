/* json/jsonb.h: JSON as the reference's database keeps it (PostgreSQL's jsonb).
 *
 * Clients of the studio contract see it in what the server has stored for them: the members of an object
 * come back in the order of their keys' lengths, then of their bytes. A search sees the text itself.
 */
#ifndef JSON_JSONB_H
#define JSON_JSONB_H

#include "json/json.h"

/* The members in that order, at every depth, and a blank behind each comma and colon. In mem. */
struct str jsonb_text(struct arena *mem, const struct json *v);

#endif
