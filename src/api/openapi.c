/* api/openapi.c: every row of the operation tables, written as OpenAPI 3.1.
 *
 * The document is made in one pass over the rows; the named schemas that the rows refer to are
 * collected on the way and written as components at the end, each in the forms it is used in.
 *
 * Where the key decides between two operations, one of each contract, OpenAPI has room for one: the
 * document then tells of both in one, whose answers are either one's.
 */
#include "api/openapi.h"

#include <assert.h>

#include "api/manner.h"
#include "api/upload.h"

enum { COMPONENTS_MAX = 256 };

struct component {
	const struct schema *schema;
	enum describe_as as;
};

struct printer {
	struct json_writer w;
	struct arena *mem;
	const struct op *twin;               /* of the operation in hand: what the other kind of key calls there */
	struct component components[COMPONENTS_MAX];
	size_t n_components;
};

/* -- components ------------------------------------------------------------------------------------ */

static void collect(struct printer *p, const struct schema *s, enum describe_as as);

static void collect_members(struct printer *p, const struct schema *s, enum describe_as as)
{
	for (size_t i = 0; i < s->n_fields; i++) {
		const struct field *f = &s->fields[i];
		bool hidden = as == DESCRIBE_REPLY ? f->write_only : f->read_only;

		if (f->of && !hidden)
			collect(p, f->of, as == DESCRIBE_UPDATE && !f->merge ? DESCRIBE_CREATE : as);
	}
	for (size_t i = 0; i < s->n_variants; i++)
		collect_members(p, s->variants[i].of, as);
}

static void collect(struct printer *p, const struct schema *s, enum describe_as as)
{
	for (size_t i = 0; i < p->n_components; i++)
		if (p->components[i].schema == s && p->components[i].as == as)
			return;
	if (s->name) {
		assert(p->n_components < COMPONENTS_MAX);
		p->components[p->n_components++] = (struct component){ s, as };
	}
	collect_members(p, s, as);
}

static void refer(struct printer *p, const struct schema *s, enum describe_as as)
{
	collect(p, s, as);
	schema_refer(&p->w, s, as);
}

/* -- small pieces ------------------------------------------------------------------------------------ */

static void text(struct printer *p, const char *key, const char *value)
{
	if (!value)
		return;
	jw_key(&p->w, key);
	jw_z(&p->w, value);
}

static void flag(struct printer *p, const char *key, bool set)
{
	if (!set)
		return;
	jw_key(&p->w, key);
	jw_bool(&p->w, true);
}

static void open(struct printer *p, const char *key)
{
	jw_key(&p->w, key);
	jw_object(&p->w);
}

static void close(struct printer *p)
{
	jw_end(&p->w);
}

static void component_ref(struct printer *p, const char *kind, const char *name)
{
	jw_object(&p->w);
	text(p, "$ref", arena_printf(p->mem, "#/components/%s/%s", kind, name).p);
	close(p);
}

static void open_content(struct printer *p, const char *media)
{
	open(p, "content");
	open(p, media);
	jw_key(&p->w, "schema");
}

static void close_content(struct printer *p)
{
	close(p);
	close(p);
}

/* -- one operation ------------------------------------------------------------------------------------ */

#define WITH_WORKSPACE_KEY "With a workspace key: "
#define WITH_PERSONAL_KEY "With a personal key: "

static void parameter(struct printer *p, const char *name, const struct field *f, const char *doc)
{
	jw_object(&p->w);
	text(p, "name", name);
	text(p, "in", f->in == IN_PATH ? "path" : "query");
	flag(p, "required", f->in == IN_PATH || f->required);
	text(p, "description", doc);
	jw_key(&p->w, "schema");
	field_describe(&p->w, f, DESCRIBE_CREATE);
	close(p);
}

static const struct field *path_field(const struct op *op)
{
	for (size_t i = 0; op->params && i < op->params->n_fields; i++)
		if (op->params->fields[i].in == IN_PATH)
			return &op->params->fields[i];
	return NULL;
}

