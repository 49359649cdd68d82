/* hooks/repo.h: a Git host says that something was pushed.
 *
 *     POST /api/hooks/repo/{workspaceSlug}
 *
 * GitHub, Gitea and Forgejo sign what they send (X-Hub-Signature-256), GitLab sends the secret (X-Gitlab-Token);
 * `agentd repo hook` makes it. Whatever the event, the connected repository is fetched at once, but not again and
 * again: see sched/repo_fetch.h. What the event says is not looked at, so that it cannot lie.
 */
#ifndef HOOKS_REPO_H
#define HOOKS_REPO_H

#include "http/server.h"

#define REPO_HOOK_ROOT "/api/hooks/repo/"

/* A push of many commits; hosts cut what is larger. */
enum { REPO_HOOK_BODY_MAX = 5 << 20 };

/* The mount (api/serve.h): 202 at once, or why not. */
void repo_hook_serve(struct ctx *ctx, struct http_exchange *x);

#endif
