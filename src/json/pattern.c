/* json/pattern.c: PCRE2, loaded when it is first needed. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/library.h"
#include "base/utf8.h"
#include "json/pattern.h"

#define PCRE2_FUNCTIONS(X) \
	X(pcre2_compile_context_create_8) X(pcre2_compile_context_free_8) X(pcre2_set_compile_extra_options_8) \
	X(pcre2_set_parens_nest_limit_8) X(pcre2_set_max_pattern_length_8) X(pcre2_compile_8) X(pcre2_code_free_8) \
	X(pcre2_get_error_message_8) X(pcre2_match_context_create_8) X(pcre2_match_context_free_8) \
	X(pcre2_set_match_limit_8) X(pcre2_set_heap_limit_8) X(pcre2_match_data_create_8) X(pcre2_match_data_free_8) \
	X(pcre2_match_8)
LIBRARY(pcre2, "libpcre2-8.so.0", PCRE2_FUNCTIONS)

enum {
	EXPRESSION_BYTES_MAX = 4096,
	NESTED_MAX = 50,
	EFFORT_MAX = 200 * 1000,             /* steps of a search: some milliseconds */
	HEAP_KIB_MAX = 4096,
	SHOWN_BYTES = 100,
	REASON_BYTES = 120,
};

struct pattern {
	struct str expression;
	pcre2_code *code;
};

void patterns_fini(struct patterns *p)
{
	for (size_t i = 0; i < p->n; i++)
		pcre2.pcre2_code_free_8(p->items[i].code);
	*p = (struct patterns){0};
}

static const struct pattern *find(const struct patterns *p, struct str expression)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->items[i].expression, expression))
			return &p->items[i];
	return NULL;
}

/* \u0041 is a letter, [] an empty class, a group that was not entered an empty text, and $ the very end. */
static pcre2_code *compile(struct str expression, int *error, size_t *at)
{
	const uint32_t options = PCRE2_UTF | PCRE2_ALT_BSUX | PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF |
				 PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;
	pcre2_compile_context *context = pcre2.pcre2_compile_context_create_8(NULL);
	pcre2_code *code;

	pcre2.pcre2_set_compile_extra_options_8(context, PCRE2_EXTRA_ALT_BSUX);
	pcre2.pcre2_set_parens_nest_limit_8(context, NESTED_MAX);
	pcre2.pcre2_set_max_pattern_length_8(context, EXPRESSION_BYTES_MAX);
	code = pcre2.pcre2_compile_8((PCRE2_SPTR)expression.p, expression.n, options, error, at, context);
	pcre2.pcre2_compile_context_free_8(context);
	return code;
}

static enum err refuse(struct ctx *ctx, struct str expression, int error, size_t at)
{
	char reason[REASON_BYTES] = "";

	pcre2.pcre2_get_error_message_8(error, (PCRE2_UCHAR *)reason, sizeof(reason));
	return fail(ctx, ERR_INVALID, "the pattern '%.*s' cannot be read: %s at offset %zu",
		    STR(utf8_cut(expression, SHOWN_BYTES)), reason, at);
}

enum err patterns_compile(struct ctx *ctx, struct patterns *p, struct str expression)
{
	pcre2_code *code;
	size_t at;
	int error;

	TRY(library_load(ctx, &pcre2_library));
	if (find(p, expression))
		return OK;
	code = compile(expression, &error, &at);
	if (!code)
		return refuse(ctx, expression, error, at);
	p->items = arena_more(ctx->mem, p->items, p->n, &p->cap, sizeof(*p->items));
	p->items[p->n++] = (struct pattern){ expression, code };
	return OK;
}

static int search(const pcre2_code *code, struct str text)
{
	pcre2_match_context *context = pcre2.pcre2_match_context_create_8(NULL);
	pcre2_match_data *data = pcre2.pcre2_match_data_create_8(1, NULL);
	int n;

	pcre2.pcre2_set_match_limit_8(context, EFFORT_MAX);
	pcre2.pcre2_set_heap_limit_8(context, HEAP_KIB_MAX);
	n = pcre2.pcre2_match_8(code, (PCRE2_SPTR)text.p, text.n, 0, 0, data, context);
	pcre2.pcre2_match_data_free_8(data);
	pcre2.pcre2_match_context_free_8(context);
	return n;
}

bool patterns_match(struct ctx *ctx, struct patterns *p, struct str expression, struct str text, bool *found)
{
	int n;

	if (patterns_compile(ctx, p, expression) != OK)
		return false;
	n = search(find(p, expression)->code, text);
	*found = n >= 0;
	return n >= 0 || n == PCRE2_ERROR_NOMATCH;
}
