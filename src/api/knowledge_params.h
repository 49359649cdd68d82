/* api/knowledge_params.h: what operations on knowledge bases have in common: the parameter that all paths
 * of one base have, and what the embedding model does to answers. */
#ifndef API_KNOWLEDGE_PARAMS_H
#define API_KNOWLEDGE_PARAMS_H

#include "api/op.h"

struct base_params {
	struct str id;
};

extern const struct schema base_params;      /* both in api/knowledge_routes.c */
/* What taking in content may answer besides; a model that fails is a 400 there (5.3). */
extern const struct status_text ingest_answers[];

static inline struct str base_id_of(const struct call *call)
{
	return ((const struct base_params *)call->params)->id;
}

#endif
