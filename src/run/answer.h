/* run/answer.h: what a model said last, held against what its agent is to give (`output_schema`).
 *
 * An answer that does not fit is recorded like any reply, and the model is told what is wrong with it, once;
 * the record alone says how often that was. The second that does not fit ends the run as failed.
 */
#ifndef RUN_ANSWER_H
#define RUN_ANSWER_H

#include "run/record.h"

struct answer {
	struct str text;                     /* as it becomes the run's output */
	struct str wrong;                    /* what does not fit, on one line; absent: it fits */
};

/* Any text is an answer of an agent without a schema. In ctx->mem. */
struct answer answer_of(struct ctx *ctx, const struct run_spec *spec, struct str said);

/* A reply that calls no tools and stands in the record was meant as the answer. */
bool answer_was_meant(const struct message *m);
/* What the model is told about it. */
struct str answer_correction(struct ctx *ctx, const struct run_spec *spec, struct str said);
/* Why the run is over, after as many attempts as there may be; absent: it is not. */
struct str answer_failure(struct ctx *ctx, const struct run_spec *spec, const struct record *record);

#endif
