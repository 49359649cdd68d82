/* domain/agent_file.c: from a file's text to an agent, or to the code of what is wrong with it.
 *
 * The steps and their order are the contract's (4.6): the first that fails speaks.
 */
#include "domain/agent_file.h"

#include "domain/words.h"
#include "json/js.h"
#include "json/yaml.h"

enum { SHORTEST_NAME = 2, LONGEST_NAME = 64, TITLE_UNITS = 200 };

#define PYDANTIC S("pydantic-agentspec")
#define CARGO    S("cargo-ai")

/* -- as replied ---------------------------------------------------------------------------------------- */

static const struct field connection_fields[] = {
	{ F_STR("toolkit", agent_connection, toolkit) },
	{ F_STR("name", agent_connection, name) },
	{ F_STR("source", agent_connection, source), .doc = "composio, native-mcp or secret." },
};
static const struct schema connection_schema = SCHEMA("AgentConnection", agent_connection, connection_fields);

static const struct field spec_fields[] = {
	{ F_STR("name", agent_spec, name) },
	{ F_STR("title", agent_spec, title), .optional_reply = true, .cut = TITLE_UNITS },
	{ F_STR("description", agent_spec, description), .optional_reply = true },
	{ F_STRS("labels", agent_spec, labels) },
	{ F_ANY("raw", agent_spec, raw), .open = true, .doc = "The whole document." },
	{ F_STR("framework", agent_spec, framework) },
	{ F_STR("model", agent_spec, model), .nullable = true, .doc = "provider:model" },
	{ F_STR("instructions", agent_spec, instructions), .optional_reply = true },
	{ F_LIST("connections", agent_spec, connections, &connection_schema), .optional_reply = true },
	{ F_STRS("skills", agent_spec, skills), .optional_reply = true },
	{ F_STR("toolsModule", agent_spec, tools_module), .optional_reply = true },
};
static const struct schema spec_schema = SCHEMA("AgentSpec", agent_spec, spec_fields);

static const struct field agent_file_fields[] = {
	{ F_STR("name", agent_file, name), .doc = "As declared; of a file that is no agent, its name without extension." },
	{ F_STR("filename", agent_file, filename) },
	{ F_STR("path", agent_file, path), .doc = "In the repository." },
	{ F_STR("format", agent_file, format), .nullable = true, .doc = "yaml or json." },
	{ F_STR("framework", agent_file, framework), .optional_reply = true, .doc = "pydantic-agentspec or cargo-ai." },
	{ F_BOOL("valid", agent_file, valid) },
	{ F_POINTER("spec", agent_file, spec, &spec_schema), .optional_reply = true },
	{ F_STR("error", agent_file, error), .optional_reply = true, .doc = "Code of what is wrong with the file." },
	{ F_STR("detail", agent_file, detail), .optional_reply = true },
};
const struct schema agent_file_schema = SCHEMA("AgentFile", agent_file, agent_file_fields);

/* -- text as JavaScript treats it -------------------------------------------------------------------------- */

static bool is_blank(struct str text)
{
	return js_trim(text).n == 0;
}

static bool is_folder_name(struct str word)
{
	return str_index(word, '/') < 0 && str_index(word, '\\') < 0;
}

/* -- connections (4.10) --------------------------------------------------------------------------------------- */

static struct str text_or(struct str text, struct str otherwise)
{
	struct str trimmed = js_trim(text);

	return text.p && trimmed.n > 0 ? trimmed : otherwise;
}

static void describe_connection(struct agent_connection *c, struct str toolkit, const struct json *about)
{
	static const char *const OTHERS[] = { "native-mcp", "secret", NULL };
	struct str source = json_get_str(about, "source");

	c->toolkit = js_trim(toolkit);
	c->name = text_or(json_get_str(about, "name"), S("default"));
	c->source = str_is_one_of(source, OTHERS) ? source : S("composio");
}

