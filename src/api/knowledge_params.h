/* api/knowledge_params.h: the parameter that all paths of one knowledge base have. */
#ifndef API_KNOWLEDGE_PARAMS_H
#define API_KNOWLEDGE_PARAMS_H

#include "api/op.h"

struct base_params {
	struct str id;
};

extern const struct schema base_params;      /* api/knowledge_routes.c */

static inline struct str base_id_of(const struct call *call)
{
	return ((const struct base_params *)call->params)->id;
}

#endif
