/* api/route.h: from method and path to an operation. */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include "api/op.h"

enum { PATH_PARAMS_MAX = 4 };

struct path_param {
	struct str name, value;              /* value decoded; p NULL: malformed percent-encoding, or no UTF-8 */
};

struct route {
	const struct op *op;                 /* NULL: see the rest */
	struct path_param params[PATH_PARAMS_MAX];
	size_t n_params;
	bool known_path;                     /* some operation has this path */
	enum contract contract;              /* whose path it is, when known */
	bool key_decides;                    /* the path is in both contracts */
	unsigned methods;                    /* bit per enum http_method that the path has */
};

/* Finds the operation for a request below /api/v1. `path` is what follows that prefix. The key
 * decides on shared paths: `kind` is the contract of the caller's key. HEAD finds GET's; of a
 * literal and a parameter at the same place the literal wins; one trailing slash is ignored. */
void route_find(struct arena *mem, enum http_method method, struct str path, enum contract kind, struct route *out);

/* "GET, HEAD, OPTIONS, POST": the Allow header for the methods found. */
struct str route_allow(struct arena *mem, unsigned methods);

#endif
