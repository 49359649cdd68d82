/* domain/agent_source.h: where a workspace's agent files are (studio contract 4.1).
 *
 * In the repository that is connected to it; else in the folder the server was told to read; else in the
 * built-in repository, which lies in the data folder and begins with two sample agents.
 * Threads: setup before others start; the rest any, each with its own ctx.
 */
#ifndef DOMAIN_AGENT_SOURCE_H
#define DOMAIN_AGENT_SOURCE_H

#include "repo/tree.h"
#include "store/repositories.h"

struct agent_source_options {
	const char *git_folder;              /* DATA/git: mirrors and the built-in repository */
	const char *agents_dir;              /* NULL: the built-in repository instead */
	bool nothing_else;                   /* neither: what is not connected has no source */
};

/* Copies the options; the texts must live as long as the process. */
void agent_source_setup(const struct agent_source_options *options);
/* Makes the built-in repository where there is none yet. */
enum err agent_source_make_builtin(struct ctx *ctx);

/* The files of the actor's workspace as they are now. ERR_CONFLICT: it has no source. ERR_UPSTREAM: its
 * repository could never be fetched; ctx->issues has the code, and the reason where there is more to say. Takes
 * as long as git does, some seconds at most, when a repository is new here and was never fetched. */
enum err agent_source_tree(struct ctx *ctx, struct tree *out);
/* Whether a repository is connected to the actor's workspace: only that one has skills (4.9). */
enum err agent_source_connected(struct ctx *ctx, bool *out);

/* -- the connected repository ------------------------------------------------------------------------ */

struct repository_setting {
	struct str url;
	struct str branch, token;            /* may be absent */
};

/* Connects it to the actor's workspace and fetches it once; what that brought stands in *out. ERR_INVALID:
 * no usable URL or branch. The data key must be loaded if there is a token. */
enum err repository_connect(struct ctx *ctx, const struct repository_setting *setting, struct repository *out);

/* Zeroed: as usual. */
struct fetch_terms {
	int64_t timeout_ms;
	bool at_once;                        /* ERR_BUSY rather than waiting for a fetch of somebody else */
	bool (*go_on)(void *arg);            /* asked several times a second; false ends it with ERR_GONE */
	void *arg;
};

/* Fetches again. ERR_NOT_FOUND: none is connected. ERR_BUSY: somebody else is at it. That the remote failed
 * is told by *out alone. terms may be NULL. */
enum err repository_sync(struct ctx *ctx, struct str workspace_id, const struct fetch_terms *terms,
			 struct repository *out);
/* ERR_NOT_FOUND: none is connected. */
enum err repository_disconnect(struct ctx *ctx);

#endif
