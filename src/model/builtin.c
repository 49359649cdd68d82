/* model/builtin.c: the model `builtin/extractive` as a partner in a conversation.
 *
 * It has two turns. If the agent may search its knowledge bases, the first asks for that search;
 * the second quotes what came back and names the sources. Without knowledge bases it has only
 * the message to quote from, and says so. Like the function it stands on it invents nothing.
 */
#include "model/ask_internal.h"

#include "base/sentence.h"
#include "base/utf8.h"
#include "model/extractive.h"

#define SEARCH_TOOL "search_knowledge"

#define NO_SOURCES \
	"I have no sources to answer from: this agent has no knowledge base attached, and the built-in model " \
	"builtin/extractive only quotes what it is given."
#define FROM_MESSAGE "I have no knowledge base to look in, so this comes from your message alone: "
#define SEARCH_FAILED "I could not search the knowledge bases: "

enum { QUERY_MAX_BYTES = 4000 };

/* -- what the conversation holds ------------------------------------------------------------------ */

static const struct message *last_of(const struct list *thread, int role)
{
	for (size_t i = thread->n; i > 0; i--) {
		const struct message *m = LIST_AT(*thread, struct message, i - 1);

		if ((int)m->role == role)
			return m;
	}
	return NULL;
}

static struct str text_of(const struct message *m)
{
	return m ? m->text : S("");
}

/* What is asked: the message, or the agent's own instructions when there was none. */
static struct str question_of(const struct list *thread)
{
	struct str said = text_of(last_of(thread, MESSAGE_USER));

	return str_is(said, MESSAGE_GO_AHEAD) ? text_of(last_of(thread, MESSAGE_SYSTEM)) : said;
}

static int64_t tokens_of_thread(const struct list *thread)
{
	size_t n = 0;

	for (size_t i = 0; i < thread->n; i++)
		n += extractive_tokens(LIST_AT(*thread, struct message, i)->text);
	return (int64_t)n;
}

static bool may_search(const struct list *tools)
{
	for (size_t i = 0; i < tools->n; i++)
		if (str_is(LIST_AT(*tools, struct tool_offer, i)->name, SEARCH_TOOL))
			return true;
	return false;
}

/* -- the first turn --------------------------------------------------------------------------------- */

static void ask_for_search(struct arena *mem, struct str question, struct model_reply *out)
{
	struct tool_call *call = NEW(mem, struct tool_call);
	struct buf arguments = { .mem = mem };
	struct json_writer w = { .out = &arguments };

	jw_object(&w);
	jw_key(&w, "query");
	jw_str(&w, utf8_cut(question, QUERY_MAX_BYTES));
	jw_end(&w);
	*call = (struct tool_call){ S("call_1"), S(SEARCH_TOOL), buf_view(&arguments) };
	out->text = S("");
	out->calls = (struct list){ call, 1 };
	out->tokens_output = (int64_t)extractive_tokens(call->arguments);
}

/* -- the second --------------------------------------------------------------------------------------- */

/* What search_knowledge gives, as far as it is used here. */
struct found {
	struct str title, text;
};
static const struct field found_fields[] = {
	{ F_STR("title", found, title) },
	{ F_STR("text", found, text) },
};
static const struct schema found_schema = SCHEMA(NULL, found, found_fields);

struct search_result {
	struct list passages;                /* of struct found */
};
static const struct field search_result_fields[] = {
	{ F_LIST("passages", search_result, passages, &found_schema) },
};
static const struct schema search_result_schema = SCHEMA(NULL, search_result, search_result_fields);

static enum err read_result(struct ctx *ctx, struct str text, struct search_result *out)
{
	const struct json *v;

	TRY(json_parse(ctx, text, JSON_STRICT, &v));
	return schema_read(ctx, &search_result_schema, v, READ_LENIENT, out);
}

static struct str title_at(const struct list *found, size_t i)
{
	return LIST_AT(*found, struct found, i)->title;
}

static bool is_first_of_title(const struct list *found, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (str_eq(title_at(found, j), title_at(found, i)))
			return false;
	return true;
}

/* "[1] [3] " for the passages of one title that the answer cites. */
static struct str numbers_of(struct arena *mem, struct str answer, const struct list *found, struct str title)
{
	struct buf out = { .mem = mem };

	for (size_t i = 0; i < found->n; i++) {
		struct str number = arena_printf(mem, "[%zu]", i + 1);

		if (str_eq(title_at(found, i), title) && str_find(answer, number) >= 0)
			buf_printf(&out, "%.*s ", STR(number));
	}
	return buf_view(&out);
}

