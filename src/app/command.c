/* app/command.c: the table of commands, and the way from argv to a row's function. */
#include "app/command.h"

#include <stdio.h>

#include "app/config.h"
#include "app/data.h"
#include "app/help.h"
#include "base/log.h"
#include "base/utf8.h"

static enum err version_run(struct ctx *ctx, const void *options)
{
	printf("agentd %s\n", AGENTD_VERSION);
	return OK;
}

const struct command commands[] = {
	{ "init", "Make a workspace and its administrator",
	  "May be repeated: what exists already is kept.",
	  &init_options, STORE_MADE, NULL, init_run },

	{ "user add", "Make someone a member of a workspace", NULL, &user_add_options, STORE, NULL, user_add_run },
	{ "user list", "List a workspace's members", NULL, &user_list_options, STORE, NULL, user_list_run },
	{ "user role", "Change a member's role", NULL, &user_role_options, STORE, NULL, user_role_run },
	{ "user remove", "End a membership",
	  "The user's API keys for the workspace stop working at once.",
	  &user_remove_options, STORE, NULL, user_remove_run },

	{ "key create", "Make an API key and print it",
	  "The key is printed this once and cannot be shown again: only a digest of it is stored.\n"
	  "Workspace keys (sk_prod_...) need --expires; personal keys (tas_...) do not expire.",
	  &key_create_options, STORE, NULL, key_create_run },
	{ "key list", "List a workspace's API keys", NULL, &key_list_options, STORE, NULL, key_list_run },
	{ "key disable", "Switch an API key off", NULL, &key_disable_options, STORE, NULL, key_disable_run },
	{ "key enable", "Switch an API key on again", NULL, &key_enable_options, STORE, NULL, key_enable_run },
	{ "key delete", "Delete an API key", NULL, &key_delete_options, STORE, NULL, key_delete_run },

	{ "agent list", "List a workspace's agent files",
	  "Of each: how its draft, the file as it is, differs from its stable version; who owns it; whether it\n"
	  "is locked. Agents with versions whose file is gone are listed too.",
	  &agent_list_options, STORE, agent_settings, agent_list_run },
	{ "agent show", "Print the text of an agent", "Of the draft, if no version is named.",
	  &agent_show_options, STORE, agent_settings, agent_show_run },
	{ "agent versions", "List an agent's versions, the newest first", NULL,
	  &agent_versions_options, STORE, agent_settings, agent_versions_run },
	{ "agent compare", "Show what differs between two versions of an agent",
	  "From the stable version to the draft, if none are named. Nothing is printed when they are the same.",
	  &agent_compare_options, STORE, agent_settings, agent_compare_run },
	{ "agent promote", "Make an agent's draft its stable version",
	  "Freezes the draft's text under the next number, which is printed. Runs use it from then on, unless\n"
	  "they prefer the draft.",
	  &agent_promote_options, STORE, agent_settings, agent_promote_run },
	{ "agent owner", "Say who owns an agent",
	  "Its owner and administrators promote it and give it away; of an agent without one, every operator.",
	  &agent_owner_options, STORE, agent_settings, agent_owner_run },
	{ "agent lock", "Keep proposed changes away from an agent", "Its runs go on.",
	  &agent_lock_options, STORE, agent_settings, agent_lock_run },
	{ "agent unlock", "Let changes be proposed again", NULL,
	  &agent_unlock_options, STORE, agent_settings, agent_unlock_run },

	{ "run", "Run an agent, and show what it says as it says it",
	  "The run is stored like any other, and carried out by this command: no server need be there. What the agent\n"
	  "does besides is told on standard error; an interrupt cancels the run. Fails unless the run succeeds.",
	  &run_agent_options, STORE, NULL, run_agent_run },

	{ "repo connect", "Take a workspace's agents from a Git repository",
	  "Fetches it once; a running server fetches it again and again. A repository that was connected before is\n"
	  "replaced. The token is stored sealed.",
	  &repo_connect_options, STORE, NULL, repo_connect_run },
	{ "repo show", "Show which repository, and what was fetched last", NULL,
	  &repo_show_options, STORE, NULL, repo_show_run },
	{ "repo sync", "Fetch it now", NULL, &repo_sync_options, STORE, NULL, repo_sync_run },
	{ "repo hook", "Let pushes to a workspace's repository be fetched at once",
	  "Makes a secret, in place of any before, and prints it: this is the only time it can be seen. Give it to the\n"
	  "Git host, as the secret of a webhook for pushes to /api/hooks/repo/SLUG on this server.",
	  &repo_hook_options, STORE, NULL, repo_hook_run },
	{ "repo disconnect", "End the connection",
	  "The workspace's agents come from the server's own source again. Stable versions stay.",
	  &repo_disconnect_options, STORE, NULL, repo_disconnect_run },

	{ "provider set", "Connect a model provider, or change how",
	  "What is not given stays as it was. The key is read from a variable or from standard input, so that\n"
	  "it appears in no list of processes, and is stored sealed.",
	  &provider_set_options, STORE, NULL, provider_set_run },
	{ "provider list", "List a workspace's model providers",
	  "Lists those connected by a setting, or by the environment this command runs in.",
	  &provider_list_options, STORE, NULL, provider_list_run },
	{ "provider models", "List the models that a workspace may use of a provider",
	  "Those that were set, or read from its server, in place of the built-in list.",
	  &provider_models_options, STORE, NULL, provider_models_run },
	{ "provider remove", "Disconnect a model provider",
	  "Removes the setting with its key and models. A provider that the server's environment connects\n"
	  "stays connected.",
	  &provider_remove_options, STORE, NULL, provider_remove_run },

	{ "connection list", "List what a workspace's users have connected", NULL,
	  &connection_list_options, STORE, NULL, connection_list_run },

	{ "secret set", "Store a secret for the tools of agents",
	  "Takes the place of the one before, if there is one. It is stored sealed, and cannot be shown again.",
	  &secret_set_options, STORE, NULL, secret_set_run },
	{ "secret list", "List a workspace's secrets", "Not their values. One without a value was imported: set it again.",
	  &secret_list_options, STORE, NULL, secret_list_run },
	{ "secret delete", "Delete a secret", NULL, &secret_delete_options, STORE, NULL, secret_delete_run },

	{ "slack-app list", "List a workspace's Slack apps", NULL,
	  &slack_app_list_options, STORE, NULL, slack_app_list_run },

	{ "embedding show", "List the embedding models in use and those used before",
	  "Of each: its state, how many of the store's chunks have a vector of it, and the tokens that cost.",
	  &embedding_show_options, STORE, NULL, embedding_show_run },
	{ "embedding use", "Choose the model that embeds",
	  "The model is asked for an embedding first. A running server then embeds all content anew, while the\n"
	  "former model's vectors answer, and changes over at once. To try again after an error, or to set\n"
	  "another key, choose the same model again.",
	  &embedding_use_options, STORE, NULL, embedding_use_run },
	{ "embedding cancel", "Stay with the model that embeds now",
	  "Gives up a change that is under way.",
	  &embedding_cancel_options, STORE, NULL, embedding_cancel_run },

	{ "audit list", "List what was changed in a workspace, the newest first",
	  "By whom, by which way (api, mcp, cli or run), and to what.",
	  &audit_list_options, STORE, NULL, audit_list_run },
	{ "audit export", "Print the audit log as JSON lines, the oldest first",
	  "That it was exported becomes a part of it.",
	  &audit_export_options, STORE, NULL, audit_export_run },

	{ "extract", "Print the text of a document",
	  "Reads the document from standard input, shuts itself in, and prints its parts in a form of its own;\n"
	  "of a PDF or DOC, what pdftotext or catdoc prints. `agentd serve` starts this for each document it is\n"
	  "given. What it prints may change at any time.",
	  &extract_command_options, NO_STORE, NULL, extract_command_run },

	{ "import", "Store a snapshot",
	  "All of it or nothing, and only into a store without workspaces. What was stored, and what this version\n"
	  "has no use for, is told on standard error.",
	  &snapshot_import_options, STORE_MADE, NULL, snapshot_import_run },
	{ "export", "Write a snapshot of the whole store",
	  "One JSON document, read from one moment, while the server runs. It holds no secrets: provider keys and\n"
	  "access tokens must be set again where it is imported. API keys go on working.",
	  &snapshot_export_options, STORE, NULL, snapshot_export_run },

	{ "serve", "Serve the API",
	  "Runs until SIGTERM or SIGINT, then finishes the requests in flight; a second signal ends it at once.\n"
	  "Options count before environment variables, and those before lines `key = value` of DIR/agentd.conf.",
	  &serve_options, NO_STORE, config_load, serve_run },

	{ "version", "Print the version", NULL, NULL, NO_STORE, NULL, version_run },
};
const size_t n_commands = COUNT_OF(commands);

