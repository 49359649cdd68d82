# What the server says before an operation is reached, and about keys.

= refusals of the server itself follow the contract of the path
as nobody
with Content-Length: 99999999999
POST /api/v1/agents {}    expect 413, PAYLOAD_TOO_LARGE, header Content-Type: application/json; charset=utf-8
with Content-Length: 99999999999
POST /api/v1/runs {}      expect 413 {"error": "~text"}, header Content-Type: application/json$
GET /api/v1/agents?q={a*70000}    expect 414, PAYLOAD_TOO_LARGE
with X-Long: {a*70000}
GET /api/v1/agents        expect 431, PAYLOAD_TOO_LARGE

= an unusable Idempotency-Key is named
as admin with personal key
with Idempotency-Key: {k*256}
POST /api/v1/runs {"agent": "any"}    expect 400 {"error": "an Idempotency-Key has 1 to 255 characters and is sent once"}

= a key counts as used when it opened something
agentd key create --user viewer@example.com --workspace demo --kind workspace --name Unused --expires 15d
let key = "{output}"
as nobody
with Authorization: Bearer {key}
GET /api/v1/agents    expect 403
sql SELECT count(*) FROM api_key WHERE name = 'Unused' AND last_used_at IS NULL
as admin
GET /api/v1/agents?limit={row}    expect 200, .pagination.limit = 1
as nobody
with Authorization: Bearer {key}
POST /api/v1/knowledge-bases/search {"query": "x"}    expect 200
with Authorization: Bearer {key}
POST /api/v1/knowledge-bases/search {"query": "x"}    expect 200
sql SELECT count(*) + 1 FROM api_key WHERE name = 'Unused' AND last_used_at IS NULL
as admin
GET /api/v1/agents?limit={row}    expect 200, .pagination.limit = 1
