/* domain/cargo.c: from the document to a prompt and a schema; and from an answer to its lines. */
#include "domain/cargo.h"

#include "base/buf.h"
#include "json/pointer.h"
#include "json/schema_check.h"

static const struct field input_fields[] = {
	{ F_STR("type", cargo_input, type) },
	{ F_STR("value", cargo_input, value) },
};
const struct schema cargo_input_schema = SCHEMA(NULL, cargo_input, input_fields);

#define REFUSE(ctx, ...) fail(ctx, ERR_UNPROCESSABLE, __VA_ARGS__)

/* -- the model (6.5) -------------------------------------------------------------------------------------- */

static enum err check_model(struct ctx *ctx, struct str model)
{
	if (str_index(model, ':') < 0)
		return REFUSE(ctx, "agent's model field must be `provider:model` (got `%.*s`)", STR(model));
	if (!str_starts(model, S("openai:")))
		return REFUSE(ctx, "a Cargo AI agent asks models of `openai` alone (got `%.*s`)", STR(model));
	return OK;
}

/* -- inputs ------------------------------------------------------------------------------------------------ */

static enum err read_input(struct ctx *ctx, const struct json *v, size_t i, struct cargo_input *out)
{
	struct str type = json_get_str(v, "type");

	if (!str_is(type, "text") && !str_is(type, "url"))
		return REFUSE(ctx, "inputs[%zu] is of type `%.*s`; this server reads `text` and `url` alone", i,
			      STR(type));
	*out = (struct cargo_input){ type, json_get_str(v, str_is(type, "url") ? "url" : "text") };
	if (!out->value.p)
		return REFUSE(ctx, "inputs[%zu] has no `%.*s`, and there is nobody here to give it", i, STR(type));
	return OK;
}

static enum err read_inputs(struct ctx *ctx, const struct json *raw, struct list *out)
{
	const struct json *inputs = json_get(raw, "inputs");
	struct cargo_input *items;

	if (!inputs)
		return OK;
	if (inputs->type != JSON_ARRAY)
		return REFUSE(ctx, "`inputs` must be a list");
	items = arena_array(ctx->mem, inputs->n_items, sizeof(*items));
	for (size_t i = 0; i < inputs->n_items; i++)
		TRY(read_input(ctx, &inputs->items[i], i, &items[i]));
	*out = (struct list){ items, inputs->n_items };
	return OK;
}

/* -- the schema -------------------------------------------------------------------------------------------- */

static struct json names_of(struct arena *mem, const struct json *properties)
{
	struct json *names = arena_array(mem, properties->n_members, sizeof(*names));
	struct json list = { .type = JSON_ARRAY };

	for (size_t i = 0; i < properties->n_members; i++)
		names[i] = (struct json){ .type = JSON_STR, .text = properties->members[i].key };
	list.items = names;
	list.n_items = properties->n_members;
	return list;
}

/* As its own program takes it: all fields are there, and no others. */
static const struct json *complete(struct arena *mem, const struct json *schema, const struct json *properties)
{
	struct json_member *members = arena_array(mem, schema->n_members + 2, sizeof(*members));
	static const char *const OURS[] = { "required", "additionalProperties", NULL };
	struct json *all = NEW(mem, struct json);
	size_t n = 0;

	for (size_t i = 0; i < schema->n_members; i++)
		if (!str_is_one_of(schema->members[i].key, OURS))
			members[n++] = schema->members[i];
	members[n++] = (struct json_member){ S("required"), names_of(mem, properties) };
	members[n++] = (struct json_member){ S("additionalProperties"), { .type = JSON_BOOL } };
	all->type = JSON_OBJECT;
	all->members = members;
	all->n_members = n;
	return all;
}

static enum err read_schema(struct ctx *ctx, const struct json *raw, const struct json **out)
{
	const struct json *schema = json_get(raw, "agent_schema"), *properties = json_get(schema, "properties");
	enum err e;

	if (!json_is(schema, JSON_OBJECT))
		return REFUSE(ctx, "`agent_schema` is required");
	if (!json_is(properties, JSON_OBJECT) || properties->n_members == 0)
		return REFUSE(ctx, "`agent_schema` has no `properties`: there is nothing to ask a model for");
	*out = complete(ctx->mem, schema, properties);
	e = json_schema_check(ctx, *out);
	if (e == ERR_INVALID)
		return REFUSE(ctx, "`agent_schema` cannot be used: %.*s", STR(arena_str(ctx->mem, str_of(ctx->why))));
	return e;
}

/* -- actions ------------------------------------------------------------------------------------------------ */

/* None of the kinds there are can be carried out by a server for a stranger. */
static enum err check_action(struct ctx *ctx, const struct json *action, size_t i)
{
	const struct json *steps = json_get(action, "run");

	if (!json_is(action, JSON_OBJECT) || (steps && steps->type != JSON_ARRAY))
		return REFUSE(ctx, "actions[%zu] must be a mapping with a list of steps, `run`", i);
	if (!steps || steps->n_items == 0)
		return OK;
	return REFUSE(ctx, "actions[%zu] has a step of kind `%.*s`, which this server does not carry out", i,
		      STR(json_get_str(&steps->items[0], "kind")));
}

static enum err check_actions(struct ctx *ctx, const struct json *raw)
{
	const struct json *actions = json_get(raw, "actions");

	if (!actions)
		return OK;
	if (actions->type != JSON_ARRAY)
		return REFUSE(ctx, "`actions` must be a list");
	for (size_t i = 0; i < actions->n_items; i++)
		TRY(check_action(ctx, &actions->items[i], i));
	return OK;
}

/* -- all of it ---------------------------------------------------------------------------------------------- */

static enum err read_all(struct ctx *ctx, const struct agent_spec *spec, struct cargo *out)
{
	TRY(check_model(ctx, spec->model));
	TRY(read_inputs(ctx, spec->raw, &out->inputs));
	TRY(read_schema(ctx, spec->raw, &out->schema));
	return check_actions(ctx, spec->raw);
}

void cargo_read(struct ctx *ctx, const struct agent_spec *spec, struct cargo *out)
{
	*out = (struct cargo){0};
	if (read_all(ctx, spec, out) != OK)
		*out = (struct cargo){ .refusal = arena_str(ctx->mem, str_of(ctx->why)) };
}

struct str cargo_lines(struct arena *mem, const struct json *schema, const struct json *answer)
{
	const struct json *properties = json_get(schema, "properties");
	struct buf out = { .mem = mem };

	for (size_t i = 0; json_is(properties, JSON_OBJECT) && i < properties->n_members; i++) {
		struct str name = properties->members[i].key, value;
		const struct json *v = json_named(answer, name);

		if (!v)
			continue;
		value = v->type == JSON_STR ? v->text : json_text(mem, v);
		buf_printf(&out, "%s%.*s: %.*s", out.n ? "\n" : "", STR(name), STR(value));
	}
	return buf_view(&out);
}
