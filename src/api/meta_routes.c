/* api/meta_routes.c: the description of the API and its explorer (workspace contract section 6). */
#include "api/openapi.h"
#include "api/routes.h"
#include "api/site.h"

static void serve_openapi(struct ctx *ctx, struct http_exchange *x)
{
	struct str origin = site_origin(ctx, http_request_of(x));

	serve_document(ctx, x, "application/json; charset=utf-8", openapi_text(ctx->mem, origin));
}

/* Scalar's standalone bundle, served by us; nothing is asked of another host, which the policy
 * below also enforces. */
static const char DOCS_PAGE[] =
	"<!doctype html>\n"
	"<html lang=\"en\">\n"
	"<head>\n"
	"<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<title>agentd API</title>\n"
	"</head>\n"
	"<body>\n"
	"<script id=\"api-reference\" data-url=\"/api/v1/openapi.json\"\n"
	"  data-configuration='{\"withDefaultFonts\":false,\"telemetry\":false,\"hideClientButton\":true,\"showDeveloperTools\":\"never\","
	"\"agent\":{\"disabled\":true},\"mcp\":{\"disabled\":true}}'></script>\n"
	"<script src=\"/assets/scalar.js\"></script>\n"
	"</body>\n"
	"</html>\n";

static const char DOCS_POLICY[] =
	"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
	"img-src 'self' data:; font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'";

static void serve_docs(struct ctx *ctx, struct http_exchange *x)
{
	http_set_header(x, "Content-Security-Policy", str_of(DOCS_POLICY));
	serve_document(ctx, x, "text/html; charset=utf-8", str_of(DOCS_PAGE));
}

#define META .method = HTTP_GET, .contract = WORKSPACE_API, .role = ROLE_NONE, .tag = "Description", .extra = true

const struct op meta_ops[N_META_OPS] = {
	{ .id = "getOpenApi", .path = "/openapi.json", META, .serve = serve_openapi, .media = "application/json",
	  .summary = "This description" },
	{ .id = "getDocs", .path = "/docs", META, .serve = serve_docs, .media = "text/html",
	  .summary = "An explorer of this description" },
};
