/* repo/mirror.c: git init, git fetch, git fast-import. */
#include "repo/mirror.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "repo/git_internal.h"

enum { FETCH_MS = 120 * 1000, REMEMBER_MS = 1000, LOCK_POLL_US = 20 * 1000, SMALL_OUTPUT = 64 * 1024, COMMIT_HEX = 40 };

#define BRANCH "main"
#define FETCHED "refs/agentd/fetched"

static enum err run(struct ctx *ctx, const char *const *args, struct str input, struct str *output)
{
	struct git_command command = { .args = args, .input = input, .output_max = SMALL_OUTPUT, .timeout_ms = GIT_LOCAL_MS };
	struct str complaint;
	enum err e = git_run(ctx, &command, output, &complaint);

	if (e != OK && e != ERR_INTERNAL)
		log_warn("git.failed", kv_z("command", args[2] ? args[2] : args[0]), kv_s("why", complaint));
	return e;
}

static enum err make_bare(struct ctx *ctx, const char *folder)
{
	/* Without the template, which is hooks that nobody runs. */
	const char *args[] = { "init", "--quiet", "--bare", "--template=", "--initial-branch=" BRANCH, "--", folder, NULL };
	struct stat st;
	struct str output;

	if (stat(arena_printf(ctx->mem, "%s/objects", folder).p, &st) == 0)
		return OK;
	return run(ctx, args, S(""), &output);
}

static enum err resolve(struct ctx *ctx, const char *folder, const char *ref, struct str *commit)
{
	const char *args[] = { "--git-dir", folder, "rev-parse", "--verify", "--quiet", "--end-of-options",
			       arena_printf(ctx->mem, "%s^{commit}", ref).p, NULL };

	TRY(run(ctx, args, S(""), commit));
	*commit = str_trim(*commit);
	return commit->n >= COMMIT_HEX ? OK : fail(ctx, ERR_UPSTREAM, "git named no commit");
}

/* Where git keeps a branch that was moved lately: a file with the commit in it. To start git for what one
 * read can tell would cost each request some milliseconds. */
static bool read_loose_ref(struct ctx *ctx, const char *folder, const char *branch, struct str *commit)
{
	FILE *file = fopen(arena_printf(ctx->mem, "%s/refs/heads/%s", folder, branch).p, "re");
	char line[COMMIT_HEX + 1];
	size_t n;

	if (!file)
		return false;
	n = fread(line, 1, sizeof(line), file);
	fclose(file);
	for (size_t i = 0; i < COMMIT_HEX && i < n; i++)
		if (hex_digit(line[i]) < 0)
			return false;
	*commit = arena_str(ctx->mem, (struct str){ line, COMMIT_HEX });
	return n == sizeof(line) && line[COMMIT_HEX] == '\n';
}

enum err mirror_head(struct ctx *ctx, const char *folder, const char *branch, struct str *commit)
{
	struct stat st;
	enum err e;

	if (read_loose_ref(ctx, folder, branch, commit))
		return OK;
	if (stat(folder, &st) != 0)
		return fail(ctx, ERR_NOT_FOUND, "no such repository");
	e = resolve(ctx, folder, arena_printf(ctx->mem, "refs/heads/%s", branch).p, commit);
	return e == ERR_UPSTREAM ? fail(ctx, ERR_NOT_FOUND, "no such branch") : e;
}

/* -- fetching ---------------------------------------------------------------------------------------- */

/* "user@host:path", as ssh has it. */
static bool is_scp_like(struct str url)
{
	ptrdiff_t at = str_index(url, '@'), colon = str_index(url, ':');

	return at > 0 && colon > at + 1 && (size_t)colon + 1 < url.n && str_find(url, S("://")) < 0;
}

/* Of https://name@host/path, name; absent where none stands. */
static struct str user_of(struct str url)
{
	ptrdiff_t begin = str_find(url, S("://"));
	struct str rest = begin < 0 ? S("") : str_from(url, (size_t)begin + 3), user = str_cut(&rest, '/');

	while (user.n > 0 && user.p[user.n - 1] != '@')
		user.n--;
	return user.n > 0 ? (struct str){ user.p, user.n - 1 } : (struct str){ NULL, 0 };
}

bool mirror_url_valid(struct str url)
{
	static const char *const SCHEMES[] = { "https://", "ssh://", "file:///" };

	/* A password here would be shown wherever the URL is. */
	if (str_index(user_of(url), ':') >= 0)
		return false;
	for (size_t i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] <= ' ' || url.p[i] == 0x7f)
			return false;
	for (size_t i = 0; i < COUNT_OF(SCHEMES); i++)
		if (str_starts(url, str_of(SCHEMES[i])))
			return url.n > strlen(SCHEMES[i]);
	return is_scp_like(url) && url.p[0] != '-';
}

/* Nothing that git would take for an option, or for more than a branch; the rest is for git to say. */
bool mirror_branch_valid(struct str branch)
{
	return branch.n > 0 && branch.p[0] != '-' && str_find(branch, S(":")) < 0;
}

/* Most hosts of repositories take a token as the password of any user; some want one of their own. */
static const char *secret_header(struct ctx *ctx, const struct mirror *m)
{
	struct str user = user_of(m->url), pair;
	char *encoded;
	size_t n;

	if (!m->token.p)
		return NULL;
	pair = arena_printf(ctx->mem, "%.*s:%.*s", STR(user.p ? user : S("agentd")), STR(m->token));
	n = sodium_base64_encoded_len(pair.n, sodium_base64_VARIANT_ORIGINAL);
	encoded = arena_alloc(ctx->mem, n);
	sodium_bin2base64(encoded, n, (const unsigned char *)pair.p, pair.n, sodium_base64_VARIANT_ORIGINAL);
	return arena_printf(ctx->mem, "Authorization: Basic %s", encoded).p;
}