/* "Sources: [1] [3] Handbook; [2] Price list", of those that the answer cites. */
static struct str sources_of(struct arena *mem, struct str answer, const struct list *found)
{
	struct buf out = { .mem = mem };

	for (size_t i = 0; i < found->n; i++) {
		struct str title = title_at(found, i), numbers = numbers_of(mem, answer, found, title);

		if (numbers.n > 0 && is_first_of_title(found, i))
			buf_printf(&out, "%s%.*s%.*s", out.n ? "; " : "\n\nSources: ", STR(numbers), STR(title));
	}
	return buf_view(&out);
}

static struct str quote(struct arena *mem, struct str question, const struct list *found, size_t max_tokens)
{
	struct passage *passages = arena_array(mem, found->n, sizeof(*passages));
	struct str answer;

	for (size_t i = 0; i < found->n; i++)
		passages[i].text = LIST_AT(*found, struct found, i)->text;
	extractive_answer(mem, question, passages, found->n, max_tokens, &answer);
	return answer;
}

/* The answer with its sources below, both within max_tokens; a list that would take more than
 * half of that is left out. */
static struct str quote_with_sources(struct arena *mem, struct str question, const struct list *found,
				     size_t max_tokens)
{
	struct str answer = quote(mem, question, found, max_tokens);
	struct str sources = sources_of(mem, answer, found);
	size_t list = extractive_tokens(sources);

	if (list > max_tokens / 2)
		return answer;
	if (extractive_tokens(answer) + list > max_tokens) {
		answer = quote(mem, question, found, max_tokens - list);
		sources = sources_of(mem, answer, found);
	}
	return arena_printf(mem, "%.*s%.*s", STR(answer), STR(sources));
}

static enum err answer_from_search(struct ctx *ctx, const struct model_choice *model, struct str question,
				   const struct message *result, struct model_reply *out)
{
	struct search_result found = {0};

	if (result->failed) {
		out->text = arena_printf(ctx->mem, SEARCH_FAILED "%.*s", STR(result->text));
		return OK;
	}
	TRY(read_result(ctx, result->text, &found));
	out->text = quote_with_sources(ctx->mem, question, &found.passages, (size_t)model->max_tokens);
	return OK;
}

/* -- without knowledge bases --------------------------------------------------------------------------- */

/* A message that brings its own material ends in the question, or begins with it. */
static bool split_message(struct str message, struct str *material, struct str *question)
{
	struct str rest = message, sentence;

	*question = (struct str){ NULL, 0 };
	while (sentence_next(&rest, &sentence))
		if (!question->p || sentence.p[sentence.n - 1] == '?')
			*question = sentence;
	if (!question->p || question->n == str_trim(message).n)
		return false;
	if (question->p == str_trim(message).p)
		*material = str_from(message, (size_t)(question->p + question->n - message.p));
	else
		*material = (struct str){ message.p, (size_t)(question->p - message.p) };
	return true;
}

static struct str answer_from_message(struct arena *mem, const struct model_choice *model, struct str message)
{
	size_t preface = extractive_tokens(S(FROM_MESSAGE)), max_tokens = (size_t)model->max_tokens;
	struct str material, question, answer;
	struct passage passage;

	if (max_tokens <= preface || !split_message(message, &material, &question))
		return S(NO_SOURCES);
	passage.text = material;
	if (!extractive_answer(mem, question, &passage, 1, max_tokens - preface, &answer))
		return S(NO_SOURCES);
	return arena_printf(mem, FROM_MESSAGE "%.*s", STR(answer));
}

/* -- the seam -------------------------------------------------------------------------------------------- */

static enum err builtin_ask(struct ctx *ctx, const struct model_choice *model, const struct list *thread,
			    const struct list *tools, struct model_reply *out)
{
	const struct message *result = last_of(thread, MESSAGE_RESULT);
	struct str question = question_of(thread);

	out->tokens_input = tokens_of_thread(thread);
	if (result)
		TRY(answer_from_search(ctx, model, question, result, out));
	else if (may_search(tools) && str_trim(question).n > 0)
		ask_for_search(ctx->mem, question, out);
	else
		out->text = answer_from_message(ctx->mem, model, question);
	if (out->calls.n > 0)
		return OK;
	out->text = utf8_cut(out->text, (size_t)model->max_tokens * 4);
	out->tokens_output = (int64_t)extractive_tokens(out->text);
	return OK;
}

const struct model_ops builtin_ops = { .ask = builtin_ask };
