/* domain/repo_hook.h: the secret by which a Git host proves that a push to the connected repository is its own.
 *
 * The secret is shown once, when it is made, and kept sealed with the repository. It survives connecting the
 * repository anew, and goes when the repository is disconnected.
 */
#ifndef DOMAIN_REPO_HOOK_H
#define DOMAIN_REPO_HOOK_H

#include "base/ctx.h"

/* Makes one for the actor's workspace, in place of any before; *secret is text, to be wiped. The data key must be
 * loaded, as it must for the others. ERR_NOT_FOUND: no repository is connected. */
enum err repo_hook_make(struct ctx *ctx, struct str *secret);
/* From here on nobody can prove anything. ERR_NOT_FOUND: no repository is connected. */
enum err repo_hook_remove(struct ctx *ctx);

/* What a Git host sends along. */
struct repo_push {
	struct str workspace;                /* its slug */
	struct str body;
	struct str signature;                /* X-Hub-Signature-256: "sha256=" and hex; absent: none */
	struct str token;                    /* X-Gitlab-Token: the secret itself; absent: none */
};

/* *workspace_id: whose repository it is. ERR_UNAUTHENTICATED: there is no such workspace, or it has no repository
 * or no secret, or this is not proved with it; which of these is nobody's business. */
enum err repo_hook_verify(struct ctx *ctx, const struct repo_push *push, struct str *workspace_id);

#endif
