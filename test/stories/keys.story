# Who may call, and how a key is presented: section 1 of the workspace contract.

= T1 a request without a key is refused
as nobody
GET /api/v1/capabilities    expect 401 {"error": "Invalid or missing API key", "code": "UNAUTHORIZED"},
    header WWW-Authenticate: Bearer, header Content-Type: application/json; charset=utf-8

= T2 a key without a scheme works
agentd key create --user admin@example.com --workspace demo --kind workspace --name "Plain key" --expires 15d
let plain = "{output}"
with Authorization: {plain}
GET /api/v1/capabilities/embedding    expect 200

= T3 a key after Bearer works, in any case and with any blanks
with Authorization: Bearer {plain}
GET /api/v1/capabilities/embedding    expect 200
with Authorization: bEARER    {plain}  
GET /api/v1/capabilities/embedding    expect 200

= T4 what is not such a key is refused
with Authorization: Bearer pk_prod_0123456789abcdef0123456789abcdef
GET /api/v1/capabilities    expect 401 {"error": "Invalid or missing API key", "code": "UNAUTHORIZED"}
with Authorization: Bearer sk_prod_0123456789abcdef0123456789abcdef
GET /api/v1/capabilities    expect 401 {"error": "Invalid or missing API key", "code": "UNAUTHORIZED"}
with Authorization: Bearer SK_PROD_0123456789abcdef0123456789abcdef
GET /api/v1/capabilities    expect 401, UNAUTHORIZED
with Authorization: Bearer {plain}0
GET /api/v1/capabilities    expect 401, UNAUTHORIZED
with Authorization: Bearer {plain} {plain}
GET /api/v1/capabilities    expect 401, UNAUTHORIZED
with Authorization: Basic {plain}
GET /api/v1/capabilities    expect 401, UNAUTHORIZED
with Authorization: Bearer
GET /api/v1/capabilities    expect 401, UNAUTHORIZED
with Authorization: Bearer sk_prod_0123456789ABCDEF0123456789abcdef
GET /api/v1/capabilities    expect 401, UNAUTHORIZED

= a key is read from no other place
with X-API-Key: {plain}
GET /api/v1/capabilities?api_key={plain}    expect 401, UNAUTHORIZED
with Cookie: Authorization={plain}
GET /api/v1/capabilities    expect 401, UNAUTHORIZED

= T5 an expired key is refused
agentd key create --user admin@example.com --workspace demo --kind workspace --name Expiring --expires 15d
let expiring = "{output}"
with Authorization: Bearer {expiring}
GET /api/v1/capabilities/embedding    expect 200
sql UPDATE api_key SET expires_at = 1700000000000000 WHERE name = 'Expiring'
with Authorization: Bearer {expiring}
GET /api/v1/capabilities/embedding    expect 401 {"error": "Invalid or missing API key", "code": "UNAUTHORIZED"}

= T6 a deactivated key is refused until it is enabled again, and a deleted one for good
agentd key create --user admin@example.com --workspace demo --kind workspace --name Switched --expires 1y
let switched = "{output}"
sql SELECT id FROM api_key WHERE name = 'Switched'
let id = "{row}"
agentd key disable {id} --workspace demo
with Authorization: Bearer {switched}
GET /api/v1/capabilities/embedding    expect 401 {"error": "Invalid or missing API key", "code": "UNAUTHORIZED"}
agentd key enable {id} --workspace demo
with Authorization: Bearer {switched}
GET /api/v1/capabilities/embedding    expect 200
agentd key delete {id} --workspace demo
with Authorization: Bearer {switched}
GET /api/v1/capabilities/embedding    expect 401 {"error": "Invalid or missing API key", "code": "UNAUTHORIZED"}

= T7 a member's key is refused on an administrator's endpoint, whatever is asked
as operator
GET /api/v1/agents/{never}             expect 403 {"error": "Admin role required", "code": "FORBIDDEN"}, no header WWW-Authenticate
GET /api/v1/agents/not-an-id           expect 403, FORBIDDEN
POST /api/v1/agents text "not json"    expect 403, FORBIDDEN
PATCH /api/v1/agents/{never} {}        expect 403, FORBIDDEN
DELETE /api/v1/agents/{never}          expect 403, FORBIDDEN
GET /api/v1/capabilities               expect 403, FORBIDDEN
GET /api/v1/knowledge-bases            expect 403, FORBIDDEN
as viewer
GET /api/v1/capabilities               expect 403, FORBIDDEN
POST /api/v1/knowledge-bases {}        expect 403, FORBIDDEN

= T8 a member's key may search
as viewer
POST /api/v1/knowledge-bases/search {"query": "anything"}    expect 200, .data.results = []
as operator
POST /api/v1/knowledge-bases/search {"query": "anything"}    expect 200

= T9 the bodies of 401 and 403 have an error and a code and no data
as nobody
GET /api/v1/agents/{never}    expect 401 {"error": "~text", "code": "UNAUTHORIZED"}
as viewer
GET /api/v1/agents/{never}    expect 403 {"error": "~text", "code": "FORBIDDEN"}

= T12 the store holds no plain key
sql SELECT count(*) FROM api_key WHERE name = 'Plain key' AND length(digest) = 64
check row = 1
stored nowhere: {plain}
agentd key create --user admin@example.com --workspace demo --kind personal --name "Personal key"
stored nowhere: {output}
sql SELECT digest FROM api_key WHERE name = 'Plain key'
as nobody
with Authorization: Bearer {row}
GET /api/v1/capabilities    expect 401, UNAUTHORIZED

= a change of role counts from the next request on
as operator
GET /api/v1/capabilities/embedding    expect 403
agentd user role operator@example.com --workspace demo --role workspace_admin
GET /api/v1/capabilities/embedding    expect 200
agentd user role operator@example.com --workspace demo --role operator
GET /api/v1/capabilities/embedding    expect 403

= the key of someone who left the workspace is unknown
as viewer
POST /api/v1/knowledge-bases/search {"query": "anything"}    expect 200
agentd user remove viewer@example.com --workspace demo
POST /api/v1/knowledge-bases/search {"query": "anything"}    expect 401, UNAUTHORIZED

= in the studio contract that key is good but forbidden
as viewer with personal key
GET /api/v1/runs    expect 403 {"error": "this API key's user lacks the required role for this action"}

= a personal key opens the workspace contract too, with its user's role
as admin with personal key
GET /api/v1/capabilities/embedding    expect 200
as operator with personal key
GET /api/v1/capabilities/embedding    expect 403 {"error": "Admin role required", "code": "FORBIDDEN"}

= an unknown path is hidden from those without a key
as nobody
GET /api/v1/nothing/here    expect 401, UNAUTHORIZED
as admin
GET /api/v1/nothing/here    expect 404, NOT_FOUND
