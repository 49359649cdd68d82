/* test/base/cron_suite.c: our cron against what the reference was recorded to do.
 *
 * usage: cron_suite FILE ...
 *
 * A line of a file is either {"cron", "after", "next": [...]}, the moments it is due at after one; or an exchange with
 * {"body": "{\"cron\": ...}", "status"}, which refused it with a 400 or took it. Prints TAP.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/cron.h"
#include "json/json.h"

struct tally {
	int n, wrong;
};

static void report(struct tally *t, bool right, struct str cron, const char *what)
{
	t->n++;
	t->wrong += !right;
	printf("%s - \"", right ? "ok" : "not ok");
	for (size_t i = 0; i < cron.n; i++)
		putchar((unsigned char)cron.p[i] < ' ' || cron.p[i] == '#' ? '.' : cron.p[i]);
	printf("\" %s\n", what);
}

static bool due_at(const struct cron *c, const struct tz *tz, int64_t at, const struct json *moments)
{
	int64_t want;

	for (size_t i = 0; i < moments->n_items; i++)
		if (!cron_next(c, tz, at, &at) || !time_parse(moments->items[i].text, &want, NULL) || at != want)
			return false;
	return true;
}

static bool check_moments(struct ctx *ctx, struct str cron, const struct json *line)
{
	const struct json *moments = json_get(line, "next");
	const struct cron *c;
	int64_t after;

	return cron_parse(ctx, cron, &c) == OK && time_parse(json_get_str(line, "after"), &after, NULL) &&
	       due_at(c, tz_load(ctx->mem, S("UTC")), after, moments);
}

static bool check_verdict(struct ctx *ctx, struct str cron, const struct json *line)
{
	const struct cron *c;
	int64_t status;

	return json_as_int(json_get(line, "status"), &status) && (cron_parse(ctx, cron, &c) == OK) == (status < 400);
}

static void check_line(struct ctx *ctx, struct str text, struct tally *t)
{
	struct str cron, body;
	const struct json *line, *sent;

	if (json_parse(ctx, text, JSON_STRICT, &line) != OK) {
		report(t, false, text, "cannot be read");
		return;
	}
	cron = json_get_str(line, "cron");
	if (cron.p) {
		report(t, check_moments(ctx, cron, line), cron, json_get_str(line, "after").p);
		return;
	}
	body = json_get_str(line, "body");
	if (body.p && json_parse(ctx, body, JSON_STRICT, &sent) == OK)
		cron = json_get_str(sent, "cron");
	if (cron.p)
		report(t, check_verdict(ctx, cron, line), cron, "is taken or refused");
}

static void check_file(const char *path, struct tally *t)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t cap = 0;
	ssize_t n;

	while (file && (n = getline(&text, &cap, file)) > 0) {
		AUTO(arena_fini) struct arena mem = {0};
		struct ctx ctx = { .mem = &mem };

		check_line(&ctx, (struct str){ text, (size_t)n }, t);
	}
	free(text);
	if (file)
		fclose(file);
}

int main(int argc, char **argv)
{
	struct tally t = {0};

	for (int i = 1; i < argc; i++)
		check_file(argv[i], &t);
	printf("1..%d\n", t.n);
	return t.wrong || t.n == 0;
}
