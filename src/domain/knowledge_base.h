/* domain/knowledge_base.h: the rules of knowledge bases (workspace contract section 5).
 *
 * The workspace is always the actor's; a base of another one does not exist (ERR_NOT_FOUND).
 * Content goes in as a whole or not at all, and can be found when the call returns.
 */
#ifndef DOMAIN_KNOWLEDGE_BASE_H
#define DOMAIN_KNOWLEDGE_BASE_H

#include "knowledge/gather.h"
#include "knowledge/search.h"
#include "store/agents.h"
#include "store/kb_contents.h"
#include "store/knowledge_bases.h"

/* As replied, and as sent to update one. */
extern const struct schema knowledge_base_schema;
/* The light form of the same struct (4.4). */
extern const struct schema knowledge_base_entry_schema;

/* -- management ---------------------------------------------------------------------------------- */

struct knowledge_base_draft {
	struct str type;                     /* first, as it is a union's tag */
	struct str title, description;
	struct material material;
};

/* ERR_INVALID: something in the material cannot be read; ctx->issues has an ingest_failed for
 * each such element. *out is filled inside the transaction. progress may be NULL. */
enum err knowledge_base_create(struct ctx *ctx, const struct knowledge_base_draft *draft,
			       const struct progress *progress, struct knowledge_base *out);
/* The same for a base that exists, of whichever type. */
enum err knowledge_base_append(struct ctx *ctx, struct str id, const struct material *material,
			       const struct progress *progress, struct knowledge_base *out);
enum err knowledge_base_get(struct ctx *ctx, struct str id, struct knowledge_base *out);
enum err knowledge_base_list(struct ctx *ctx, const struct knowledge_base_filter *filter, struct list *out,
			     int64_t *total);
/* All of them, newest first. */
enum err knowledge_base_list_all(struct ctx *ctx, struct list *out);
/* Applies the body of an update (already checked against knowledge_base_schema). */
enum err knowledge_base_update(struct ctx *ctx, struct str id, const struct json *body, struct knowledge_base *out);
/* With its content, and out of every agent that used it, in one transaction; its rows leave later. */
enum err knowledge_base_delete(struct ctx *ctx, struct str id);

/* -- use ----------------------------------------------------------------------------------------- */

struct search_result {
	struct list hits;                    /* of struct search_hit */
	int64_t embedding_tokens;
	struct str embedding_model;
};

/* Fills in the workspace and the model; ERR_NOT_FOUND when one of the bases named does not exist. */
enum err knowledge_base_search(struct ctx *ctx, struct search *search, struct search_result *out);

struct knowledge_question {
	struct str text;
	int64_t top_k;
	double min_similarity;
	int64_t max_answer_tokens;
	const struct model_config *model;    /* what is not set in it is the server's choice; may be NULL */
};

struct knowledge_answer {
	struct str question, answer;
	struct list citations;               /* of struct search_hit; [n] in the answer is the n-th */
	struct {
		int64_t embedding_tokens, prompt_tokens, completion_tokens, total_tokens;
		struct str embedding_model, model;
	} usage;
};

/* ERR_INVALID: the model cannot be used, with a not_configured issue. ERR_INTERNAL: it failed. */
enum err knowledge_base_ask(struct ctx *ctx, struct str id, const struct knowledge_question *question,
			    struct knowledge_answer *out);

struct knowledge_base_status {
	struct str knowledge_base_id, status;
	int64_t contents, chunks, embedded;
	struct str error;                    /* absent: nothing is wrong */
	int64_t updated_at;
};

enum err knowledge_base_status(struct ctx *ctx, struct str id, struct knowledge_base_status *out);
/* Embedded chunks in the order of their text. *out: of struct kb_chunk, without vectors; *total
 * counts them all. */
enum err knowledge_base_embeddings(struct ctx *ctx, struct str id, int64_t limit, int64_t offset, struct list *out,
				   int64_t *total);

#endif
