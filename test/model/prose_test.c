/* test/model/prose_test.c: what can be quoted from plain text and from Markdown. */
#include "../unit.h"

#include "base/buf.h"
#include "model/prose.h"

/* Quotes, one a line, each behind a letter for its kind: sentence, item, row, code, heading. A "+"
 * tells that it follows, a "~" that it is torn. */
static struct str listed(struct arena *mem, struct str passage)
{
	struct quotes quotes = prose_quotes(mem, passage);
	struct buf out = { .mem = mem };

	for (size_t i = 0; i < quotes.n; i++) {
		const struct quote *q = &quotes.p[i];

		buf_printf(&out, "%s%c%s%s %.*s", i ? "\n" : "", "sirch"[q->kind], q->follows ? "+" : "",
			   q->whole ? "" : "~", STR(q->text));
	}
	return buf_view(&out);
}

static const struct {
	const char *passage, *quotes;
} CASES[] = {
	{ "", "" },
	{ "\n \n", "" },
	{ "One sentence. And\nanother.", "s One sentence.\ns+ And another." },
	{ "torn at both. Whole. And torn", "s~ torn at both.\ns+ Whole.\ns+~ And torn" },
	{ "# Title\nText.", "h Title\ns Text." },
	{ "#hashtag is text.", "s #hashtag is text." },
	{ "Title\n===\n\nText.", "s~ Title\ns Text." },
	{ "- one\n- two. More.\n\nText.", "i one\ni two.\ni+ More.\ns Text." },
	{ "1. first\n   goes on\n2) second", "i first goes on\ni second" },
	{ "> Quoted\n> text.", "s Quoted text." },
	{ "A **bold** and *slanted* `code **kept**` word, 2 * 3.", "s A bold and slanted `code **kept**` word, 2 * 3." },
	{ "See [the guide](docs/guide.md) and ![logo](x.png).", "s See the guide and logo." },
	{ "As shown [3], [**4**], \\[5] and [a].", "s As shown (3), (4), (5) and [a]." },
	{ "Torn `code. Not [6] in it`.", "s Torn `code.\ns+ Not (6) in it`." },
	{ "Code `like[0]` stays.", "s Code `like[0]` stays." },
	{ "Escaped \\*stars\\* here.", "s Escaped *stars* here." },
	{ "```sh\nmake\n\nmake test\n```\nDone.", "c `make`\nc `make test`\ns Done." },
	{ "torn code\n```\n\n```sh\nmake test\n```\nDone.", "s~ torn code\nc `make test`\ns Done." },
	{ "Text:\n\n    indented code", "s Text: `indented code`\nc `indented code`" },
	{ "Use `a`:\n- b.\n- c.", "s Use `a`: b; c\ni b.\ni c." },
	{ "| Option | Meaning |\n|---|---|\n| `-v` | talk | more |", "r Option: Meaning\nr `-v`: talk; more" },
	{ "open [link (and `tick and **star", "s~ open [link (and `tick and star" },
};

static void passages_fall_into_quotes(void **state)
{
	ARENA(mem);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_str(listed(&mem, str_of(CASES[i].passage)), CASES[i].quotes);
}

static void a_megabyte_of_markup_takes_linear_time(void **state)
{
	static const char *const UNITS[] = { "[", "](", "`", "*", "# ", "- ", "|", "```\n", ":\n", "a:\n- ", "[1", "\\" };
	enum { BYTES = 1000000 };
	char *text = xmalloc(BYTES);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(UNITS); i++) {
		ARENA(mem);

		for (size_t k = 0; k < BYTES; k++)
			text[k] = UNITS[i][k % strlen(UNITS[i])];
		prose_quotes(&mem, (struct str){ text, BYTES });
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passages_fall_into_quotes),
		cmocka_unit_test(a_megabyte_of_markup_takes_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
