/* test/json/yaml_suite.c: our parser against the YAML test suite.
 *
 * usage: yaml_suite FOLDER
 *
 * Each file of the folder is itself YAML: a list of cases with a text and the JSON it means, or
 * the word that it must fail. A case that has neither is left out, as are texts of several
 * documents, which an agent file cannot be. What we decide differently from the suite stands in
 * DIFFERENT, with the reason; a case listed there that has come to agree fails too. Prints TAP.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "json/write.h"
#include "json/yaml.h"

/* Cases, and why we differ. */
static const struct {
	const char *why, *cases;
} DIFFERENT[] = {
	{ "libyaml reads directives by YAML 1.1",
	  "2LFX/00 6LVF/00 BEC7/00 MUS6/00 MUS6/05 MUS6/06 ZYU8/00 ZYU8/01 ZYU8/02 ZYU8/03" },
	{ "libyaml wants a colon of a flow mapping on its key's line, and blanks round it",
	  "4MUZ/00 4MUZ/01 4MUZ/02 58MP/00 5MUD/00 5T43/00 652Z/00 9SA2/00 DBG4/00 HM87/00 HM87/01 K3WX/00 "
	  "NJ66/00 VJP3/01" },
	{ "libyaml refuses tabs where YAML 1.2 lets them separate",
	  "6BCT/00 6CA3/00 96NN/00 96NN/01 A2M4/00 DK95/00 DK95/03 DK95/04 Q5MG/00 R4YG/00 Y79Y/01 Y79Y/10" },
	{ "libyaml has only letters, digits, - and _ in anchors",
	  "2SXE/00 8XYN/00 W5VH/00 Y2GN/00" },
	{ "libyaml wants block scalars indented, and the last line of one ended",
	  "DK3J/00 FP8R/00 JEF9/02 L24T/01" },
	{ "bytes are no JSON value", "565N/00" },
	{ "libyaml accepts it",
	  "9C9N/00 9JBA/00 CVW2/00 DK95/01 G5U8/00 QB6E/00 S98Z/00 SU5Z/00 X4QW/00 Y79Y/03 YJV2/00" },
};

static const char *difference(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(DIFFERENT); i++)
		if (strstr(DIFFERENT[i].cases, name))
			return DIFFERENT[i].why;
	return NULL;
}

static struct str file_text(struct arena *mem, const char *path)
{
	FILE *file = fopen(path, "rb");
	struct str text = { NULL, 0 };
	long size;

	if (!file)
		return text;
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	text.p = arena_alloc(mem, (size_t)size);
	text.n = fread((char *)text.p, 1, (size_t)size, file);
	fclose(file);
	return text;
}

/* The suite shows what an editor would hide by marks of its own. */
static struct str without_marks(struct arena *mem, struct str text)
{
	static const struct {
		const char *mark, *meaning;
	} MARKS[] = {
		{ "\u2423", " " }, { "\u2014\u2014\u2014\u2014\u00bb", "\t" }, { "\u2014\u2014\u2014\u00bb", "\t" },
		{ "\u2014\u2014\u00bb", "\t" }, { "\u2014\u00bb", "\t" }, { "\u00bb", "\t" }, { "\u21b5", "" },
		{ "\u220e\n", "" }, { "\u2190", "\r" }, { "\u21d4", "\ufeff" },
	};
	struct buf out = { .mem = mem };

	while (text.n > 0) {
		size_t i = 0;

		while (i < COUNT_OF(MARKS) && !str_starts(text, str_of(MARKS[i].mark)))
			i++;
		if (i < COUNT_OF(MARKS))
			buf_z(&out, MARKS[i].meaning);
		else
			buf_char(&out, text.p[0]);
		text = str_from(text, i < COUNT_OF(MARKS) ? strlen(MARKS[i].mark) : 1);
	}
	return buf_view(&out);
}

static bool same(const struct json *a, const struct json *b);

static bool same_members(const struct json *a, const struct json *b)
{
	for (size_t i = 0; i < a->n_members; i++) {
		size_t k = 0;

		while (k < b->n_members && !str_eq(a->members[i].key, b->members[k].key))
			k++;
		if (k == b->n_members || !same(&a->members[i].value, &b->members[k].value))
			return false;
	}
	return a->n_members == b->n_members;
}

