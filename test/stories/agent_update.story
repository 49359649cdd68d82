# PUT and PATCH do the same: what is not sent stays. The table of section 3.4.

= T28 PUT with one field leaves the rest as it was
as admin
POST /api/v1/knowledge-bases {"type": "text", "title": "Warranty", "content": "The warranty covers five years."}
    expect 201, keep base = .data.id
GET /api/v1/capabilities/tools    expect 200, keep tool = .data.0.id
POST /api/v1/agents {"name": "a", "description": "d", "systemPrompt": "s", "welcomeMessage": "w", "avatar": "https://example.com/a",
    "visibility": "public", "agentMode": "WORKFLOW", "published": true,
    "model": {"provider": "CUSTOM", "model": "builtin/extractive", "temperature": 1, "maxTokens": 900},
    "capabilities": {"tools": [{"kind": "system", "id": "{tool}"}], "knowledgeBases": [{"id": "{base}"}]},
    "features": {"planning": true}, "workspace": {"enabled": true},
    "triggers": [{"id": "t", "name": "T", "appId": "composio.x"}]}
    expect 201, keep a = .data.id, keep made = .data
PUT /api/v1/agents/{a} {"visibility": "private"}
    expect 200 {"data": {"visibility": "private", "id": "{a}", "name": "a", "description": "d", "systemPrompt": "s",
        "welcomeMessage": "w", "avatar": "https://example.com/a", "agentMode": "WORKFLOW", "published": true,
        "model": {"temperature": 1, "maxTokens": 900, ...},
        "capabilities": {"tools": [{"kind": "system", "id": "{tool}", "config": {}}],
            "knowledgeBases": [{"id": "{base}", "access": "read"}]},
        "features": {"planning": true, "memory": true, ...}, "workspace": {"enabled": true, ...},
        "triggers": [{"id": "t", ...}], ...}}
PATCH /api/v1/agents/{a} {"visibility": "public"}    expect 200, .data.visibility = "public", .data.description = "d"

= T27 features are merged flag by flag, and defaults do not come back
PATCH /api/v1/agents/{a} {"features": {"memory": false}}      expect 200, .data.features.memory = false, .data.features.planning = true
PATCH /api/v1/agents/{a} {"features": {"followUp": true}}     expect 200, .data.features.memory = false, .data.features.followUp = true
PATCH /api/v1/agents/{a} {"features": {}}                     expect 200, .data.features.followUp = true, .data.features.planning = true
PATCH /api/v1/agents/{a} {"features": {"memory": true}}       expect 200, .data.features.memory = true

= the model is replaced as a whole
PATCH /api/v1/agents/{a} {"model": {"provider": "CUSTOM", "model": "builtin/extractive", "topP": 0.5}}
    expect 200, .data.model = {"provider": "CUSTOM", "model": "builtin/extractive", "temperature": 0.5, "maxTokens": 150, "topP": 0.5,
        "frequencyPenalty": 0, "presencePenalty": 0}
PATCH /api/v1/agents/{a} {"model": {"temperature": 1}}
    expect 400, at ["model", "provider"] required, at ["model", "model"] required
PATCH /api/v1/agents/{a} {"model": {"provider": "CUSTOM", "model": "nope"}}    expect 400, at ["model"] not_configured

= each list of capabilities is replaced by itself
PATCH /api/v1/agents/{a} {"capabilities": {"tools": []}}
    expect 200, .data.capabilities = {"tools": [], "knowledgeBases": [{"id": "{base}", "access": "read"}]}
PATCH /api/v1/agents/{a} {"capabilities": {"knowledgeBases": [{"id": "{base}", "access": "read-write"}]}}
    expect 200, .data.capabilities = {"tools": [], "knowledgeBases": [{"id": "{base}", "access": "read-write"}]}
PATCH /api/v1/agents/{a} {"capabilities": {}}
    expect 200, .data.capabilities.knowledgeBases = [{"id": "{base}", "access": "read-write"}]
PATCH /api/v1/agents/{a} {"capabilities": {"tools": [{"kind": "system", "id": "{tool}", "config": {"k": 1}}], "knowledgeBases": []}}
    expect 200, .data.capabilities = {"tools": [{"kind": "system", "id": "{tool}", "config": {"k": 1}}], "knowledgeBases": []}
PATCH /api/v1/agents/{a} {"capabilities": {"knowledgeBases": [{"id": "{never}"}]}}
    expect 400, at ["capabilities", "knowledgeBases", 0] not_found

