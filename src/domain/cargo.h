/* domain/cargo.h: agents in the shape of Cargo AI (studio contract 4.11): a fixed prompt, a form for the answer,
 * and actions that follow it.
 *
 * Its own program runs such a file on somebody's machine; here it is one question to a model, and the answer is
 * shown as `field: value` lines. What is out of reach of a server (files and images beside the definition;
 * commands, mails and child agents as actions) is refused by name, when the run begins: part of an agent is
 * another agent.
 */
#ifndef DOMAIN_CARGO_H
#define DOMAIN_CARGO_H

#include "domain/agent_file.h"

/* A part of the prompt. */
struct cargo_input {
	struct str type;                     /* "text" or "url" */
	struct str value;                    /* the text itself; where it is */
};

extern const struct schema cargo_input_schema;

struct cargo {
	struct list inputs;                  /* of struct cargo_input */
	const struct json *schema;           /* what the answer must fit */
	struct str refusal;                  /* why it cannot be carried out; absent: it can, and the others count */
};

void cargo_read(struct ctx *ctx, const struct agent_spec *spec, struct cargo *out);

/* A line for each field of the answer, in the schema's order: "box: billing". In mem. */
struct str cargo_lines(struct arena *mem, const struct json *schema, const struct json *answer);

#endif