static bool same_items(const struct json *a, const struct json *b)
{
	for (size_t i = 0; i < a->n_items && i < b->n_items; i++)
		if (!same(&a->items[i], &b->items[i]))
			return false;
	return a->n_items == b->n_items;
}

static bool same(const struct json *a, const struct json *b)
{
	double x, y;

	if (json_as_num(a, &x) && json_as_num(b, &y))
		return x == y;
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case JSON_BOOL: return a->boolean == b->boolean;
	case JSON_STR: return str_eq(a->text, b->text);
	case JSON_ARRAY: return same_items(a, b);
	case JSON_OBJECT: return same_members(a, b);
	default: return true;
	}
}

/* The case's text means the JSON it names, or is refused when it must fail. */
static bool agrees(struct ctx *ctx, const struct json *c, const struct json *meaning)
{
	const struct json *v;
	enum err e = yaml_parse(ctx, without_marks(ctx->mem, json_get_str(c, "yaml")), &v);

	return meaning ? e == OK && same(v, meaning) : e != OK;
}

struct tally {
	int n, wrong, left_out;
};

static void check_case(struct ctx *ctx, const char *file, size_t index, const struct json *c, struct tally *t)
{
	const struct json *fails = json_get(c, "fail"), *meaning = NULL;
	struct str name = arena_printf(ctx->mem, "%.4s/%02zu", file, index), json = json_get_str(c, "json");
	const char *why = difference(name.p);
	bool right;

	/* A member "json" that is no one JSON text belongs to a stream of several documents, or of none. */
	if (!fails && (!json.p || json_parse(ctx, without_marks(ctx->mem, json), JSON_STRICT, &meaning) != OK)) {
		t->left_out++;
		return;
	}
	right = agrees(ctx, c, meaning) != (why != NULL);
	printf("%s - %s %.*s%s%s\n", right ? "ok" : "not ok", name.p, STR(json_get_str(c, "name")), why ? ": differs, " : "",
	       why ? why : "");
	t->n++;
	t->wrong += !right;
}

/* A case inherits what it does not say from the one before it. */
static const struct json *inherited(struct arena *mem, const struct json *before, const struct json *c)
{
	struct json_member *members = arena_array(mem, c->n_members + (before ? before->n_members : 0), sizeof(*members));
	struct json *out = arena_zalloc(mem, sizeof(*out));
	size_t n = 0;

	for (size_t i = 0; i < c->n_members; i++)
		members[n++] = c->members[i];
	for (size_t i = 0; before && i < before->n_members; i++)
		if (!json_get(c, arena_strz(mem, before->members[i].key)) && !str_is(before->members[i].key, "fail"))
			members[n++] = before->members[i];
	*out = (struct json){ .type = JSON_OBJECT, .members = members, .n_members = n };
	return out;
}

static void check_file(struct ctx *ctx, const char *file, struct str text, struct tally *t)
{
	const struct json *cases, *before = NULL;

	if (yaml_parse(ctx, text, &cases) != OK || cases->type != JSON_ARRAY) {
		printf("not ok - %s cannot be read: %s\n", file, ctx->why);
		t->n++, t->wrong++;
		return;
	}
	for (size_t i = 0; i < cases->n_items; i++) {
		before = inherited(ctx->mem, before, &cases->items[i]);
		check_case(ctx, file, i, before, t);
	}
}

static int is_yaml(const struct dirent *entry)
{
	return str_ends(str_of(entry->d_name), S(".yaml"));
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	struct dirent **files;
	struct arena mem;
	int n;

	if (argc != 2 || (n = scandir(argv[1], &files, is_yaml, alphasort)) < 0) {
		fprintf(stderr, "usage: yaml_suite FOLDER\n");
		return 2;
	}
	arena_init(&mem, 0);
	for (int i = 0; i < n; i++) {
		struct ctx ctx = { .mem = &mem };
		struct str path = arena_printf(&mem, "%s/%s", argv[1], files[i]->d_name);

		check_file(&ctx, files[i]->d_name, file_text(&mem, path.p), &tally);
		free(files[i]);
		arena_reset(&mem);
	}
	printf("1..%d\n# %d cases without one JSON text left out\n", tally.n, tally.left_out);
	free(files);
	arena_fini(&mem);
	return tally.wrong > 0;
}