= the sandbox is replaced as a whole, and null clears it
PATCH /api/v1/agents/{a} {"workspace": {"environment": "cloud", "advanced": {"operationTimeout": 5}}}
    expect 200, .data.workspace = {"enabled": false, "environment": "cloud",
        "capabilities": {"fileSystem": true, "shell": false, "codeExecution": false, "browser": false, "desktop": false,
            "readOnly": false},
        "advanced": {"searchIndexing": false, "requireApproval": false, "operationTimeout": 5}}
PATCH /api/v1/agents/{a} {"workspace": {"capabilities": {"shell": true}}}
    expect 200, .data.workspace.environment = "local", .data.workspace.advanced.operationTimeout = 60
PATCH /api/v1/agents/{a} {"workspace": null}    expect 200, .data.workspace = null

= triggers are replaced as a whole
PATCH /api/v1/agents/{a} {"triggers": [{"id": "u", "name": "U", "appId": "composio.u"}]}
    expect 200, .data.triggers = [{"id": "u", "name": "U", "appId": "composio.u", "values": {"customFieldValues": {}}}]
PATCH /api/v1/agents/{a} {"triggers": [{"id": "v", "name": "V"}]}    expect 400, at ["triggers", 0, "appId"] required
PATCH /api/v1/agents/{a} {"triggers": [{"id": "v", "name": "V", "appId": "a"}, {"id": "v", "name": "W", "appId": "a"}]}
    expect 400, at ["triggers", 1]
PATCH /api/v1/agents/{a} {"triggers": []}    expect 200, .data.triggers = []

= null clears what can be without a value, on update only
PATCH /api/v1/agents/{a} {"description": null, "systemPrompt": null, "welcomeMessage": null, "avatar": null}
    expect 200, .data.description = null, .data.systemPrompt = null, .data.welcomeMessage = null, .data.avatar = null
PATCH /api/v1/agents/{a} {"name": null, "model": null, "published": null, "features": null, "capabilities": null, "triggers": null,
    "appId": null, "visibility": null, "agentMode": null}    expect 400, .details has 9, at ["appId"] invalid_type
POST /api/v1/agents {"name": "n", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}, "description": null, "workspace": null}
    expect 400, at ["description"] invalid_type, at ["workspace"] invalid_type

= T31 renaming to a name that is taken is a conflict, to one's own name it is not
POST /api/v1/agents {"name": "b", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 201, keep b = .data.id
PATCH /api/v1/agents/{b} {"name": "a"}    expect 409 {"error": "~text", "code": "AGENT_NAME_CONFLICT"}
PATCH /api/v1/agents/{b} {"name": "b"}    expect 200, .data.name = "b"
PATCH /api/v1/agents/{b} {"name": "c"}    expect 200, .data.name = "c"
POST /api/v1/agents {"name": "b", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 201

= A-9 an update of nothing changes nothing, and any other sets updatedAt
GET /api/v1/agents/{a}                      expect 200, keep before = .data, keep updated = .data.updatedAt
PATCH /api/v1/agents/{a} {}                 expect 200, .data = "{before}"
PUT /api/v1/agents/{a} {}                   expect 200, .data.updatedAt = "{updated}"
wait PATCH /api/v1/agents/{a} {"agentMode": "WORKFLOW"}    expect 200, .data.updatedAt > "{updated}"

= A-10 only what is in the body is checked: an agent whose model was disconnected can be renamed
agentd provider set GROQ --workspace demo --model groq/test
POST /api/v1/agents {"name": "orphan", "model": {"provider": "GROQ", "model": "groq/test"}}    expect 201, keep orphan = .data.id
agentd provider remove GROQ --workspace demo
PATCH /api/v1/agents/{orphan} {"name": "renamed"}    expect 200, .data.name = "renamed", .data.model.provider = "GROQ"
PATCH /api/v1/agents/{orphan} {"model": {"provider": "GROQ", "model": "groq/test"}}    expect 400, at ["model"] not_configured

= A-11 an update that fails anywhere changes nothing
GET /api/v1/agents/{b}    expect 200, keep before = .data
PATCH /api/v1/agents/{b} {"description": "new", "name": "a"}                                 expect 409
PATCH /api/v1/agents/{b} {"description": "new", "capabilities": {"knowledgeBases": [{"id": "{never}"}]}}    expect 400
PATCH /api/v1/agents/{b} {"description": "new", "published": 1}                              expect 400
GET /api/v1/agents/{b}    expect 200, .data = "{before}"

= what belongs to the server cannot be sent
PATCH /api/v1/agents/{b} {"id": "{never}", "createdAt": "2026-01-01T00:00:00.000Z", "publishedId": null}
    expect 400, .details = [{"path": [], "code": "unrecognized_keys", "message": "~text", "keys": ["id", "createdAt", "publishedId"]}]
