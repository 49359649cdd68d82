/* api/op.h: one row per operation.
 *
 * A row says everything about an operation: where it is, whose contract it follows, who may call
 * it, what it takes and gives, and which function does it. Routing, checking, replying, OpenAPI,
 * the reference index and the contract tests are all made from these rows.
 */
#ifndef API_OP_H
#define API_OP_H

#include "base/ctx.h"
#include "http/server.h"
#include "json/field.h"

/* The two public APIs that share /api/v1 (architecture section 1). */
enum contract { WORKSPACE_API, STUDIO_API };

struct page {
	int64_t total, page, limit;
};

struct op;
struct progress;

/* One call of an operation on its way through. */
struct call {
	const struct op *op;
	const struct http_request *request;
	const void *params;                  /* the struct that op->params describes, checked */
	const void *body;                    /* the struct that op->body describes, checked */
	const struct json *json;             /* the body as it was sent */
	struct list files;                   /* of struct material_file, when op->takes_files */
	const struct progress *progress;     /* where to tell how far it has come, when op->streams */
	void *out;                           /* zeroed; the struct that op->out describes */
	struct str out_text;                 /* instead: the same, written as JSON already */
	struct list out_list;                /* instead, when op->replies_list */
	struct page page;                    /* when op->paged */
	const char *not_found;               /* the code of a 404, where it is not the row's */
};

/* A status that an operation may answer with, for its description. */
struct status_text {
	int status;
	const char *what;
};

struct op {
	const char *id;                      /* OpenAPI's operationId: "createAgent" */
	enum http_method method;
	const char *path;                    /* below /api/v1: "/agents/{agentId}" */
	enum contract contract;
	bool key_decides;                    /* the path exists in both contracts: only keys of this
	                                      * contract's kind see the operation */
	enum role role;                      /* the least that may call; ROLE_NONE: public */

	const struct schema *params;         /* of path and query */
	const struct schema *body;
	enum read_mode body_mode;            /* READ_CREATE or READ_UPDATE; the studio's is lenient */
	bool takes_files;                    /* the body is multipart/form-data instead: api/upload.h */
	size_t body_max;                     /* bytes it may have; 0: as many as the contract says */
	int deadline_s;                      /* how long it may take; 0: REQUEST_S */

	int status;                          /* of success; 0 means 200 */
	const struct schema *out;            /* NULL, and `run`: the reply has no body, and its status is 204 */
	const char *out_key;                 /* studio: the member that holds it, "run"; NULL: bare */
	bool replies_list;                   /* an array of `out` */
	bool paged;                          /* workspace: `pagination` beside `data` */
	bool creates;                        /* honours Idempotency-Key */
	bool streams;                        /* tells of its progress, if asked: api/progress.h */

	const char *not_found, *conflict;    /* codes of 404 and 409; NULL: it answers neither */
	const struct status_text *also;      /* what it answers besides; ends with status 0. NULL: nothing */
	bool extra;                          /* not in upstream's published description (O-1) */
	bool extension;                      /* not in the contract at all (9.3) */
	const char *tag, *summary, *doc;

	/* Whether there is what the parameters name, where the contract says so before it looks at the body. NULL:
	 * `run` will tell. */
	enum err (*find)(struct ctx *ctx, const struct call *call);
	/* Does it. A creating operation fills call->out inside its transaction, so that the reply
	 * can be stored with what it tells about (domain/idempotency.h). */
	enum err (*run)(struct ctx *ctx, struct call *call);
	/* Instead of run, for replies that are not JSON objects: writes the whole response. */
	void (*serve)(struct ctx *ctx, struct http_exchange *x);
	/* Instead of run, for an answer that is written while it comes about (http_stream_begin). Until that has
	 * begun an error is answered like any other. */
	enum err (*stream)(struct ctx *ctx, struct call *call, struct http_exchange *x);
	const char *media;                   /* the media type that serve or stream answers with */
};

/* Reading fifty slow web pages, or embedding a hundred megabytes elsewhere, takes its time. */
enum { REQUEST_S = 60, INGEST_S = 15 * 60 };

struct op_table {
	const struct op *ops;
	size_t n;
};

/* All tables, one per resource. */
extern const struct op_table op_tables[];
extern const size_t n_op_tables;

/* FOR_EACH_OP(op) { ... op->path ... } */
#define FOR_EACH_OP(var)                                                \
	for (size_t var##_t = 0; var##_t < n_op_tables; var##_t++)      \
		for (const struct op *var = op_tables[var##_t].ops,     \
				     *var##_end = var + op_tables[var##_t].n; \
		     var < var##_end; var++)

#endif
