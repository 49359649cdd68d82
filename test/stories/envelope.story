# What every reply of the workspace contract has in common: section 2.

= T13 a success has data and nothing that an error has
as admin
POST /api/v1/agents {"name": "one", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}
    expect 201 {"data": {"name": "one", ...}}, keep agent = .data.id,
    header Content-Type: application/json; charset=utf-8, header X-Request-Id
GET /api/v1/agents/{agent}                expect 200 {"data": "~object"}
PATCH /api/v1/agents/{agent} {}           expect 200 {"data": "~object"}
GET /api/v1/capabilities                  expect 200 {"data": "~object"}
GET /api/v1/capabilities/models           expect 200 {"data": "~list"}

= T14 an unknown field is refused with a list of issues
POST /api/v1/agents {"name": "two", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}, "colour": "red", "size": 1}
    expect 400 {"error": "Validation failed", "code": "VALIDATION_ERROR",
        "details": [{"path": [], "code": "unrecognized_keys", "message": "~text", "keys": ["colour", "size"]}]}

= T15 a failure on our side says only that
allow http.failed
allow db.failed
sql ALTER TABLE provider RENAME TO provider_gone
GET /api/v1/capabilities/models    expect 500 {"error": "Internal server error"}, header Content-Type: application/json; charset=utf-8
sql ALTER TABLE provider_gone RENAME TO provider
GET /api/v1/capabilities/models    expect 200
sql ALTER TABLE run RENAME TO run_gone
as admin with personal key
GET /api/v1/runs                   expect 500
sql ALTER TABLE run_gone RENAME TO run
GET /api/v1/runs                   expect 200 {"runs": []}
as admin
DELETE /api/v1/agents/{agent}      expect 200

= T16 an unknown route is not found, and so is a method that the path has not
GET /api/v1/agent                          expect 404 {"error": "~text", "code": "NOT_FOUND"}
GET /api/v1/agents/{never}/more            expect 404, NOT_FOUND
PUT /api/v1/agents {}                      expect 404, NOT_FOUND, no header Allow
DELETE /api/v1/capabilities                expect 404, NOT_FOUND
POST /api/v1/capabilities/models {}        expect 404, NOT_FOUND
OPTIONS /api/v1/capabilities               expect 404, NOT_FOUND
GET /api/v1                                expect 404, NOT_FOUND

= T17 what belongs to another workspace looks like what does not exist
POST /api/v1/agents {"name": "mine", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}
    expect 201, keep mine = .data.id
POST /api/v1/knowledge-bases {"type": "text", "title": "Mine", "content": "The warranty covers five years."}
    expect 201, keep base = .data.id
as stranger
GET /api/v1/agents/{mine}                  expect 404 {"error": "~text", "code": "AGENT_NOT_FOUND"}
PATCH /api/v1/agents/{mine} {}             expect 404, AGENT_NOT_FOUND
PUT /api/v1/agents/{mine} {"name": "x"}    expect 404, AGENT_NOT_FOUND
DELETE /api/v1/agents/{mine}               expect 404, AGENT_NOT_FOUND
GET /api/v1/agents                         expect 200, .data.agents has 0, .pagination.total = 0
GET /api/v1/knowledge-bases/{base}         expect 404 {"error": "~text", "code": "KNOWLEDGE_BASE_NOT_FOUND"}
DELETE /api/v1/knowledge-bases/{base}      expect 404, KNOWLEDGE_BASE_NOT_FOUND
POST /api/v1/knowledge-bases/{base}/content {"content": "x"}       expect 404, KNOWLEDGE_BASE_NOT_FOUND
POST /api/v1/knowledge-bases/{base}/search {"query": "warranty"}   expect 404, KNOWLEDGE_BASE_NOT_FOUND
POST /api/v1/knowledge-bases/{base}/query {"question": "warranty"}   expect 404, KNOWLEDGE_BASE_NOT_FOUND
POST /api/v1/knowledge-bases/search {"query": "warranty", "scope": {"knowledgeBaseIds": ["{base}"]}}
    expect 404, KNOWLEDGE_BASE_NOT_FOUND
POST /api/v1/knowledge-bases/search {"query": "warranty"}          expect 200, .data.results = []
GET /api/v1/capabilities/knowledge-bases                           expect 200 {"data": []}
POST /api/v1/agents {"name": "thief", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "capabilities": {"knowledgeBases": [{"id": "{base}"}]}}        expect 400, at ["capabilities", "knowledgeBases", 0] not_found
POST /api/v1/runs {"agent": "{mine}"}                              expect 404
as admin
GET /api/v1/agents/{mine}                  expect 200

= a trailing slash is as good as none
GET /api/v1/agents/{mine}/                 expect 200, .data.id = "{mine}"
GET /api/v1/capabilities/                  expect 200

= HEAD answers as GET without a body
HEAD /api/v1/agents/{mine}                 expect 200, no body, header Content-Type: application/json; charset=utf-8
HEAD /api/v1/agents/{never}                expect 404, no body
as nobody
HEAD /api/v1/agents/{mine}                 expect 401, no body
as admin

= the media type of a body does not matter
with Content-Type: text/plain
POST /api/v1/agents {"name": "plain", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 201
with Content-Type: application/xml
POST /api/v1/knowledge-bases/search {"query": "warranty"}    expect 200

= an id that is no id is refused by the name of the parameter
GET /api/v1/agents/7                    expect 400, VALIDATION_ERROR, at ["agentId"] invalid_format
DELETE /api/v1/agents/7                 expect 400, at ["agentId"] invalid_format
PATCH /api/v1/agents/7 {"published": 1} expect 400, at ["agentId"] invalid_format, at ["published"] invalid_type
GET /api/v1/knowledge-bases/7           expect 400, at ["knowledgeBaseId"] invalid_format
POST /api/v1/knowledge-bases/7/search {"query": "x"}    expect 400, at ["knowledgeBaseId"] invalid_format
GET /api/v1/agents/%zz                  expect 400, VALIDATION_ERROR

= an id may be written in capitals
POST /api/v1/agents {"name": "capital", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "capabilities": {"knowledgeBases": [{"id": "{base}"}]}}    expect 201
let upper = "AAAAAAAA-0000-7000-8000-00000000000A"
GET /api/v1/agents/{upper}              expect 404, AGENT_NOT_FOUND

= a request may bring its own id
with X-Request-Id: my-request-7
GET /api/v1/capabilities/embedding      expect 200, header X-Request-Id: my-request-7

= unknown query parameters are ignored
GET /api/v1/agents/{mine}?colour=red    expect 200
GET /api/v1/agents?limit=1&colour=red   expect 200, .data.agents has 1

= the order of checks: role before body, body before target, target before references, references before uniqueness
as viewer
PATCH /api/v1/agents/{never} {"colour": 1}                      expect 403
as admin
PATCH /api/v1/agents/{never} {"colour": 1}                      expect 400, VALIDATION_ERROR
PATCH /api/v1/agents/{never} {"model": {"provider": "CUSTOM", "model": "nope"}}    expect 404, AGENT_NOT_FOUND
POST /api/v1/agents {"name": "mine", "model": {"provider": "CUSTOM", "model": "nope"}}    expect 400, at ["model"] not_configured
POST /api/v1/agents {"name": "mine", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}
    expect 409, AGENT_NAME_CONFLICT