/* What stands in the path fits both operations, and is called by the first one's name for it. */
static void shared_path_parameter(struct printer *p, const struct field *mine)
{
	const struct field *theirs = path_field(p->twin);

	parameter(p, mine->name, theirs, arena_printf(p->mem, WITH_WORKSPACE_KEY "%s " WITH_PERSONAL_KEY "%s",
						      mine->doc ? mine->doc : "An id.", theirs->doc).p);
}

/* only_with: for whose sake it is there, when it is not for everybody's. */
static void own_parameters(struct printer *p, const struct op *op, const char *only_with)
{
	for (size_t i = 0; op->params && i < op->params->n_fields; i++) {
		const struct field *f = &op->params->fields[i];
		const char *doc = f->doc ? f->doc : "";

		if (!p->twin)
			parameter(p, f->name, f, f->doc);
		else if (f->in == IN_QUERY)
			parameter(p, f->name, f, arena_printf(p->mem, "%s%s%s", doc, *doc ? " " : "", only_with).p);
	}
}

static bool has_parameters(const struct op *op)
{
	return op && (op->creates || (op->params && op->params->n_fields));
}

static void parameters(struct printer *p, const struct op *op)
{
	if (!has_parameters(op) && !has_parameters(p->twin))
		return;
	jw_key(&p->w, "parameters");
	jw_array(&p->w);
	if (p->twin && path_field(op))
		shared_path_parameter(p, path_field(op));
	own_parameters(p, op, "Only with a workspace key.");
	if (p->twin)
		own_parameters(p, p->twin, "Only with a personal key.");
	if (op->creates)
		component_ref(p, "parameters", "IdempotencyKey");
	jw_end(&p->w);
}

static bool has_body(const struct op *op)
{
	return op->body || op->takes_files;
}

static void files_schema(struct printer *p)
{
	jw_raw(&p->w, arena_printf(p->mem,
		"{\"type\":\"object\",\"required\":[\"files\"],\"properties\":{\"files\":{\"type\":\"array\","
		"\"minItems\":1,\"maxItems\":%d,\"items\":{\"type\":\"string\",\"format\":\"binary\"},"
		"\"description\":\"A part for each, named files (or file), with a filename and at most %d MiB.\"}},"
		"\"additionalProperties\":false}", UPLOAD_FILES_MAX, UPLOAD_FILE_MIB));
}

static void request_body(struct printer *p, const struct op *op)
{
	if (!has_body(op))
		return;
	open(p, "requestBody");
	flag(p, "required", true);
	open_content(p, op->takes_files ? "multipart/form-data" : "application/json");
	if (op->takes_files)
		files_schema(p);
	else
		refer(p, op->body, op->body_mode == READ_UPDATE ? DESCRIBE_UPDATE : DESCRIBE_CREATE);
	close_content(p);
	close(p);
}

static void payload(struct printer *p, const struct op *op)
{
	if (!op->replies_list) {
		refer(p, op->out, DESCRIBE_REPLY);
		return;
	}
	jw_object(&p->w);
	text(p, "type", "array");
	jw_key(&p->w, "items");
	refer(p, op->out, DESCRIBE_REPLY);
	close(p);
}

/* An object of one member, or two: how both contracts wrap what they give. */
static void open_wrapper(struct printer *p, const char *key, const char *second)
{
	jw_object(&p->w);
	text(p, "type", "object");
	jw_key(&p->w, "required");
	jw_array(&p->w);
	jw_z(&p->w, key);
	if (second)
		jw_z(&p->w, second);
	jw_end(&p->w);
	open(p, "properties");
	jw_key(&p->w, key);
}

static void close_wrapper(struct printer *p)
{
	close(p);
	close(p);
}

static void wrapped_payload(struct printer *p, const struct op *op)
{
	if (op->out_key)
		open_wrapper(p, op->out_key, NULL);
	payload(p, op);
	if (op->out_key)
		close_wrapper(p);
}

static void success_schema(struct printer *p, const struct op *op)
{
	if (op->contract == STUDIO_API) {
		wrapped_payload(p, op);
		return;
	}
	open_wrapper(p, "data", op->paged ? "pagination" : NULL);
	wrapped_payload(p, op);
	if (op->paged) {
		jw_key(&p->w, "pagination");
		component_ref(p, "schemas", "Pagination");
	}
	close_wrapper(p);
}

