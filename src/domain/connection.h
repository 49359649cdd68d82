/* domain/connection.h: what the acting user has authorised, and the tools that gives (studio contract 2.8,
 * 2.9, section 5). */
#ifndef DOMAIN_CONNECTION_H
#define DOMAIN_CONNECTION_H

#include "store/connections.h"

/* The acting user's, each by provider and name, of every status. */
struct connections {
	struct list brokered, native;        /* of struct connection */
};

enum err connection_list(struct ctx *ctx, struct connections *out);

/* The tools of the acting user's active connections. *out: of struct connection_tool. */
enum err connection_tools(struct ctx *ctx, struct list *out);

/* What people call it: "Google Sheets" of "googlesheets". source is a connection's, or "secret"; toolkit in
 * lower case. In mem. */
struct str connection_label(struct arena *mem, struct str source, struct str toolkit);

#endif
