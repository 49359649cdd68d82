# How the studio contract behaves where the workspace contract behaves otherwise: 1.2 to 1.7.

= errors are an object with one member, and nobody is challenged
as nobody
GET /api/v1/runs    expect 401 {"error": "invalid or missing API key"}, no header WWW-Authenticate, header Content-Type: application/json
as stranger with personal key
GET /api/v1/runs    expect 200 {"runs": []}, header Content-Type: application/json

= a personal key needs its scheme
as nobody
agentd key create --user admin@example.com --workspace demo --kind personal --name Mine
let key = "{output}"
with Authorization: {key}
GET /api/v1/runs                expect 401 {"error": "invalid or missing API key"}
with Authorization: Bearer {key}
GET /api/v1/runs                expect 200
with Authorization: bearer   {key}
GET /api/v1/runs                expect 200
with Authorization: Bearer {key} extra
GET /api/v1/runs                expect 401
with Authorization: Basic {key}
GET /api/v1/runs                expect 401
with Authorization: Bearer TAS_{key}
GET /api/v1/runs                expect 401
with X-API-Key: {key}
GET /api/v1/runs                expect 401

= a method that a path has not is told, without asking who asks
PUT /api/v1/runs {}             expect 405 {"error": "~text"}, header Allow: GET, HEAD, OPTIONS, POST
DELETE /api/v1/runs/{never}     expect 405, header Allow: GET, HEAD, OPTIONS

= OPTIONS lists the methods
OPTIONS /api/v1/runs            expect 204, no body, header Allow: GET, HEAD, OPTIONS, POST
OPTIONS /api/v1/runs/{never}    expect 204, no body, header Allow: GET, HEAD, OPTIONS
OPTIONS /api/v1/runs            expect 204, no header Access-Control-Allow-Origin
as nobody
OPTIONS /api/v1/agents          expect 204, no body, header Allow: GET, HEAD, OPTIONS
OPTIONS /api/v1/agents/greeter  expect 204, no body, header Allow: GET, HEAD, OPTIONS

= HEAD answers as GET without a body
as admin with personal key
HEAD /api/v1/runs               expect 200, no body, header Content-Type: application/json
HEAD /api/v1/runs/{never}       expect 404, no body
as nobody
HEAD /api/v1/runs               expect 401, no body

= an unknown path is an error in the contract's shape
as admin with personal key
GET /api/v1/nothing             expect 404 {"error": "~text"}

= a path is what it means, whoever wrote it
GET /api/v1/./runs              expect 200 {"runs": []}
GET /api/v1/tools/../runs       expect 200 {"runs": []}
GET /api/v1/%72uns              expect 200 {"runs": []}
GET /api/v1//runs?limit=1       expect 308, no body, header Location: /api/v1/runs.limit=1
POST /api/v1/runs//{never}///cancel    expect 308, header Location: /api/v1/runs/[0-9-]+/cancel
GET /api/v1/Runs                expect 404

= nothing is too deep for an object without known fields
POST /api/v1/runs text "{[*3000}{]*3000}"    expect 400 {"error": "`agent` (string) is required"}

= broken Unicode is mended, not refused
as admin
POST /api/v1/agents {"name": "mender", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 201
as admin with personal key
POST /api/v1/runs text "\ufeff{\"agent\": \"mender\", \"message\": \"a\\ud800b\"}"    expect 202, keep run = .run_id
wait GET /api/v1/runs/{run}     expect 200, .run.userMessage = "a\ufffdb"

= of repeated keys the last one counts
POST /api/v1/runs text "{\"agent\": \"nobody\", \"agent\": \"mender\"}"    expect 202

= paths that both contracts have go by the kind of the key
as admin with personal key
GET /api/v1/capabilities        expect 200
as admin
GET /api/v1/agents              expect 200, .pagination.total = 1
