/* app/help.h: what --help prints, made from the table of commands. */
#ifndef APP_HELP_H
#define APP_HELP_H

#include "app/command.h"

/* All commands, or those whose name begins with the word `group` ("user") when it is not absent. */
void help_overview(struct str group);
void help_command(struct ctx *ctx, const struct command *c);

#endif
