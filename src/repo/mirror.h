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
	bool (*go_on)(void *arg);            /* asked several times a second; false gives up. May be NULL */
	void *arg;
};

/* Whether a URL is of a form that can be fetched. */
bool mirror_url_valid(struct str url);
/* Whether a branch may be called that. */
bool mirror_branch_valid(struct str branch);

/* *commit: what the branch is at now. ERR_UPSTREAM, ERR_TIMEOUT: ctx->why is for the users of the
 * repository, and *code one of "invalid-token", "not-found", "network". ERR_BUSY: it is being fetched by
 * somebody else all the while. ERR_GONE: go_on said no. */
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