static void open_either(struct printer *p)
{
	jw_object(&p->w);
	jw_key(&p->w, "anyOf");
	jw_array(&p->w);
}

static void close_either(struct printer *p)
{
	jw_end(&p->w);
	close(p);
}

/* Its status is 200 whatever comes, so it never stands beside the plain success's description. */
static void event_stream(struct printer *p)
{
	open(p, "200");
	text(p, "description",
	     "Instead, when text/event-stream is accepted rather than JSON: an event `progress` for each step of each "
	     "item, with the data {stage, item: {list, index, name}, count}; then one event `result` with the body of "
	     "the plain answer, or `error` with its {status, body}.");
	open_content(p, "text/event-stream");
	jw_object(&p->w);
	text(p, "type", "string");
	close(p);
	close_content(p);
	close(p);
}

static void no_content(struct printer *p)
{
	open(p, "204");
	text(p, "description", "Done; there is nothing to reply.");
	close(p);
}

static void success(struct printer *p, const struct op *op)
{
	int status = op->status ? op->status : 200;

	if (op->run && !op->out) {
		no_content(p);
		return;
	}
	assert(!op->streams || status != 200);
	if (op->streams)
		event_stream(p);
	open(p, arena_printf(p->mem, "%d", status).p);
	text(p, "description", status == 201 ? "Created" : status == 202 ? "Accepted" : "OK");
	open_content(p, op->media ? op->media : "application/json");
	if (op->out && p->twin) {
		open_either(p);
		success_schema(p, op);
		success_schema(p, p->twin);
		close_either(p);
	} else if (op->out) {
		success_schema(p, op);
	} else {
		jw_object(&p->w);
		text(p, "type", strcmp(op->media, "application/json") == 0 ? "object" : "string");
		close(p);
	}
	close_content(p);
	close(p);
}

static const char *error_schema(const struct op *op)
{
	return op->contract == STUDIO_API ? "StudioError" : "Error";
}

static void error(struct printer *p, const struct op *op, const struct status_text *s)
{
	open(p, arena_printf(p->mem, "%d", s->status).p);
	text(p, "description", s->what);
	open_content(p, "application/json");
	if (p->twin)
		open_either(p);
	component_ref(p, "schemas", error_schema(op));
	if (p->twin) {
		component_ref(p, "schemas", error_schema(p->twin));
		close_either(p);
	}
	close_content(p);
	close(p);
}

struct statuses {
	struct status_text items[16];
	size_t n;
};

static void may_answer(struct statuses *s, int status, const char *what)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->items[i].status == status)
			return;
	assert(s->n < COUNT_OF(s->items));
	s->items[s->n++] = (struct status_text){ status, what };
}

static void add_errors(struct statuses *s, const struct op *op)
{
	if (has_body(op) || op->params)
		may_answer(s, 400, "The request does not fit its schema, or names something that is not available.");
	if (op->role != ROLE_NONE) {
		may_answer(s, 401, "No valid API key.");
		may_answer(s, 403, "The key's user lacks the role.");
	}
	if (op->not_found)
		may_answer(s, 404, "No such thing in this workspace.");
	if (op->conflict && op->body)
		may_answer(s, 409, "The name is taken.");
	for (const struct status_text *also = op->also; also && also->status; also++)
		may_answer(s, also->status, also->what);
	if (has_body(op))
		may_answer(s, 413, "The body is too large.");
	if (op->creates)
		may_answer(s, 422, "The Idempotency-Key was used with another request.");
	if (op->role != ROLE_NONE)
		may_answer(s, 500, "Something went wrong on the server's side.");
}

static void responses(struct printer *p, const struct op *op)
{
	struct statuses errors = {0};

	add_errors(&errors, op);
	if (p->twin)
		add_errors(&errors, p->twin);
	open(p, "responses");
	success(p, op);
	for (size_t i = 0; i < errors.n; i++)
		error(p, op, &errors.items[i]);
	close(p);
}

static void security(struct printer *p, const struct op *op)
{
	if (op->role != ROLE_NONE)
		return;
	jw_key(&p->w, "security");
	jw_array(&p->w);
	jw_end(&p->w);
}

