/* model/reading.h: the bytes of a provider's answer, into a draft.
 *
 * An answer was asked for as a stream. Servers that know no streams send it as one JSON object; the first
 * byte tells. What stands in either is the dialect's business.
 */
#ifndef MODEL_READING_H
#define MODEL_READING_H

#include "model/draft.h"
#include "model/sse.h"

/* Of an answer, envelopes and all: enough for the longest reply there is, in pieces of a token each. */
enum { READING_BYTES_MAX = 64 << 20 };

struct reading;

/* How a protocol tells of a reply. v: a JSON value of any kind, of which `error` was seen to. */
struct dialect {
	enum err (*event)(struct reading *r, const struct json *v);     /* of a stream */
	enum err (*whole)(struct reading *r, const struct json *v);     /* the whole answer */
};

struct reading {
	struct ctx *ctx;
	const struct dialect *dialect;
	struct draft draft;
	struct sse stream;
	struct buf body;                     /* of an answer that is no stream */
	size_t n_bytes, n_events;
	bool begun, is_whole;
	bool done;                           /* [DONE]: what comes behind it does not count */
	bool refused;                        /* the answer is an error, said after it began */
	bool passes;                         /* and one that passes by itself */
	/* What a protocol has to keep from one event to the next. */
	int64_t block;
	struct buf thought, signature;
	bool thinking;
};

void reading_init(struct reading *r, struct ctx *ctx, const struct dialect *dialect, struct shown *shown);
void reading_fini(struct reading *r);

/* ERR_UPSTREAM: not such an answer, or an error in place of one. ERR_TOO_LARGE. */
enum err reading_take(struct reading *r, struct str bytes);
/* There is no more. ERR_UPSTREAM, with `passes`: the reply is not complete. */
enum err reading_end(struct reading *r);

/* What an error says, as {"error": {"message": ...}} or {"error": ...}; absent: nothing. */
struct str error_message(const struct json *answer);
/* Whether a member of an error, or the error as text, is one of the words. */
bool error_is(const struct json *answer, const char *member, const char *const *words);

#endif