/* False: it has none of the forms, and is passed over. */
static bool read_connection(const struct json *v, struct agent_connection *out)
{
	static const char *const NAMES[] = { "type", "toolkit" };

	if (v->type == JSON_STR && !is_blank(v->text)) {
		describe_connection(out, v->text, NULL);
		return true;
	}
	for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
		struct str toolkit = json_get_str(v, NAMES[i]);

		if (toolkit.p && !is_blank(toolkit)) {
			describe_connection(out, toolkit, v);
			return true;
		}
	}
	if (v->type != JSON_OBJECT || v->n_members != 1 || is_blank(v->members[0].key))
		return false;
	describe_connection(out, v->members[0].key, &v->members[0].value);
	return true;
}

static struct list connections_of(struct arena *mem, const struct json *v)
{
	size_t most = json_is(v, JSON_ARRAY) ? v->n_items : 0, n = 0;
	struct agent_connection *items = arena_array(mem, most + 1, sizeof(*items));

	for (size_t i = 0; i < most; i++)
		if (read_connection(&v->items[i], &items[n]))
			n++;
	return (struct list){ items, n };
}

/* -- the shape ------------------------------------------------------------------------------------------------- */

static bool is_text(const struct json *v)
{
	return json_is(v, JSON_STR) && !is_blank(v->text);
}

/* Absent: neither (4.7). */
static struct str framework_of(const struct json *raw)
{
	if (is_text(json_get(raw, "instructions")))
		return PYDANTIC;
	if (json_is(json_get(raw, "agent_schema"), JSON_OBJECT) || json_is(json_get(raw, "inputs"), JSON_ARRAY) ||
	    json_is(json_get(raw, "actions"), JSON_ARRAY))
		return CARGO;
	return (struct str){ NULL, 0 };
}

static size_t kebab(struct str s)
{
	size_t i = 0;

	while (i < s.n && (is_digit(s.p[i]) || (s.p[i] >= 'a' && s.p[i] <= 'z') ||
			   (s.p[i] == '-' && i > 0 && s.p[i - 1] != '-')))
		i++;
	return i > 0 && s.p[i - 1] == '-' ? 0 : i;
}

bool agent_name_valid(struct str name)
{
	size_t handle = kebab(name);

	if (name.n < SHORTEST_NAME || name.n > LONGEST_NAME || handle == 0)
		return false;
	if (handle == name.n)
		return true;
	name = str_from(name, handle + 1);
	return name.p[-1] == '.' && name.n > 0 && kebab(name) == name.n;
}

static struct str model_of(const struct json *raw, bool cargo)
{
	const struct json *model = json_get(raw, "model");

	if (!is_text(model) && cargo)
		model = json_get(json_get(raw, "runtime_vars"), "model");
	return is_text(model) ? model->text : (struct str){ NULL, 0 };
}

/* Anything but a plain name of a Python file is as good as none. */
static struct str tools_module_of(const struct json *raw)
{
	struct str name = js_trim(json_get_str(raw, "tools_module"));

	if (name.n < 3 || !str_eq_nocase(str_from(name, name.n - 3), S(".py")) || !is_folder_name(name))
		return (struct str){ NULL, 0 };
	return name;
}

static struct str title_of(const struct json *raw)
{
	struct str title = js_trim(json_get_str(raw, "title"));

	return title.n > 0 ? title : (struct str){ NULL, 0 };
}

static void fill_spec(struct arena *mem, const struct json *raw, struct agent_spec *spec)
{
	spec->name = json_get_str(raw, "name");
	spec->title = title_of(raw);
	spec->description = json_get_str(raw, "description");
	spec->labels = words_fold_json(mem, json_get(raw, "labels"), NULL);
	spec->raw = raw;
	if (!str_eq(spec->framework, PYDANTIC))
		return;
	spec->instructions = json_get_str(raw, "instructions");
	spec->connections = connections_of(mem, json_get(raw, "connections"));
	spec->skills = words_fold_json(mem, json_get(raw, "skills"), is_folder_name);
	spec->tools_module = tools_module_of(raw);
}

/* -- the steps (4.6) ---------------------------------------------------------------------------------------------- */

static void refuse(struct agent_file *out, const char *code, struct str detail)
{
	out->error = str_of(code);
	out->detail = detail;
}

