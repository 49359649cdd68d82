/* tools/tools_internal.h: the functions behind the tools, one file each.
 *
 * arguments: the struct that the tool's input schema describes, checked. *text is the result. An
 * error becomes a failed result with the error's text.
 */
#ifndef TOOLS_TOOLS_INTERNAL_H
#define TOOLS_TOOLS_INTERNAL_H

#include "tools/tools.h"

enum err search_knowledge(struct ctx *ctx, const struct agent *agent, const void *arguments, struct str *text);

#endif
