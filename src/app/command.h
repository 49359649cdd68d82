/* app/command.h: one row per command.
 *
 * A row says what a command is called, what it takes and what it needs; finding it, reading its
 * command line, its help and opening the store follow from that. A command prints what it was
 * asked for on standard output and nothing else there.
 */
#ifndef APP_COMMAND_H
#define APP_COMMAND_H

#include "app/option.h"

struct command {
	const char *name;                    /* "key create" */
	const char *summary;                 /* its line of the overview */
	const char *doc;                     /* more for its own help; may be NULL */
	/* Describes the struct that run gets. It begins with the data folder, a struct str; NULL: the
	 * command takes no options. */
	const struct schema *options;
	enum store_need { NO_STORE, STORE, STORE_MADE } store;   /* ctx->db is open; made if missing */
	/* Sets what counts less than the command line, on top of the defaults; may be NULL. */
	enum err (*settings)(struct ctx *ctx, struct str data, void *options);
	enum err (*run)(struct ctx *ctx, const void *options);
};

/* In the order of the overview. */
extern const struct command commands[];
extern const size_t n_commands;

/* Carries out a command line: argv without the program's name. Returns the exit code, 0, or 1
 * with one line on standard error. */
int command_main(int argc, const char *const *argv);

/* -- the commands: name_options and name_run ------------------------------------------------------ */

#define COMMAND(name) \
	extern const struct schema name##_options; \
	enum err name##_run(struct ctx *ctx, const void *options)

COMMAND(init);
COMMAND(user_add);
COMMAND(user_list);
COMMAND(user_role);
COMMAND(user_remove);
COMMAND(key_create);
COMMAND(key_list);
COMMAND(key_disable);
COMMAND(key_enable);
COMMAND(key_delete);
COMMAND(agent_list);
COMMAND(agent_show);
COMMAND(agent_versions);
COMMAND(agent_compare);
COMMAND(agent_promote);
COMMAND(agent_owner);
COMMAND(agent_lock);
COMMAND(agent_unlock);
enum err agent_settings(struct ctx *ctx, struct str data, void *options);
COMMAND(run_agent);
COMMAND(repo_connect);
COMMAND(repo_show);
COMMAND(repo_sync);
COMMAND(repo_hook);
COMMAND(repo_disconnect);
COMMAND(provider_set);
COMMAND(provider_list);
COMMAND(provider_models);
COMMAND(provider_remove);
COMMAND(connection_list);
COMMAND(secret_set);
COMMAND(secret_list);
COMMAND(secret_delete);
COMMAND(slack_app_list);
COMMAND(embedding_show);
COMMAND(embedding_use);
COMMAND(embedding_cancel);
COMMAND(extract_command);
COMMAND(audit_list);
COMMAND(audit_export);
COMMAND(snapshot_import);
COMMAND(snapshot_export);
COMMAND(serve);

/* Options that several commands have. */
#define DATA_OPTION(struct_) \
	{ F_STR("data", struct_, data), .min = 1, .example = "DIR", \
	  .doc = "The data folder; else $AGENTD_DATA, $XDG_DATA_HOME/agentd or ~/.local/share/agentd." }
#define WORKSPACE_OPTION(struct_) \
	{ F_STR("workspace", struct_, workspace), .required = true, .example = "SLUG", .doc = "The workspace." }
#define JSON_OPTION(struct_) { F_BOOL("json", struct_, json), .doc = "Print JSON instead of a table." }

#endif