static const char *least_role(const struct op *op)
{
	static const char *const NAMES[] = {
		[ROLE_NONE] = "public", [ROLE_VIEWER] = "any member", [ROLE_OPERATOR] = "operator", [ROLE_ADMIN] = "admin",
	};

	return NAMES[op->role];
}

/* Whether both have the same method and the same path, whatever its parameters are called. */
static bool same_path(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		if (*a == '{' && *b == '{') {
			a = strchr(a, '}');
			b = strchr(b, '}');
		} else if (*a != *b) {
			return false;
		}
	}
	return *a == *b;
}

/* NULL: there is none. */
static const struct op *twin_of(const struct op *op)
{
	FOR_EACH_OP(other)
		if (other != op && op->key_decides && other->method == op->method && same_path(other->path, op->path))
			return other;
	return NULL;
}

static void describe(struct buf *out, const struct op *op, const char *only_with)
{
	buf_printf(out, "%s%s%s%sRole: %s.%s", out->n ? " " : "", only_with, op->doc ? op->doc : "", op->doc ? " " : "",
		   least_role(op), op->extension ? " An extension to the public contract." : "");
}

static struct str description(struct printer *p, const struct op *op)
{
	struct buf out = { .mem = p->mem };

	describe(&out, op, p->twin ? WITH_WORKSPACE_KEY : "");
	if (p->twin)
		describe(&out, p->twin, arena_printf(p->mem, WITH_PERSONAL_KEY "%s. ", p->twin->summary).p);
	return buf_view(&out);
}

static void operation(struct printer *p, const struct op *op)
{
	static const char *const METHODS[] = {
		[HTTP_GET] = "get", [HTTP_POST] = "post", [HTTP_PUT] = "put", [HTTP_PATCH] = "patch", [HTTP_DELETE] = "delete",
	};

	assert(!p->twin || op->contract == WORKSPACE_API);
	open(p, METHODS[op->method]);
	text(p, "operationId", op->id);
	jw_key(&p->w, "tags");
	jw_array(&p->w);
	jw_z(&p->w, op->tag);
	if (p->twin)
		jw_z(&p->w, p->twin->tag);
	jw_end(&p->w);
	text(p, "summary", op->summary);
	jw_key(&p->w, "description");
	jw_str(&p->w, description(p, op));
	flag(p, "x-extra", op->extra);
	security(p, op);
	parameters(p, op);
	request_body(p, op);
	responses(p, op);
	close(p);
}

static bool comes_before(const struct op *a, const struct op *b)
{
	FOR_EACH_OP(op)
		if (op == a || op == b)
			return op == a;
	return false;
}

static bool path_seen_before(const struct op *op)
{
	FOR_EACH_OP(other) {
		if (other == op)
			return false;
		if (same_path(other->path, op->path))
			return true;
	}
	return false;
}

static void paths(struct printer *p)
{
	open(p, "paths");
	FOR_EACH_OP(first) {
		if (path_seen_before(first))
			continue;
		open(p, first->path);
		FOR_EACH_OP(op) {
			p->twin = twin_of(op);
			if (same_path(op->path, first->path) && !(p->twin && comes_before(p->twin, op)))
				operation(p, op);
		}
		close(p);
	}
	close(p);
}

/* -- the document ------------------------------------------------------------------------------------ */

static const char FIXED_SCHEMAS[] =
	"\"Pagination\":{\"type\":\"object\",\"required\":[\"total\",\"page\",\"limit\",\"totalPages\",\"hasNextPage\","
	"\"hasPrevPage\"],\"properties\":{\"total\":{\"type\":\"integer\"},\"page\":{\"type\":\"integer\"},"
	"\"limit\":{\"type\":\"integer\"},\"totalPages\":{\"type\":\"integer\"},\"hasNextPage\":{\"type\":\"boolean\"},"
	"\"hasPrevPage\":{\"type\":\"boolean\"}}},"
	"\"Error\":{\"type\":\"object\",\"required\":[\"error\"],\"properties\":{\"error\":{\"type\":\"string\"},"
	"\"code\":{\"type\":\"string\",\"description\":\"Absent on 500.\"},\"details\":{\"type\":\"array\","
	"\"description\":\"What is wrong with the request, on 400.\",\"items\":{\"$ref\":\"#/components/schemas/Issue\"}}}},"
	"\"Issue\":{\"type\":\"object\",\"required\":[\"path\",\"code\",\"message\"],\"properties\":{\"path\":"
	"{\"type\":\"array\",\"items\":{\"type\":[\"string\",\"integer\"]}},\"code\":{\"type\":\"string\"},"
	"\"message\":{\"type\":\"string\"},\"keys\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}},"
	"\"StudioError\":{\"type\":\"object\",\"required\":[\"error\"],\"properties\":{\"error\":{\"type\":\"string\"},"
	"\"details\":{\"type\":\"string\"}}}";

