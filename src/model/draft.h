/* model/draft.h: a reply while it comes in, piece by piece.
 *
 * Text is shown to whoever watches as it is added. When a reply breaks off it is asked for anew, in a draft
 * of its own, but with the same `shown`: as long as the new text is what was shown already, nothing is
 * shown; what goes beyond it is. If it takes another turn, what was shown cannot be taken back, and joining
 * the two would make a text that nobody said: then nothing more is shown, and `reworded` tells.
 *
 * Pieces are malloc'ed: events come and go in an arena that is rewound after each.
 */
#ifndef MODEL_DRAFT_H
#define MODEL_DRAFT_H

#include "base/buf.h"
#include "model/ask.h"

/* Of text, arguments and what the provider keeps for itself, together; and of calls. */
enum { DRAFT_BYTES_MAX = 4 << 20, DRAFT_CALLS_MAX = 128 };

struct shown {
	const struct model_watch *watch;     /* may be NULL */
	struct buf text;
	bool reworded;
};

struct draft_call {
	int64_t key;                         /* by which the provider tells calls apart */
	struct buf id, name, arguments;
};

/* Why a reply ended. */
enum stop { STOP_NOT_YET, STOP_DONE, STOP_LENGTH, STOP_FILTER };

struct draft {
	struct shown *shown;                 /* borrowed */
	struct buf text, own;
	struct draft_call *calls;
	size_t n_calls, calls_cap, bytes;
	int64_t tokens_input, tokens_output, tokens_cache_read, tokens_cache_write;
	bool counted;
	enum stop stop;
};

void draft_fini(struct draft *d);
void shown_fini(struct shown *s);

/* Each: ERR_TOO_LARGE past the limits above. */
enum err draft_add_text(struct ctx *ctx, struct draft *d, struct str text);
enum err draft_add_own(struct ctx *ctx, struct draft *d, struct str json);
enum err draft_add_arguments(struct ctx *ctx, struct draft *d, struct draft_call *call, struct str arguments);
/* The call of that key, a new one when there is none. *out is valid until the next new one. */
enum err draft_call(struct ctx *ctx, struct draft *d, int64_t key, struct draft_call **out);
/* What is said first counts: some servers say it with every piece. */
enum err draft_name_call(struct ctx *ctx, struct draft *d, struct draft_call *call, struct str id, struct str name);

/* The reply as a whole, in ctx->mem. */
void draft_finish(struct ctx *ctx, const struct draft *d, struct model_reply *out);

#endif
