# What a user has connected, the tools that gives, and what is asked for before a run: studio contract 2.8, 2.9, 5.5, 5.6.
serve --workers 0

= nobody has anything at first
as operator with personal key
GET /api/v1/tools           expect 200 {"tools": []}
GET /api/v1/connections     expect 200 {"connections": {"composio": [], "nativeMcp": []}}

= connections of every status are listed, and the tools of the active ones
sql INSERT INTO connection
    SELECT 'c' || x.n, w.id, u.id, x.source, x.provider, x.slot, x.status, x.auth, x.expires, 1, 1 FROM workspace w, user u,
        (SELECT 1 AS n, 'composio' AS source, 'gmail' AS provider, 'work' AS slot, 'ACTIVE' AS status, NULL AS auth, NULL AS expires
         UNION VALUES (2, 'composio', 'gmail', 'home', 'EXPIRED', NULL, NULL), (3, 'native-mcp', 'attio', 'default', 'active', 'oauth2', 1798675200250000),
                      (4, 'native-mcp', 'notion', 'old', 'stale', 'pat', NULL)) x
    WHERE w.slug = 'demo' AND u.email = 'operator@example.com'
sql INSERT INTO connection_tool
    SELECT workspace_id, user_id, source, provider, name, slug, NULL, 'What it does', '{"type": "object"}', 1
    FROM connection, (SELECT 'b_tool' AS slug UNION VALUES ('A_TOOL')) AS tools
GET /api/v1/connections     expect 200 {"connections": {
    "composio": [{"provider": "gmail", "name": "home", "status": "EXPIRED"}, {"provider": "gmail", "name": "work", "status": "ACTIVE"}],
    "nativeMcp": [{"provider": "attio", "name": "default", "status": "active", "authType": "oauth2", "tokenExpiresAt": "2026-12-31T00:00:00.250Z"},
                  {"provider": "notion", "name": "old", "status": "stale", "authType": "pat", "tokenExpiresAt": null}]}}
GET /api/v1/tools?provider=notion    expect 200, .tools has 4,
    .tools.0 = {"source": "composio", "provider": "gmail", "connectionName": "work", "slug": "A_TOOL", "displayName": null, "description": "What it does"},
    .tools.1.slug = "b_tool", .tools.2.provider = "attio", .tools.3.provider = "attio"

= they are their user's alone
as admin with personal key
GET /api/v1/tools           expect 200 {"tools": []}
GET /api/v1/connections     expect 200 {"connections": {"composio": [], "nativeMcp": []}}
as stranger with personal key
GET /api/v1/connections     expect 200 {"connections": {"composio": [], "nativeMcp": []}}

= what an agent declares is asked for before its run begins
sql INSERT INTO agent_version SELECT 'v1', id, 'caller', 1, 'agents/x/caller.yaml', 'pydantic-agentspec', 'builtin:extractive', 'json',
    '{"name": "caller", "model": "builtin:extractive", "instructions": "Hi.", "connections": [{"gmail": {"name": "any"}}, {"type": "attio", "source": "native-mcp"}, {"type": "weather", "source": "secret"}]}',
    '', '', 1 FROM workspace WHERE slug = 'demo'
sql INSERT INTO agent_state SELECT id, 'caller', 'v1', NULL, 0, 1 FROM workspace WHERE slug = 'demo'
as admin with personal key
POST /api/v1/runs {"agent": "caller"}    expect 422 {"error": "You haven't connected: Gmail (any), Attio, weather. Authorize under Connections, then run again."}
as operator with personal key
POST /api/v1/runs {"agent": "caller"}    expect 422 {"error": "You haven't connected: weather. Add it under Connections \u2192 Secrets, then run again."}
sql INSERT INTO stored_secret SELECT id, 'weather', NULL, NULL, '', 1, 1 FROM workspace WHERE slug = 'demo'
POST /api/v1/runs {"agent": "caller"}    expect 202
sql SELECT count(*) FROM run
check row = 1

= the command line lists them
agentd connection list --workspace demo --json
agentd secret list --workspace demo
agentd secret delete weather --workspace demo
POST /api/v1/runs {"agent": "caller"}    expect 422
