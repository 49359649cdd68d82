/* The rows of the tools: whatever one says has to be there. */
#include "../unit.h"

#include "json/js.h"
#include "mcp/tool_table.h"
#include "mcp/tools.h"

enum { NAME_MAX_BYTES = 64 - sizeof("mcp__agentd__") + 1 };     /* as clients name them, 64 at most */

#define FOR_EACH_TOOL(t) for (const struct mcp_tool *t = mcp_tools; t < mcp_tools + n_mcp_tools; t++)

static bool is_argument(const struct mcp_tool *t, struct str name)
{
	for (size_t i = 0; t->arguments && i < t->arguments->n_fields; i++)
		if (str_is(name, t->arguments->fields[i].name))
			return true;
	return false;
}

static bool has_field(const struct schema *s, struct str name, int in)
{
	for (size_t i = 0; s && i < s->n_fields; i++)
		if ((int)s->fields[i].in == in && str_is(name, s->fields[i].name))
			return true;
	return false;
}

static bool has_path(const struct op *op)
{
	return strchr(op->path, '{') != NULL;
}

/* Where an argument goes: its new name, cut at the first dot. */
static struct str target(const struct mcp_tool *t, const char *argument)
{
	const char *name = argument;
	struct str rest;

	for (const struct mcp_tool_rename *r = t->renames; r && r->from; r++)
		if (strcmp(r->from, argument) == 0)
			name = r->to;
	rest = str_of(name);
	return str_cut(&rest, '.');
}

static void names_are_unique_and_short(void **state)
{
	(void)state;
	FOR_EACH_TOOL(t) {
		assert_true(strlen(t->name) <= NAME_MAX_BYTES);
		assert_int_equal(strspn(t->name, "abcdefghijklmnopqrstuvwxyz_"), strlen(t->name));
		FOR_EACH_TOOL(other)
			assert_true(t == other || strcmp(t->name, other->name) != 0);
	}
}

static void every_tool_says_what_it_is_for_and_every_argument_what_it_means(void **state)
{
	(void)state;
	FOR_EACH_TOOL(t) {
		assert_true(strlen(t->title) > 0 && strlen(t->doc) > 40);
		for (size_t i = 0; t->arguments && i < t->arguments->n_fields; i++)
			assert_non_null(t->arguments->fields[i].doc);
	}
}

static void every_tool_has_an_operation(void **state)
{
	(void)state;
	FOR_EACH_TOOL(t) {
		if (!mcp_tool_op(t))
			print_error("%s: %s\n", t->name, t->op);
		assert_non_null(mcp_tool_op(t));
	}
}

static void every_argument_is_something_the_operation_takes(void **state)
{
	(void)state;
	FOR_EACH_TOOL(t) {
		const struct op *op = mcp_tool_op(t);

		for (size_t i = 0; t->arguments && i < t->arguments->n_fields; i++) {
			const struct field *f = &t->arguments->fields[i];
			struct str name = target(t, f->name);
			bool taken = f->in == IN_PATH ? has_path(op) && f->required :
				     has_field(f->in == IN_QUERY ? op->params : op->body, name, (int)f->in);

			if (!taken)
				print_error("%s: %s\n", t->name, f->name);
			assert_true(taken);
		}
		assert_true(!has_path(op) || t->arguments);
		assert_true(!t->fixed.name || has_field(op->body, str_of(t->fixed.name), IN_BODY) ||
			    has_field(op->params, str_of(t->fixed.name), IN_QUERY));
	}
}

static void names_in_renames_and_texts_are_arguments(void **state)
{
	(void)state;
	FOR_EACH_TOOL(t) {
		for (const struct mcp_tool_rename *r = t->renames; r && r->from; r++)
			assert_true(is_argument(t, str_of(r->from)));
		for (const struct mcp_tool_text *text = t->texts; text && text->text; text++) {
			struct str rest = str_of(text->text), name;

			assert_true(!text->blank || is_argument(t, str_of(text->blank)));
			str_cut(&rest, '{');
			name = str_cut(&rest, '}');
			assert_true(!name.p || str_is(name, "issue") || is_argument(t, name));
		}
	}
}