static const char IDEMPOTENCY_KEY[] =
	"{\"IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"schema\":{\"type\":\"string\",\"minLength\":1,"
	"\"maxLength\":255},\"description\":\"Makes a repeated request answer what the first one did, for 24 hours.\"}}";

static const char SECURITY_SCHEMES[] =
	"{\"key\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"A workspace key (sk_prod_...) or a personal key "
	"(tas_...).\"}}";

static void component(struct printer *p, const struct component *c)
{
	const struct schema *s = c->schema;

	jw_key_str(&p->w, schema_component_name(p->mem, s, c->as));
	schema_describe(&p->w, s, c->as);
	for (size_t i = 0; i < s->n_variants; i++) {
		jw_key_str(&p->w, schema_variant_name(p->mem, s, &s->variants[i], c->as));
		schema_describe_variant(&p->w, s, &s->variants[i], c->as);
	}
}

static void components(struct printer *p)
{
	open(p, "components");
	jw_key(&p->w, "securitySchemes");
	jw_raw(&p->w, str_of(SECURITY_SCHEMES));
	jw_key(&p->w, "parameters");
	jw_raw(&p->w, str_of(IDEMPOTENCY_KEY));
	open(p, "schemas");
	jw_raw(&p->w, str_of(FIXED_SCHEMAS));
	for (size_t i = 0; i < p->n_components; i++)
		component(p, &p->components[i]);
	close(p);
	close(p);
}

static void info(struct printer *p)
{
	open(p, "info");
	text(p, "title", "agentd");
	text(p, "version", API_DOCUMENT_VERSION);
	text(p, "description",
	     "A self-hosted control plane for AI agents: agents and knowledge bases over REST (the workspace API), "
	     "and their runs (the studio API).");
	open(p, "license");
	text(p, "name", "MIT");
	text(p, "identifier", "MIT");
	close(p);
	close(p);
}

static bool tag_seen_before(const struct op *op)
{
	FOR_EACH_OP(other) {
		if (other == op)
			return false;
		if (strcmp(other->tag, op->tag) == 0)
			return true;
	}
	return false;
}

static void tags(struct printer *p)
{
	jw_key(&p->w, "tags");
	jw_array(&p->w);
	FOR_EACH_OP(op) {
		if (tag_seen_before(op))
			continue;
		jw_object(&p->w);
		text(p, "name", op->tag);
		text(p, "description", op->contract == STUDIO_API ? "Of the studio API." : "Of the workspace API.");
		close(p);
	}
	jw_end(&p->w);
}

struct str openapi_text(struct arena *mem, struct str origin)
{
	struct buf out = { .mem = mem };
	struct printer *p = NEW(mem, struct printer);

	p->w.out = &out;
	p->mem = mem;
	jw_object(&p->w);
	text(p, "openapi", "3.1.0");
	info(p);
	jw_key(&p->w, "servers");
	jw_array(&p->w);
	jw_object(&p->w);
	text(p, "url", arena_printf(mem, "%.*s/api/v1", STR(origin)).p);
	close(p);
	jw_end(&p->w);
	jw_key(&p->w, "security");
	jw_array(&p->w);
	jw_object(&p->w);
	jw_key(&p->w, "key");
	jw_array(&p->w);
	jw_end(&p->w);
	close(p);
	jw_end(&p->w);
	tags(p);
	paths(p);
	components(p);
	close(p);
	return buf_view(&out);
}
