/* app/agents.h: where agent files are: set up in one way by the server and by the commands beside it. */
#ifndef APP_AGENTS_H
#define APP_AGENTS_H

#include "app/config.h"

/* Where agents are when no repository is connected. */
struct agents_place {
	struct str dir;                      /* absent: the built-in repository */
	bool nothing;                        /* neither of the two */
};

/* Options of commands that need it, in the words of `serve`. */
#define AGENTS_OPTIONS(struct_, member) \
	{ F_STR("agents-dir", struct_, member.dir), .min = 1, .max = 4096, .example = "DIR", \
	  .doc = "The server's agents-dir, when it is neither in agentd.conf nor in the environment." }, \
	{ F_BOOL("no-agents-dir", struct_, member.nothing), .doc = "The server's no-agents-dir, likewise." }

/* What agentd.conf and the environment say. */
enum err agents_place_load(struct ctx *ctx, struct str data, struct agents_place *out);

/* Sets up domain/agent_source.h, and makes the built-in repository when that is what serves. The texts must
 * live as long as the process. */
enum err agents_set_up(struct ctx *ctx, struct str data, const struct agents_place *place);

#endif
