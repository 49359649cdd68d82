/* app/data.c: everything in the data folder is the owner's alone; main sets the umask. */
#include "app/data.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "domain/secret.h"
#include "store/schema.h"

/* A system service has neither a home nor the variables. */
#define SYSTEM_FOLDER "/var/lib/agentd"

static struct str variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? str_of(value) : (struct str){ NULL, 0 };
}

struct str data_folder(struct ctx *ctx, struct str given)
{
	struct str data = variable("AGENTD_DATA");
	struct str xdg = variable("XDG_DATA_HOME");
	struct str home = variable("HOME");

	if (given.p)
		return given;
	if (data.p)
		return data;
	if (xdg.p)
		return arena_printf(ctx->mem, "%.*s/agentd", STR(xdg));
	if (home.p)
		return arena_printf(ctx->mem, "%.*s/.local/share/agentd", STR(home));
	return S(SYSTEM_FOLDER);
}

const char *data_path(struct ctx *ctx, struct str folder, const char *name)
{
	return arena_printf(ctx->mem, "%.*s/%s", STR(folder), name).p;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

enum err data_make(struct ctx *ctx, struct str folder)
{
	char *path = arena_strz(ctx->mem, folder);

	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(path, 0700);        /* if this failed, the last one tells */
		*slash = '/';
	}
	if (mkdir(path, 0700) != 0 && !is_folder(path))
		return fail(ctx, ERR_INTERNAL, "cannot make the data folder %s: %m", path);
	return OK;
}

enum err data_open(struct ctx *ctx, struct str folder, bool make)
{
	struct db_options options = {
		.path = data_path(ctx, folder, "agentd.db"), .create = make,
		.migrations = store_migrations, .n_migrations = n_store_migrations,
	};
	enum err e;

	if (make)
		TRY(data_make(ctx, folder));
	e = db_open(ctx, &options, &ctx->db);
	if (e == ERR_NOT_FOUND)
		return fail(ctx, e, "%.*s holds no store; make one with agentd init, or name another folder with "
			    "--data", STR(folder));
	return e;
}

void data_close(struct ctx *ctx)
{
	db_reader_close(TAKE(ctx->reader));
	db_close(TAKE(ctx->db));
}

enum err data_load_keys(struct ctx *ctx, struct str folder)
{
	return secret_load(ctx, data_path(ctx, folder, "secret.key"));
}
