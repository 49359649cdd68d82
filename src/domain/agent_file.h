/* domain/agent_file.h: an agent as a file in a repository (studio contract section 4).
 *
 * A file of any shape can be read: one that is no agent says why, with the reference's codes. Two
 * shapes are agents, pydantic-agentspec and cargo-ai; which one is told by the members, not by the
 * folder the file lies in.
 * Threads: any, each with its own ctx.
 */
#ifndef DOMAIN_AGENT_FILE_H
#define DOMAIN_AGENT_FILE_H

#include "json/field.h"

struct agent_connection {
	struct str toolkit, name, source;
};

/* What an agent says of itself; the lists are absent in the shape that has none. */
struct agent_spec {
	struct str name;
	struct str title, description;       /* may be absent */
	struct list labels;                  /* of struct str */
	const struct json *raw;              /* the whole document */
	struct str framework;                /* "pydantic-agentspec" or "cargo-ai" */
	struct str model;                    /* "provider:model"; absent: cargo-ai names none */
	struct str instructions;             /* this and what follows: of pydantic-agentspec */
	struct list connections;             /* of struct agent_connection */
	struct list skills;                  /* of struct str */
	struct str tools_module;             /* a file beside it; may be absent */
};

struct agent_file {
	struct str name;                     /* declared, else the file's without extension */
	struct str filename, path;
	struct str format;                   /* "yaml" or "json" */
	struct str framework;                /* absent: not valid */
	bool valid;
	const struct agent_spec *spec;       /* NULL: not valid */
	struct str error, detail;            /* the code of what is wrong; more about it, or absent */
};

/* As replied. */
extern const struct schema agent_file_schema;

/* "yaml" or "json" by the extension, in any case; absent: neither. */
struct str agent_file_format(struct str filename);
/* Reads a file's text. format: "yaml" or "json". *out lives in ctx->mem and borrows path; its file
 * name is the path's last segment. */
void agent_file_parse(struct ctx *ctx, struct str path, struct str format, struct str text, struct agent_file *out);
/* What an agent file is shown as when it could not be read at all (2.1). */
void agent_file_unreadable(struct ctx *ctx, struct str path, struct str detail, struct agent_file *out);
/* 2 to 64 of lower-case kebab, perhaps with one "handle." before it (4.5). */
bool agent_name_valid(struct str name);

#endif