/* What git says, in the reference's codes (studio contract 4.1). */
static const struct {
	const char *said, *code, *why;
} COMPLAINTS[] = {
	{ "Authentication failed", "invalid-token", "the repository refused the access token" },
	{ "could not read Username", "invalid-token", "the repository asks for an access token that it accepts" },
	{ "could not read Password", "invalid-token", "the repository asks for an access token that it accepts" },
	{ "Permission denied", "invalid-token", "the repository refused the key" },
	{ "returned error: 401", "invalid-token", "the repository refused the access token" },
	{ "returned error: 403", "invalid-token", "the repository refused the access token" },
	{ "find remote ref", "not-found", "the repository has no such branch" },
	{ "not found", "not-found", "there is no such repository" },
	{ "does not exist", "not-found", "there is no such repository" },
	{ "does not appear to be a git repository", "not-found", "there is no such repository" },
	{ "certificate", "network", "the repository's host has no certificate that can be trusted" },
	{ "Host key verification failed", "network", "the repository's host does not have the key it had before" },
};

static enum err explain(struct ctx *ctx, enum err e, struct str complaint, const char **code)
{
	*code = "network";
	if (e != ERR_UPSTREAM)
		return e;
	for (size_t i = 0; i < COUNT_OF(COMPLAINTS); i++) {
		if (str_find(complaint, str_of(COMPLAINTS[i].said)) < 0)
			continue;
		*code = COMPLAINTS[i].code;
		return fail(ctx, e, "%s", COMPLAINTS[i].why);
	}
	return fail(ctx, e, "the repository could not be reached");
}

static int64_t patience_of(const struct mirror *m)
{
	return m->timeout_ms ? m->timeout_ms : FETCH_MS;
}

enum err mirror_lock(struct ctx *ctx, const struct mirror *m, int *lock)
{
	const char *path = arena_printf(ctx->mem, "%s.lock", m->folder).p;
	/* A fetch on the same terms that began just before is over by then, and what it brought remembered. */
	int64_t until_ms = m->at_once ? 0 : mono_ms() + patience_of(m) + REMEMBER_MS;

	*lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*lock < 0)
		return fail(ctx, ERR_INTERNAL, "cannot open %s: %m", path);
	while (flock(*lock, LOCK_EX | LOCK_NB) != 0) {
		if (m->go_on && !m->go_on(m->arg))
			return fail(ctx, ERR_GONE, "nobody waits for it any more");
		if (mono_ms() > until_ms)
			return fail(ctx, ERR_BUSY, "the repository is being fetched; try again in a moment");
		usleep(LOCK_POLL_US);
	}
	return OK;
}

void mirror_unlock(int *lock)
{
	if (*lock >= 0)
		close(*lock);
	*lock = -1;
}

/* What is asked on the other side. On this machine it is a git of ours, of which git itself takes our settings
 * away: it would not read a repository of another user, though the operator has named it. */
static const char *upload_pack(const struct mirror *m)
{
	return str_starts(m->url, S("file://")) ? "git -c safe.directory='*' upload-pack" : "git-upload-pack";
}

enum err mirror_fetch(struct ctx *ctx, const struct mirror *m, struct str *commit, const char **code)
{
	struct str wanted = m->branch.p ? arena_printf(ctx->mem, "refs/heads/%.*s", STR(m->branch)) : S("HEAD");
	const char *args[] = {
		"--git-dir", m->folder, "fetch", "--quiet", "--no-tags", "--depth=1", "--no-write-fetch-head", "--force",
		"--upload-pack", upload_pack(m), "--",
		arena_strz(ctx->mem, m->url), arena_printf(ctx->mem, "+%.*s:" FETCHED, STR(wanted)).p, NULL,
	};
	struct git_command command = { .args = args, .output_max = SMALL_OUTPUT, .timeout_ms = patience_of(m),
				       .go_on = m->go_on, .arg = m->arg,
				       .secret_header = secret_header(ctx, m) };
	struct str output, complaint;
	enum err e;

	*code = "network";
	TRY(make_bare(ctx, m->folder));
	e = git_run(ctx, &command, &output, &complaint);
	if (e != OK) {
		log_warn("git.fetch", kv_z("mirror", m->folder), kv_s("why", complaint));
		return explain(ctx, e, complaint, code);
	}
	return resolve(ctx, m->folder, FETCHED, commit);
}

/* -- making -------------------------------------------------------------------------------------------- */

enum err mirror_make(struct ctx *ctx, const char *folder, const struct mirror_file *files, size_t n, struct str *commit)
{
	const char *args[] = { "--git-dir", folder, "fast-import", "--quiet", "--date-format=now", NULL };
	struct buf stream = { .mem = ctx->mem };
	struct str output;

	TRY(make_bare(ctx, folder));
	buf_z(&stream, "commit refs/heads/" BRANCH "\ncommitter agentd <agentd@localhost> now\ndata 15\nSample agents.\n\n");
	for (size_t i = 0; i < n; i++) {
		buf_printf(&stream, "M 100644 inline %s\ndata %zu\n", files[i].path, files[i].text.n);
		buf_str(&stream, files[i].text);
		buf_char(&stream, '\n');
	}
	buf_z(&stream, "done\n");
	TRY(run(ctx, args, buf_view(&stream), &output));
	return mirror_head(ctx, folder, BRANCH, commit);
}