/* What is dropped where bytes are decoded is no JSON in a text that has been. */
static enum err parse_json(struct ctx *ctx, struct str text, const struct json **raw)
{
	if (str_starts(text, S("\xef\xbb\xbf")))
		return fail(ctx, ERR_INVALID, "a byte order mark in front");
	return json_parse(ctx, text, JSON_REPAIR | JSON_OBJECTS, raw);
}

static bool read_document(struct ctx *ctx, struct str text, const struct json **raw, struct agent_file *out)
{
	bool json = str_is(out->format, "json");

	if ((json ? parse_json(ctx, text, raw) : yaml_parse(ctx, text, raw)) != OK)
		refuse(out, json ? "invalid-json" : "invalid-yaml", arena_str(ctx->mem, str_of(ctx->why)));
	else if ((*raw)->type != JSON_OBJECT)
		refuse(out, "not-an-object", (struct str){ NULL, 0 });
	return !out->error.p;
}

static bool check_name(const struct json *raw, struct agent_file *out)
{
	const struct json *name = json_get(raw, "name");

	if (!is_text(name))
		refuse(out, "missing-name", (struct str){ NULL, 0 });
	else if (!agent_name_valid(name->text))
		refuse(out, "invalid-name",
		       S("Agent name must be 2\u201364 chars, lowercase letters, digits, and hyphens."));
	return !out->error.p;
}

static bool check_shape(const struct json *raw, struct agent_spec *spec, struct agent_file *out)
{
	spec->framework = framework_of(raw);
	spec->model = model_of(raw, str_eq(spec->framework, CARGO));
	if (!spec->framework.p)
		refuse(out, "unrecognized-shape",
		       S("Not a recognized agent format. Pydantic AgentSpec needs `instructions`; Cargo AI needs an "
			 "`agent_schema` (or `inputs` / `actions`) array."));
	else if (!spec->model.p && str_eq(spec->framework, PYDANTIC))
		refuse(out, "missing-model", (struct str){ NULL, 0 });
	return !out->error.p;
}

static struct str last_segment(struct str path)
{
	size_t at = path.n;

	while (at > 0 && path.p[at - 1] != '/')
		at--;
	return str_from(path, at);
}

static const char *const EXTENSIONS[][2] = { { ".yaml", "yaml" }, { ".yml", "yaml" }, { ".json", "json" } };

/* Which of EXTENSIONS, or how many there are. */
static size_t extension_of(struct str filename)
{
	size_t i = 0;

	for (; i < COUNT_OF(EXTENSIONS); i++) {
		struct str extension = str_of(EXTENSIONS[i][0]);

		if (filename.n >= extension.n && str_eq_nocase(str_from(filename, filename.n - extension.n), extension))
			break;
	}
	return i;
}

struct str agent_file_format(struct str filename)
{
	size_t i = extension_of(filename);

	return i < COUNT_OF(EXTENSIONS) ? str_of(EXTENSIONS[i][1]) : (struct str){ NULL, 0 };
}

static struct agent_file nameless(struct str path, struct str format)
{
	struct str filename = last_segment(path), name = filename;
	size_t i = extension_of(filename);

	if (i < COUNT_OF(EXTENSIONS))
		name.n -= strlen(EXTENSIONS[i][0]);
	return (struct agent_file){ .name = name, .filename = filename, .path = path, .format = format };
}

void agent_file_parse(struct ctx *ctx, struct str path, struct str format, struct str text, struct agent_file *out)
{
	struct agent_spec *spec = arena_zalloc(ctx->mem, sizeof(*spec));
	const struct json *raw;

	*out = nameless(path, format);
	if (!read_document(ctx, text, &raw, out) || !check_name(raw, out) || !check_shape(raw, spec, out))
		return;
	fill_spec(ctx->mem, raw, spec);
	out->name = spec->name;
	out->framework = spec->framework;
	out->spec = spec;
	out->valid = true;
}

void agent_file_unreadable(struct ctx *ctx, struct str path, struct str detail, struct agent_file *out)
{
	(void)ctx;
	*out = nameless(path, agent_file_format(path));
	refuse(out, "invalid-yaml", detail);
}
