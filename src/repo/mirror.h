/* repo/mirror.h: a bare copy of one branch of somebody's repository.
 *
 * Fetched with the git program under a timeout, the newest commit only. What was fetched before keeps
 * serving when the remote cannot be reached. Several processes may share a mirror: a fetch only adds
 * commits, and which one is the current is for the caller to remember.
 * Threads: any, each with its own ctx.
 */
#ifndef REPO_MIRROR_H
#define REPO_MIRROR_H

#include "base/ctx.h"

struct mirror {
	const char *folder;                  /* the bare repository; made when it is missing */
	struct str url;                      /* https://, ssh://, user@host:path or file://; without a password */
	struct str branch;                   /* absent: the remote's own default */
	struct str token;                    /* for https, the password of the URL's user; absent: none */
	int64_t timeout_ms;                  /* 0: two minutes */
	bool at_once;                        /* a fetch of somebody else is not waited for */
	bool (*go_on)(void *arg);            /* asked several times a second; false gives up. May be NULL */
	void *arg;
};

/* Whether a URL is of a form that can be fetched. */
bool mirror_url_valid(struct str url);
/* Whether a branch may be called that. */
bool mirror_branch_valid(struct str branch);

/* One has a mirror at a time, in all processes: git would refuse a second fetch, and who remembers what a fetch
 * brought while he has the mirror does not put an older commit over a newer one. *lock is for mirror_unlock, also
 * when it failed. ERR_BUSY: somebody else has it all the while. ERR_GONE: go_on said no. */
enum err mirror_lock(struct ctx *ctx, const struct mirror *mirror, int *lock);
void mirror_unlock(int *lock);           /* -1 is fine; for AUTO() */

/* For who has the mirror. *commit: what the branch is at now. ERR_UPSTREAM, ERR_TIMEOUT: ctx->why is for the users
 * of the repository, and *code one of "invalid-token", "not-found", "network". ERR_GONE: go_on said no. */
enum err mirror_fetch(struct ctx *ctx, const struct mirror *mirror, struct str *commit, const char **code);

/* Makes a repository with one commit of these files, so that agents lie in Git from the first day. */
struct mirror_file {
	const char *path;
	struct str text;
};
enum err mirror_make(struct ctx *ctx, const char *folder, const struct mirror_file *files, size_t n, struct str *commit);
/* The commit that a repository's branch is at. ERR_NOT_FOUND: there is no such repository or branch. */
enum err mirror_head(struct ctx *ctx, const char *folder, const char *branch, struct str *commit);

#endif
