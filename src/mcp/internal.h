/* mcp/internal.h: what the files of the protocol share: one request on its way, and the way back. */
#ifndef MCP_INTERNAL_H
#define MCP_INTERNAL_H

#include "http/server.h"
#include "mcp/envelope.h"
#include "mcp/pending.h"

struct mcp_channel {
	struct arena *mem;
	struct http_exchange *x;
	const struct mcp_envelope *envelope;
	struct mcp_call call;                /* what other requests can reach of this one */
	bool deaf;                           /* one of a batch, whose answers share one body: it has no stream */
	bool begun;                          /* the stream */
	bool logs;
	int64_t began_ms;
	double done;                         /* of the last progress told */

	/* Questions, in the stateless revision. */
	const struct json *answers, *earlier;    /* sent with this call; brought along in its state. May be NULL */
	struct json_writer kept, asked;      /* the answers used so far, and what is open: objects, not closed yet */
	struct buf kept_text, asked_text;
	bool asks;                           /* something is open */
	const char *lacks;                   /* the capability without which it cannot go on, or NULL */
};

void mcp_channel_init(struct mcp_channel *c, struct arena *mem, struct http_exchange *x,
		      const struct mcp_envelope *envelope);
/* One message on the stream, which begins with the first. ERR_GONE: the client left. */
enum err mcp_channel_send(struct mcp_channel *c, struct str message);
/* The answer, on the stream or as the plain body: the request is over. */
void mcp_channel_end(struct mcp_channel *c, int status, struct str message);

struct mcp_turn {
	struct ctx *ctx;
	struct http_exchange *x;
	const struct mcp_features *features;
	struct mcp_message message;
	struct mcp_envelope envelope;
	struct mcp_channel channel;
	struct mcp_error error;              /* why it is refused, where the enum err does not say it all */
};

static inline bool mcp_modern(const struct mcp_turn *t)
{
	return t->envelope.revision >= MCP_MODERN;
}

/* Words a refusal of this request, and returns ERR_INVALID. */
enum err mcp_refuse(struct mcp_turn *t, enum mcp_code code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* One method: the revisions that know it, what it needs of the features, and what it does. */
struct mcp_method {
	const char *name;
	enum mcp_revision since, until;
	bool (*offered)(const struct mcp_features *f);   /* NULL: always */
	const char *named_by;                /* the parameter that the Mcp-Name header repeats, or NULL */
	bool asks;                           /* it may put questions to the client */
	bool kept;                           /* its answer may be kept by the client, for so long: */
	int ttl_ms;
	/* Writes the members of the result. */
	enum err (*run)(struct mcp_turn *t, struct json_writer *w);
	/* Instead of run: answers the request, on a stream of its own. */
	void (*serve)(struct mcp_turn *t);
};

/* NULL: this revision has no such method, or the features have nothing for it. */
const struct mcp_method *mcp_method_find(const struct mcp_features *f, enum mcp_revision r, struct str name);

enum err mcp_initialize(struct mcp_turn *t, struct json_writer *w);
enum err mcp_discover(struct mcp_turn *t, struct json_writer *w);
void mcp_listen(struct mcp_turn *t);

/* "_meta" with who answers. */
void mcp_write_server_meta(struct json_writer *w);

/* -- what the reference's validator says of parameters (studio contract 3.2, 3.4) ----------------------- */

struct mcp_expectation {
	const char *path[2];                 /* below "params" */
	enum json_type type;
	const char *called;                  /* as the validator calls it: "string", "object", "record" */
	bool optional;
};

/* OK, or a refusal that lists what is not as expected. Without params that is told of them alone, unless the
 * first is optional. */
enum err mcp_expect(struct mcp_turn *t, const struct mcp_expectation *all, size_t n);

/* -- questions ------------------------------------------------------------------------------------------ */

/* Takes up the answers that came with the request, and the state that it brought back. */
enum err mcp_questions_begin(struct mcp_turn *t);
/* The members of the result that asks what is open. */
void mcp_questions_write(struct mcp_turn *t, struct json_writer *w);

#endif
