# What is open to everybody: section 6.

= T55 the description of the API needs no key
as nobody
GET /api/v1/openapi.json    expect 200, .openapi = "~/^3\\.1/", .info.version = "1.1.0", header Content-Type: application/json; charset=utf-8,
    header ETag, header Cache-Control: no-cache, .servers.0.url = "~/^http://127\\.0\\.0\\.1:\\d+/api/v1$/"
HEAD /api/v1/openapi.json   expect 200, no body
with Authorization: Bearer nonsense
GET /api/v1/openapi.json    expect 200

= every operation is described
GET /api/v1/openapi.json    expect 200, .paths = {
    "/agents": {"get": "~object", "post": "~object", ...},
    "/agents/{agentId}": {"get": "~object", "put": "~object", "patch": "~object", "delete": "~object", ...},
    "/capabilities": "~object", "/capabilities/models": "~object", "/capabilities/tools": "~object",
    "/capabilities/knowledge-bases": "~object", "/capabilities/embedding": "~object",
    "/knowledge-bases": {"get": "~object", "post": "~object", ...},
    "/knowledge-bases/{knowledgeBaseId}": {"get": "~object", "put": "~object", "patch": "~object", "delete": "~object", ...},
    "/knowledge-bases/{knowledgeBaseId}/content": {"post": "~object", ...},
    "/knowledge-bases/search": {"post": "~object", ...},
    "/knowledge-bases/{knowledgeBaseId}/search": {"post": "~object", ...},
    "/knowledge-bases/{knowledgeBaseId}/query": {"post": "~object", ...},
    "/runs": {"get": "~object", "post": "~object", ...},
    "/runs/{runId}": {"get": "~object", ...},
    "/openapi.json": "~object", "/docs": "~object", ...}

= T56 the explorer is a page, and allows itself nothing from elsewhere
GET /api/v1/docs            expect 200, header Content-Type: text/html; charset=utf-8,
    header Content-Security-Policy: default-src 'self'; .*, header ETag
HEAD /api/v1/docs           expect 200, no body

= a page outside the API is found or not, without a key
GET /healthz                expect 200
GET /docs                   expect 404, NOT_FOUND
GET /                       expect 404
