/* app/init.c: agentd init. */
#include <stdio.h>

#include "app/command.h"
#include "domain/member.h"

struct init_options {
	struct str data, workspace, admin, name;
};

static const struct field fields[] = {
	{ F_STR("workspace", init_options, workspace), .required = true, .example = "SLUG",
	  .doc = "Its short name: 2 to 32 of a-z, 0-9 and single hyphens." },
	{ F_STR("admin", init_options, admin), .required = true, .example = "EMAIL", .doc = "Who administrates it." },
	{ F_STR("name", init_options, name), .example = "NAME", .doc = "Its name for display; else the slug." },
	DATA_OPTION(init_options),
};
const struct schema init_options = SCHEMA(NULL, init_options, fields);

enum err init_run(struct ctx *ctx, const void *options)
{
	const struct init_options *o = options;
	struct workspace made;

	TRY(workspace_found(ctx, o->workspace, o->name, o->admin, &made));
	printf("workspace %.*s with administrator %.*s in %.*s\n", STR(made.slug), STR(o->admin), STR(o->data));
	return OK;
}