/* -- finding one --------------------------------------------------------------------------------- */

/* How many words of argv are the command's name; 0: it is another. */
static int match(const struct command *c, int argc, const char *const *argv)
{
	struct str name = str_of(c->name);
	int n = 0;

	while (name.p) {
		struct str word = str_cut(&name, ' ');

		if (n == argc || !str_is(word, argv[n++]))
			return 0;
	}
	return n;
}

static const struct command *find_command(int argc, const char *const *argv, int *n_words)
{
	for (size_t i = 0; i < n_commands; i++) {
		*n_words = match(&commands[i], argc, argv);
		if (*n_words)
			return &commands[i];
	}
	return NULL;
}

static bool is_group(struct str word)
{
	for (size_t i = 0; i < n_commands; i++) {
		struct str name = str_of(commands[i].name);

		if (str_eq(str_cut(&name, ' '), word) && name.p)
			return true;
	}
	return false;
}

static bool wants_help(int argc, const char *const *argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

static enum err unknown_command(struct ctx *ctx, int argc, const char *const *argv)
{
	if (argc == 0)
		return fail(ctx, ERR_INVALID, "no command was given; see agentd --help");
	if (!is_group(str_of(argv[0])))
		return fail(ctx, ERR_INVALID, "unknown command '%s'; see agentd --help", argv[0]);
	if (argc == 1)
		return fail(ctx, ERR_INVALID, "'%s' alone is not a command; see agentd %s --help", argv[0], argv[0]);
	return fail(ctx, ERR_INVALID, "'%s %s' is not a command; see agentd %s --help", argv[0], argv[1], argv[0]);
}

/* -- carrying one out ---------------------------------------------------------------------------- */

static const struct schema NO_OPTIONS = { 0 };

/* A mistake in the command line ends in where to read more. */
static enum err read_given(struct ctx *ctx, const struct command *c, int argc, const char *const *argv,
			   struct list *given)
{
	const struct schema *table = c->options ? c->options : &NO_OPTIONS;
	enum err e = options_read(ctx, table, argc, argv, given);

	if (e == OK)
		e = options_complete(ctx, table, given);
	if (e != OK)
		return fail(ctx, e, "%s; see agentd %s --help", arena_str(ctx->mem, str_of(ctx->why)).p, c->name);
	return OK;
}

/* Defaults, then what the row's settings say, then the command line. */
static enum err fill_options(struct ctx *ctx, const struct command *c, const struct list *given, void *options)
{
	struct str *data = options;          /* see struct command */

	options_default(ctx, c->options, options);
	TRY(options_set(ctx, given, options));
	*data = data_folder(ctx, *data);
	if (!c->settings)
		return OK;
	TRY(c->settings(ctx, *data, options));
	return options_set(ctx, given, options);
}

static enum err run_command(struct ctx *ctx, const struct command *c, const struct list *given)
{
	void *options = NULL;

	if (c->options) {
		options = arena_zalloc(ctx->mem, c->options->size);
		TRY(fill_options(ctx, c, given, options));
	}
	if (c->store != NO_STORE)
		TRY(data_open(ctx, *(const struct str *)options, c->store == STORE_MADE));
	return c->run(ctx, options);
}

static enum err run_words(struct ctx *ctx, int argc, const char *const *argv)
{
	int n_words;
	const struct command *c = find_command(argc, argv, &n_words);
	bool help = wants_help(argc, argv);
	struct list given;

	if (help && c) {
		help_command(ctx, c);
		return OK;
	}
	if (help && (argv[0][0] == '-' || is_group(str_of(argv[0])))) {
		help_overview(argv[0][0] == '-' ? (struct str){ NULL, 0 } : str_of(argv[0]));
		return OK;
	}
	if (!c)
		return unknown_command(ctx, argc, argv);
	TRY(read_given(ctx, c, argc - n_words, argv + n_words, &given));
	return run_command(ctx, c, &given);
}

/* A key that was made and not printed is lost: the caller must know. */
static enum err flush_output(struct ctx *ctx)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return fail(ctx, ERR_INTERNAL, "cannot write to standard output: %m");
	return OK;
}

/* One line, whatever the words it quotes contain. */
static void print_error(const char *why)
{
	struct str rest = str_of(why);
	char bytes[UTF8_MAX_BYTES];
	uint32_t c;

	fputs("agentd: ", stderr);
	while (utf8_next(&rest, &c))
		fwrite(bytes, 1, utf8_put(bytes, utf8_is_control(c) ? '?' : c), stderr);
	fputc('\n', stderr);
}

int command_main(int argc, const char *const *argv)
{
	AUTO(arena_fini) struct arena mem = {0};
	AUTO(data_close) struct ctx ctx = { .mem = &mem };
	enum err e;

	/* What a command has to say about a failure is its one line; the server logs. */
	log_setup(LOG_OFF, LOG_TEXT);
	arena_init(&mem, 0);
	e = run_words(&ctx, argc, argv);
	if (e == OK)
		e = flush_output(&ctx);
	if (e == OK)
		return 0;
	print_error(ctx.why[0] ? ctx.why : err_text(e));
	return 1;
}
