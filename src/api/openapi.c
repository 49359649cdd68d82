/* api/openapi.c: every row of the operation tables, written as OpenAPI 3.1.
 *
 * The document is made in one pass over the rows; the named schemas that the rows refer to are
 * collected on the way and written as components at the end, each in the forms it is used in.
 */
#include "api/openapi.h"

#include <assert.h>

#include "api/manner.h"

enum { COMPONENTS_MAX = 256 };

struct component {
	const struct schema *schema;
	enum describe_as as;
};

struct printer {
	struct json_writer w;
	struct arena *mem;
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

static void parameters(struct printer *p, const struct op *op)
{
	bool any = op->creates || (op->params && op->params->n_fields);

	if (!any)
		return;
	jw_key(&p->w, "parameters");
	jw_array(&p->w);
	for (size_t i = 0; op->params && i < op->params->n_fields; i++) {
		const struct field *f = &op->params->fields[i];

		jw_object(&p->w);
		text(p, "name", f->name);
		text(p, "in", f->in == IN_PATH ? "path" : "query");
		flag(p, "required", f->in == IN_PATH || f->required);
		text(p, "description", f->doc);
		jw_key(&p->w, "schema");
		field_describe(&p->w, f, DESCRIBE_CREATE);
		close(p);
	}
	if (op->creates)
		component_ref(p, "parameters", "IdempotencyKey");
	jw_end(&p->w);
}

static void request_body(struct printer *p, const struct op *op)
{
	if (!op->body)
		return;
	open(p, "requestBody");
	flag(p, "required", true);
	open_content(p, "application/json");
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

static void success(struct printer *p, const struct op *op)
{
	int status = op->status ? op->status : 200;

	open(p, arena_printf(p->mem, "%d", status).p);
	text(p, "description", status == 201 ? "Created" : status == 202 ? "Accepted" : "OK");
	open_content(p, op->media ? op->media : "application/json");
	if (op->out) {
		success_schema(p, op);
	} else {
		jw_object(&p->w);
		text(p, "type", strcmp(op->media, "application/json") == 0 ? "object" : "string");
		close(p);
	}
	close_content(p);
	close(p);
}

static void error(struct printer *p, int status, const char *description, enum contract contract)
{
	open(p, arena_printf(p->mem, "%d", status).p);
	text(p, "description", description);
	open_content(p, "application/json");
	component_ref(p, "schemas", contract == STUDIO_API ? "StudioError" : "Error");
	close_content(p);
	close(p);
}

static void responses(struct printer *p, const struct op *op)
{
	open(p, "responses");
	success(p, op);
	if (op->body || op->params)
		error(p, 400, "The request does not fit its schema, or names something that is not available.", op->contract);
	if (op->role != ROLE_NONE) {
		error(p, 401, "No valid API key.", op->contract);
		error(p, 403, "The key's user lacks the role.", op->contract);
	}
	if (op->not_found)
		error(p, 404, "No such thing in this workspace.", op->contract);
	if (op->conflict && op->body)
		error(p, 409, "The name is taken.", op->contract);
	if (op->body)
		error(p, 413, "The body is too large.", op->contract);
	if (op->creates)
		error(p, 422, "The Idempotency-Key was used with another request.", op->contract);
	if (op->role != ROLE_NONE)
		error(p, 500, "Something went wrong on the server's side.", op->contract);
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

static void operation(struct printer *p, const struct op *op)
{
	static const char *const METHODS[] = {
		[HTTP_GET] = "get", [HTTP_POST] = "post", [HTTP_PUT] = "put", [HTTP_PATCH] = "patch", [HTTP_DELETE] = "delete",
	};
	struct buf doc = { .mem = p->mem };

	buf_printf(&doc, "%s%sRole: %s.%s", op->doc ? op->doc : "", op->doc ? " " : "", least_role(op),
		   op->extension ? " An extension to the public contract." : "");
	open(p, METHODS[op->method]);
	text(p, "operationId", op->id);
	jw_key(&p->w, "tags");
	jw_array(&p->w);
	jw_z(&p->w, op->tag);
	jw_end(&p->w);
	text(p, "summary", op->summary);
	jw_key(&p->w, "description");
	jw_str(&p->w, buf_view(&doc));
	flag(p, "x-extra", op->extra);
	security(p, op);
	parameters(p, op);
	request_body(p, op);
	responses(p, op);
	close(p);
}

static bool path_seen_before(const struct op *op)
{
	FOR_EACH_OP(other) {
		if (other == op)
			return false;
		if (strcmp(other->path, op->path) == 0)
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
		FOR_EACH_OP(op)
			if (strcmp(op->path, first->path) == 0)
				operation(p, op);
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
