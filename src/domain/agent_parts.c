/* domain/agent_parts.c: the files, and the limits they have to keep. */
#include "domain/agent_parts.h"

#include "base/utf8.h"

enum {
	MODULE_UNITS_MAX = 262144,           /* UTF-16 code units */
	SKILL_FILE_MAX = 512 << 10,
	SKILLS_MAX = 1 << 20,                /* of one skill, and of all that an agent declares */
	SKILL_DEPTH = 5,
};

static enum err unprocessable(enum err e)
{
	return e == ERR_INTERNAL ? e : ERR_UNPROCESSABLE;
}

/* -- the module of tools --------------------------------------------------------------------------------- */

static struct str beside(struct ctx *ctx, struct str path, struct str name)
{
	while (path.n > 0 && path.p[path.n - 1] != '/')
		path.n--;
	return arena_printf(ctx->mem, "%.*s%.*s", STR(path), STR(name));
}

enum err agent_tools_module(struct ctx *ctx, const struct tree *tree, struct str path, const struct agent_spec *spec,
			    struct str *text)
{
	const size_t max = 3 * MODULE_UNITS_MAX;     /* a code unit takes three bytes at most */
	struct tree_file file;
	struct str module;
	enum err e;

	*text = (struct str){ NULL, 0 };
	if (!spec->tools_module.p)
		return OK;
	module = beside(ctx, path, spec->tools_module);
	e = tree_find(ctx, tree, module, &file);
	if (e == ERR_NOT_FOUND)
		return fail(ctx, ERR_UNPROCESSABLE, "referenced tools module \"%.*s\" was not found in the repo", STR(module));
	if (e == OK)
		e = tree_read(ctx, tree, &file, 1, max, text);
	if (e != OK)
		return unprocessable(e);
	*text = utf8_repair(ctx->mem, *text);
	if (text->p && utf8_units(*text) <= MODULE_UNITS_MAX)
		return OK;
	*text = (struct str){ NULL, 0 };
	return fail(ctx, ERR_UNPROCESSABLE, "tools module \"%.*s\" exceeds the %d-byte limit", STR(module), MODULE_UNITS_MAX);
}

/* -- skills ------------------------------------------------------------------------------------------------ */

struct parts {
	struct agent_part *items;
	size_t n, cap, bytes;
};

static enum err check_skill(struct ctx *ctx, struct str name, const struct list *files)
{
	struct str guide = arena_printf(ctx->mem, "skills/%.*s/SKILL.md", STR(name));
	bool has_guide = false;
	int64_t bytes = 0;

	if (files->n == 0)
		return fail(ctx, ERR_UNPROCESSABLE, "skill \"%.*s\": skill folder \"skills/%.*s\" not found", STR(name), STR(name));
	for (size_t i = 0; i < files->n; i++) {
		const struct tree_file *f = LIST_AT(*files, struct tree_file, i);

		has_guide = has_guide || str_eq(f->path, guide);
		bytes += f->size;
		if (f->size > SKILL_FILE_MAX)
			return fail(ctx, ERR_UNPROCESSABLE, "skill \"%.*s\": \"%.*s\" exceeds the %d-byte file limit", STR(name),
				    STR(f->path), SKILL_FILE_MAX);
	}
	if (!has_guide)
		return fail(ctx, ERR_UNPROCESSABLE, "skill \"%.*s\": skill \"%.*s\" has no SKILL.md", STR(name), STR(name));
	if (bytes > SKILLS_MAX)
		return fail(ctx, ERR_UNPROCESSABLE, "skill \"%.*s\": skill \"%.*s\" exceeds the %d-byte total limit", STR(name),
			    STR(name), SKILLS_MAX);
	return OK;
}

/* What is no text is passed over: a skill is read by a model. */
static void add_part(struct ctx *ctx, struct parts *parts, struct str path, struct str text)
{
	if (!text.p || !utf8_valid(text) || str_index(text, '\0') >= 0)
		return;
	parts->items = arena_more(ctx->mem, parts->items, parts->n, &parts->cap, sizeof(*parts->items));
	parts->items[parts->n++] = (struct agent_part){ path, text };
	parts->bytes += text.n;
}

static enum err read_skill(struct ctx *ctx, const struct tree *tree, struct str name, struct parts *parts)
{
	const char *folder = arena_printf(ctx->mem, "skills/%.*s", STR(name)).p;
	struct list files;
	struct str *texts;
	enum err e = tree_list(ctx, tree, folder, SKILL_DEPTH, &files);

	if (e != OK)
		return unprocessable(e);
	TRY(check_skill(ctx, name, &files));
	texts = arena_array(ctx->mem, files.n, sizeof(*texts));
	e = tree_read(ctx, tree, files.items, files.n, SKILL_FILE_MAX, texts);
	if (e != OK)
		return unprocessable(e);
	for (size_t i = 0; i < files.n; i++)
		add_part(ctx, parts, LIST_AT(files, struct tree_file, i)->path, texts[i]);
	return parts->bytes <= SKILLS_MAX ? OK : fail(ctx, ERR_UNPROCESSABLE, "declared skills exceed the size limit");
}

enum err agent_skills(struct ctx *ctx, const struct tree *tree, bool connected, const struct agent_spec *spec,
		      struct list *out)
{
	struct parts parts = {0};

	*out = (struct list){ NULL, 0 };
	if (spec->skills.n == 0)
		return OK;
	if (!connected)
		return fail(ctx, ERR_UNPROCESSABLE, "no connected repo");
	for (size_t i = 0; i < spec->skills.n; i++)
		TRY(read_skill(ctx, tree, *LIST_AT(spec->skills, struct str, i), &parts));
	*out = (struct list){ parts.items, parts.n };
	return OK;
}