static void a_reply_that_looks_different_is_of_the_same_struct(void **state)
{
	(void)state;
	FOR_EACH_TOOL(t)
		assert_true(!t->out || t->out->size == mcp_tool_op(t)->out->size);
}

static void a_part_of_a_reply_is_a_pointer_in_it(void **state)
{
	(void)state;
	FOR_EACH_TOOL(t) {
		const struct op *op = mcp_tool_op(t);
		size_t n = 0;

		if (!t->part)
			continue;
		for (size_t i = 0; i < op->out->n_fields; i++)
			n += strcmp(op->out->fields[i].name, t->part) == 0 && op->out->fields[i].type == FT_POINTER;
		assert_int_equal(n, 1);
	}
}

/* The first tool of the reference, and whether a revision is told of a member. */
static bool is_told(struct arena *mem, enum mcp_revision r, const char *member)
{
	struct ctx ctx = { .mem = mem };
	struct buf out = { .mem = mem };
	struct json_writer w = { .out = &out };
	struct str next = { NULL, 0 };
	const struct json *list;

	jw_array(&w);
	assert_int_equal(mcp_list_tools(&ctx, r, (struct str){ NULL, 0 }, &w, &next), OK);
	jw_end(&w);
	assert_null(next.p);
	assert_int_equal(json_parse(&ctx, buf_view(&out), JSON_STRICT, &list), OK);
	assert_true(list->n_items > 10);
	assert_str(json_get_str(&list->items[0], "name"), "list_agents");
	return json_get(&list->items[0], member) != NULL;
}

static void a_revision_is_told_nothing_that_it_does_not_know(void **state)
{
	static const struct {
		const char *member;
		enum mcp_revision since, until;
	} MEMBERS[] = {
		{ "description", MCP_2024_10_07, MCP_2026_07_28 }, { "inputSchema", MCP_2024_10_07, MCP_2026_07_28 },
		{ "annotations", MCP_2025_03_26, MCP_2026_07_28 }, { "title", MCP_2025_06_18, MCP_2026_07_28 },
		{ "outputSchema", MCP_2025_06_18, MCP_2026_07_28 }, { "execution", MCP_2024_10_07, MCP_2025_11_25 },
	};
	ARENA(mem);

	(void)state;
	for (enum mcp_revision r = MCP_2024_10_07; r <= MCP_2026_07_28; r++)
		for (size_t i = 0; i < COUNT_OF(MEMBERS); i++)
			assert_int_equal(is_told(&mem, r, MEMBERS[i].member),
					 r >= MEMBERS[i].since && r <= MEMBERS[i].until);
}

static void the_list_goes_on_behind_any_tool(void **state)
{
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	struct str next = { NULL, 0 };

	(void)state;
	FOR_EACH_TOOL(t) {
		struct buf out = { .mem = &mem };
		struct json_writer w = { .out = &out };

		assert_int_equal(mcp_list_tools(&ctx, MCP_2025_11_25, str_of(t->name), &w, &next), OK);
		assert_int_equal(str_find(buf_view(&out), arena_printf(&mem, "{\"name\":\"%s\"", t->name)), -1);
	}
	assert_int_equal(mcp_list_tools(&ctx, MCP_2025_11_25, S("nope"), &(struct json_writer){ 0 }, &next), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_unique_and_short),
		cmocka_unit_test(every_tool_says_what_it_is_for_and_every_argument_what_it_means),
		cmocka_unit_test(every_tool_has_an_operation),
		cmocka_unit_test(every_argument_is_something_the_operation_takes),
		cmocka_unit_test(names_in_renames_and_texts_are_arguments),
		cmocka_unit_test(a_reply_that_looks_different_is_of_the_same_struct),
		cmocka_unit_test(a_part_of_a_reply_is_a_pointer_in_it),
		cmocka_unit_test(a_revision_is_told_nothing_that_it_does_not_know),
		cmocka_unit_test(the_list_goes_on_behind_any_tool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
