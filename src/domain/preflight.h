/* domain/preflight.h: before a run that somebody waits for begins, what its agent needs and its user has not
 * connected (studio contract 5.5, 5.6).
 *
 * Runs that nobody waits for are not asked; they fail, if they do, when they need what is missing.
 */
#ifndef DOMAIN_PREFLIGHT_H
#define DOMAIN_PREFLIGHT_H

#include "json/field.h"

/* connections: of struct agent_connection, what the agent declares. ERR_UNPROCESSABLE: the acting user lacks
 * some of it; ctx->why names what and where to get it. */
enum err preflight_check(struct ctx *ctx, const struct list *connections);

#endif
