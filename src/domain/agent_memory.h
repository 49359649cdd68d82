/* domain/agent_memory.h: notes that a managed agent keeps on each of its users, from one run to the next (the
 * feature `memory` of the workspace contract).
 *
 * They are the acting user's own: nobody else's runs of that agent see them.
 */
#ifndef DOMAIN_AGENT_MEMORY_H
#define DOMAIN_AGENT_MEMORY_H

#include "store/agent_memories.h"

/* The notes of one agent and one user. */
enum { MEMORY_NOTES_MAX = 200, MEMORY_NOTE_CHARS_MAX = 2000, MEMORY_BYTES_MAX = 64 << 10 };

/* By number. *out: of struct agent_memory. */
enum err agent_memory_list(struct ctx *ctx, struct str agent_id, struct list *out);
/* *number: the new note's, or that of the note with the same text. ERR_CONFLICT: the limits are reached; what to
 * do is in the text. ERR_NOT_FOUND: the agent is gone. */
enum err agent_memory_add(struct ctx *ctx, struct str agent_id, struct str text, int64_t *number);
/* ERR_NOT_FOUND: there is no such note. */
enum err agent_memory_remove(struct ctx *ctx, struct str agent_id, int64_t number);

#endif
