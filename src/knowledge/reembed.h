/* knowledge/reembed.h: every chunk anew, for a model that is to take the place of the current one.
 *
 * In steps, each of which is safe to be the last: what is stored after one stays, and whoever begins
 * again, in this process or another, goes on from there. Two at it at once do each other no harm; they
 * only pay twice. Nobody who reads notices anything until the model has become current.
 */
#ifndef KNOWLEDGE_REEMBED_H
#define KNOWLEDGE_REEMBED_H

#include "model/embed.h"

/* How far it has come, for steps to go on from; zeroed at the begin. */
struct reembed {
	int64_t after_seq;                   /* chunks up to this one are done */
	bool over;
};

/* Embeds the next few chunks; when there are none left, makes the model current at once. ERR_CONFLICT:
 * it is not to be the next one any more. Errors of the model are those of embed_texts. */
enum err reembed_step(struct ctx *ctx, const struct embedding_model *next, const struct embed_watch *watch,
		      struct reembed *state);
/* Writes down why it does not go on. */
enum err reembed_note(struct ctx *ctx, int64_t embedder_id, struct str why);

/* Deletes a few vectors of a model that is leaving; when there are none left, it is retired. */
enum err reembed_purge(struct ctx *ctx, int64_t embedder_id, struct reembed *state);

#endif
