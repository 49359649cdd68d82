/* domain/model_access.h: what it takes to ask a model for a workspace. */
#ifndef DOMAIN_MODEL_ACCESS_H
#define DOMAIN_MODEL_ACCESS_H

#include "model/ask.h"

/* Fills in where the model's provider is and the key it wants, in memory of our own; the built-in model needs
 * neither. The data key must be loaded (domain/secret.h). ERR_UNPROCESSABLE: there is no such provider, or the
 * workspace is not connected to it. */
enum err model_access(struct ctx *ctx, struct str workspace_id, struct model_choice *model);
/* Wipes the key; usable with AUTO(). */
void model_access_end(struct model_choice *model);

#endif
