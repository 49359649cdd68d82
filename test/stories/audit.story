# The audit log: 12.1 of the studio contract, and the list of it, which is an extension.

= a workspace's log begins with its making, and is for administrators
as admin
GET /api/v1/audit?dir=asc&limit=2
    expect 200 {"events": [{"kind": "workspace.created", "payload": {"via": "cli"}, "actorUserId": null, ...}, {"kind": "member.added", ...}],
    "nextCursor": "~text"}
as operator
GET /api/v1/audit    expect 403 {"error": "this API key's user lacks the required role for this action"}
as nobody
GET /api/v1/audit    expect 401

= each change is there, with its key, and never what was said
as admin
POST /api/v1/agents {"name": "desk", "description": "Not to be told.", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}
    expect 201, keep desk = .data.id, keep me = .data.createdBy
GET /api/v1/audit?limit=1    expect 200, keep cursor = .nextCursor, .events.0 = {"id": "~uuid", "workspaceId": "~uuid", "at": "~time",
    "kind": "agent.created", "source": "human_action", "actorUserId": "{me}", "targetType": "agent", "targetId": "{desk}",
    "agentName": "desk", "payload": {"via": "api", "apiKeyId": "~uuid"}}
PATCH /api/v1/agents/{desk} {"description": "Changed."}    expect 200
PATCH /api/v1/agents/{desk} {}                             expect 200
DELETE /api/v1/agents/{desk}                               expect 200
GET /api/v1/audit?agent=desk    expect 200, .events has 3, .events.0.kind = "agent.deleted", .events.1.kind = "agent.updated"

= what fails, and what only asks, is not there
GET /api/v1/audit?limit=1    expect 200, keep newest = .events.0.id
POST /api/v1/agents {"name": "x"}                expect 400
DELETE /api/v1/agents/{desk}                     expect 404
POST /api/v1/agents/validate {"content": "a", "format": "yaml"}    expect 200
GET /api/v1/agents                               expect 200
GET /api/v1/audit?limit=1    expect 200, .events.0.id = "{newest}"

= a page goes on behind the last one's end
GET /api/v1/audit?dir=asc&cursor={cursor}    expect 200, .events has 2, .events.0.kind = "agent.updated", keep end = .nextCursor
GET /api/v1/audit?dir=asc&cursor={end}       expect 200 {"events": [], "nextCursor": null}
GET /api/v1/audit?cursor={cursor}&limit=1    expect 200, .events has 1, .events.0.kind != "agent.created"

= what cannot be read is refused in its own words
GET /api/v1/audit?cursor=nonsense    expect 400 {"error": "cursor must be the nextCursor of a page"}
GET /api/v1/audit?since=yesterday    expect 400 {"error": "since must be an ISO 8601 timestamp"}
GET /api/v1/audit?until=x            expect 400 {"error": "until must be an ISO 8601 timestamp"}
GET /api/v1/audit?limit=0            expect 400 {"error": "limit must be a positive integer"}
GET /api/v1/audit?since=2999         expect 200 {"events": [], "nextCursor": null}
GET /api/v1/audit?kind=nothing.like.it    expect 200, .events = []
GET /api/v1/audit?limit=1e9&targetType=agent&targetId={desk}    expect 200, .events has 3

= the command line writes into the log, and lists it
agentd user add new@example.com --workspace demo --role viewer
GET /api/v1/audit?kind=member&limit=1    expect 200, .events.0.payload = {"via": "cli", "role": "viewer"}, .events.0.actorUserId = null
agentd audit list --workspace demo --kind member.added --limit 1 --json
check output = "~/^.\\{\"id\":.*\"kind\":\"member.added\".*\"payload\":.\"via\":\"cli\",\"role\":\"viewer\"/"
agentd audit list --workspace demo --kind agent
check output = "~/AT +KIND +USER +VIA +TARGET TYPE +TARGET/"

= the whole log can be taken away, and that is noted in it
agentd audit export --workspace demo --since 2020-01-01
check output = "~/^.\"id\":.*workspace.created.*\n(.*\n)*.*member.added/"
GET /api/v1/audit?kind=audit    expect 200, .events has 1, .events.0.kind = "audit.exported"
agentd audit export
check output = "~/audit.exported/"
GET /api/v1/audit?kind=audit    expect 200, .events has 2
