/* test/json/json_suite.c: how our parser decides about the files of a folder.
 *
 * usage: json_suite FOLDER
 *
 * The names are those of the JSON parsing test suite: y_ must be accepted, n_ refused, and of i_
 * only a decision is asked. Each is parsed in both ways: the lenient one, which repairs Unicode,
 * must accept what the strict one does. Prints TAP.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "json/json.h"

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

static bool accepts(struct ctx *ctx, struct str text, enum json_flags flags)
{
	const struct json *v;

	return json_parse(ctx, text, flags, &v) == OK;
}

static bool decided_rightly(struct ctx *ctx, char kind, struct str text)
{
	bool strict = accepts(ctx, text, JSON_STRICT);
	bool lenient = accepts(ctx, text, JSON_REPAIR);

	return (kind != 'y' || strict) && (kind != 'n' || !strict) && (!strict || lenient);
}

static int is_json(const struct dirent *entry)
{
	const char *name = entry->d_name;

	return str_ends(str_of(name), S(".json")) && strchr("yni", name[0]) && name[1] == '_';
}

int main(int argc, char **argv)
{
	struct dirent **files;
	struct arena mem;
	int n, wrong = 0;

	if (argc != 2 || (n = scandir(argv[1], &files, is_json, alphasort)) < 0) {
		fprintf(stderr, "usage: json_suite FOLDER\n");
		return 2;
	}
	arena_init(&mem, 0);
	for (int i = 0; i < n; i++) {
		struct ctx ctx = { .mem = &mem };
		struct str path = arena_printf(&mem, "%s/%s", argv[1], files[i]->d_name);
		struct str text = file_text(&mem, path.p);
		bool right = text.p && decided_rightly(&ctx, files[i]->d_name[0], text);

		printf("%s - %s\n", right ? "ok" : "not ok", files[i]->d_name);
		wrong += !right;
		free(files[i]);
		arena_reset(&mem);
	}
	printf("1..%d\n", n);
	free(files);
	arena_fini(&mem);
	return wrong > 0;
}
