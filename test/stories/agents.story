# Managed agents: section 3 of the workspace contract.

= T18 T19 T20 T30 the least that makes an agent comes back complete, with every default
as admin
POST /api/v1/agents {"name": "greeter", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}
    expect 201 {"data": {
        "id": "~uuid", "workspaceId": "~uuid", "createdBy": "~text", "createdAt": "~time", "updatedAt": "~time",
        "name": "greeter", "description": null, "systemPrompt": null, "welcomeMessage": null, "avatar": null,
        "visibility": "private", "agentMode": "CHAT", "published": false, "publishedId": null,
        "model": {"provider": "CUSTOM", "model": "builtin/extractive", "temperature": 0.5, "maxTokens": 150, "topP": 1,
            "frequencyPenalty": 0, "presencePenalty": 0},
        "capabilities": {"tools": [], "knowledgeBases": []},
        "features": {"attachments": false, "webSearch": false, "planning": false, "memory": true, "textToSpeech": false,
            "followUp": false, "dynamicUi": false, "scheduledTasks": false},
        "workspace": null, "appId": "~uuid", "triggers": []}},
    keep greeter = .data.id, keep made = .data, keep app = .data.appId
GET /api/v1/agents/{greeter}    expect 200, .data = "{made}"

= everything that can be said of an agent is kept
POST /api/v1/knowledge-bases {"type": "text", "title": "Warranty", "content": "The warranty covers five years."}
    expect 201, keep base = .data.id
GET /api/v1/capabilities/tools    expect 200, keep tool = .data.0.id
POST /api/v1/agents {"name": "Everything ü 日本", "description": "d", "systemPrompt": "Line one\nline \"two\"", "welcomeMessage": "",
    "avatar": "https://example.com/a.png?x=1", "visibility": "public", "agentMode": "ASSISTANT", "published": true,
    "model": {"provider": "CUSTOM", "model": "builtin/extractive", "temperature": 0.4, "maxTokens": 800.0, "topP": 0.1,
        "frequencyPenalty": -2, "presencePenalty": 1.25},
    "capabilities": {"tools": [{"kind": "system", "id": "{tool}", "config": {"deep": [{"er": null}], "n": 1e2}}],
        "knowledgeBases": [{"id": "{base}", "access": "read-write"}]},
    "features": {"memory": false, "followUp": true},
    "workspace": {"enabled": true, "environment": "docker", "capabilities": {"fileSystem": false, "shell": true},
        "advanced": {"operationTimeout": 3600}},
    "appId": "{app}",
    "triggers": [{"id": "gmail-new-email", "name": "New mail", "appId": "composio.gmail",
        "values": {"connectionId": "5D0F2B7E-6A0E-4C3F-9A55-1F2C0C6A9D10", "customFieldValues": {"label": ["x"]}}},
        {"id": "other", "name": "Other", "appId": "composio.other"}]}
    expect 201 {"data": {"name": "Everything ü 日本", "description": "d", "systemPrompt": "Line one\nline \"two\"",
        "welcomeMessage": "", "avatar": "https://example.com/a.png?x=1", "visibility": "public", "agentMode": "ASSISTANT",
        "published": true, "publishedId": "~uuid",
        "model": {"provider": "CUSTOM", "model": "builtin/extractive", "temperature": 0.4, "maxTokens": 800, "topP": 0.1,
            "frequencyPenalty": -2, "presencePenalty": 1.25},
        "capabilities": {"tools": [{"kind": "system", "id": "{tool}", "config": {"deep": [{"er": null}], "n": 100}}],
            "knowledgeBases": [{"id": "{base}", "access": "read-write"}]},
        "features": {"attachments": false, "webSearch": false, "planning": false, "memory": false, "textToSpeech": false,
            "followUp": true, "dynamicUi": false, "scheduledTasks": false},
        "workspace": {"enabled": true, "environment": "docker",
            "capabilities": {"fileSystem": false, "shell": true, "codeExecution": false, "browser": false, "desktop": false,
                "readOnly": false},
            "advanced": {"searchIndexing": false, "requireApproval": false, "operationTimeout": 3600}},
        "appId": "{app}",
        "triggers": [{"id": "gmail-new-email", "name": "New mail", "appId": "composio.gmail",
            "values": {"connectionId": "5d0f2b7e-6a0e-4c3f-9a55-1f2c0c6a9d10", "customFieldValues": {"label": ["x"]}}},
            {"id": "other", "name": "Other", "appId": "composio.other", "values": {"customFieldValues": {}}}], ...}},
    keep whole = .data.id, keep kept = .data
GET /api/v1/agents/{whole}    expect 200, .data = "{kept}"

= T21 a name that is taken is a conflict
POST /api/v1/agents {"name": "greeter", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}
    expect 409 {"error": "~text", "code": "AGENT_NAME_CONFLICT"}

= A-1 names are compared exactly, and a deleted agent frees its name
POST /api/v1/agents {"name": "Greeter", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 201
POST /api/v1/agents {"name": " greeter", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 201, .data.name = " greeter"
POST /api/v1/agents {"name": "gone", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}
    expect 201, keep gone = .data.id
DELETE /api/v1/agents/{gone}    expect 200
POST /api/v1/agents {"name": "gone", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}
    expect 201, .data.id != "{gone}"
as stranger
POST /api/v1/agents {"name": "greeter", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 201

= T22 the name of a provider is in capitals
as admin
POST /api/v1/agents {"name": "x", "model": {"provider": "openai", "model": "openai/gpt-4.1"}}
    expect 400, VALIDATION_ERROR, at ["model", "provider"] invalid_enum

= T23 a provider that is not connected, and a model that it does not have, are refused
POST /api/v1/agents {"name": "x", "model": {"provider": "GROQ", "model": "any"}}
    expect 400, VALIDATION_ERROR, at ["model"] not_configured, says "~/./"
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/unknown"}}
    expect 400, at ["model"] not_configured

= T24 a toolkit that is not connected is refused, and so is an unknown tool or one listed twice
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "capabilities": {"tools": [{"kind": "composio", "appId": "gmail"}]}}
    expect 400, VALIDATION_ERROR, at ["capabilities", "tools", 0]
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "capabilities": {"tools": [{"kind": "system", "id": "{tool}"}, {"kind": "system", "id": "no_such_tool"}]}}
    expect 400, VALIDATION_ERROR, at ["capabilities", "tools", 1]
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "capabilities": {"tools": [{"kind": "system", "id": "{tool}"}, {"kind": "system", "id": "{tool}", "config": {}}]}}
    expect 400, at ["capabilities", "tools", 1]

= T25 an unknown knowledge base is a wrong request, not a missing resource
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "capabilities": {"knowledgeBases": [{"id": "{base}"}, {"id": "{never}"}]}}
    expect 400, VALIDATION_ERROR, at ["capabilities", "knowledgeBases", 1] not_found
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "capabilities": {"knowledgeBases": [{"id": "{base}"}, {"id": "{base}"}]}}
    expect 400, at ["capabilities", "knowledgeBases", 1]

= T26 access to a knowledge base is for reading unless said otherwise
POST /api/v1/agents {"name": "reader", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "capabilities": {"knowledgeBases": [{"id": "{base}"}]}}
    expect 201, .data.capabilities.knowledgeBases = [{"id": "{base}", "access": "read"}]

= A-6 all wrong references are listed, and they come before a name that is taken
POST /api/v1/agents {"name": "greeter", "model": {"provider": "CUSTOM", "model": "nope"}, "appId": "{never}",
    "capabilities": {"tools": [{"kind": "system", "id": "nope"}], "knowledgeBases": [{"id": "{never}"}]}}
    expect 400, .details has 4, at ["model"], at ["appId"] not_found, at ["capabilities", "tools", 0],
        at ["capabilities", "knowledgeBases", 0]

= A-3 the app of another workspace is no app of this one
as stranger
GET /api/v1/agents    expect 200, keep foreign = .data.agents.0.appId
as admin
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}, "appId": "{foreign}"}
    expect 400, at ["appId"] not_found

= T29 deleting answers with the id, and the second time there is nothing to delete
POST /api/v1/agents {"name": "short-lived", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}
    expect 201, keep short = .data.id
DELETE /api/v1/agents/{short}    expect 200 {"data": {"id": "{short}", "deleted": true}}
DELETE /api/v1/agents/{short}    expect 404, AGENT_NOT_FOUND
GET /api/v1/agents/{short}       expect 404, AGENT_NOT_FOUND
PATCH /api/v1/agents/{short} {}  expect 404, AGENT_NOT_FOUND
GET /api/v1/knowledge-bases/{base}    expect 200

= T30 an empty workspace object is a complete one
POST /api/v1/agents {"name": "sandboxed", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}, "workspace": {}}
    expect 201, .data.workspace = {"enabled": false, "environment": "local",
        "capabilities": {"fileSystem": true, "shell": false, "codeExecution": false, "browser": false, "desktop": false,
            "readOnly": false},
        "advanced": {"searchIndexing": false, "requireApproval": false, "operationTimeout": 60}}

= T32 the bounds of every number belong to it
POST /api/v1/agents {"name": "lowest", "model": {"provider": "CUSTOM", "model": "builtin/extractive", "temperature": 0, "maxTokens": 1,
    "topP": 0, "frequencyPenalty": -2, "presencePenalty": -2}, "workspace": {"advanced": {"operationTimeout": 1}}}    expect 201
POST /api/v1/agents {"name": "highest", "model": {"provider": "CUSTOM", "model": "builtin/extractive", "temperature": 2,
    "maxTokens": 2147483647, "topP": 1, "frequencyPenalty": 2, "presencePenalty": 2},
    "workspace": {"advanced": {"operationTimeout": 3600}}}    expect 201
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive", "temperature": -0.01, "maxTokens": 0,
    "topP": -0.01, "frequencyPenalty": -2.01, "presencePenalty": -2.01}, "workspace": {"advanced": {"operationTimeout": 0}}}
    expect 400, .details has 6, at ["model", "temperature"] too_small, at ["model", "maxTokens"] too_small,
        at ["model", "topP"] too_small, at ["model", "frequencyPenalty"] too_small, at ["model", "presencePenalty"] too_small,
        at ["workspace", "advanced", "operationTimeout"] too_small
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive", "temperature": 2.01, "maxTokens": 1.5,
    "topP": 1.01, "frequencyPenalty": 2.01, "presencePenalty": 2.01}, "workspace": {"advanced": {"operationTimeout": 3601}}}
    expect 400, .details has 6, at ["model", "temperature"] too_big, at ["model", "maxTokens"] invalid_type,
        at ["model", "topP"] too_big, at ["model", "frequencyPenalty"] too_big, at ["model", "presencePenalty"] too_big,
        at ["workspace", "advanced", "operationTimeout"] too_big

= lengths count characters, not bytes
POST /api/v1/agents {"name": "{ü*255}", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}, "description": "{😀*2000}"}
    expect 201, .data.name has 255
POST /api/v1/agents {"name": "{ü*256}", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}, "description": "{😀*2001}"}
    expect 400, at ["name"] too_big, at ["description"] too_big

= A-8 an agent that is published at once has its public id, and keeps it
POST /api/v1/agents {"name": "public", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}, "published": true}
    expect 201, .data.publishedId = "~uuid", keep public = .data.id, keep published = .data.publishedId
PATCH /api/v1/agents/{public} {"published": false}    expect 200, .data.published = false, .data.publishedId = "{published}"
PATCH /api/v1/agents/{public} {"published": true}     expect 200, .data.published = true, .data.publishedId = "{published}"

= E1 agents are listed page by page, newest first
GET /api/v1/agents?limit=2            expect 200, .data.agents has 2, .data.agents.0.id = "{public}",
    .pagination = {"total": 11, "page": 1, "limit": 2, "totalPages": 6, "hasNextPage": true, "hasPrevPage": false}
GET /api/v1/agents?limit=2&page=6     expect 200, .data.agents has 1, .data.agents.0.name = "greeter",
    .pagination = {"total": 11, "page": 6, "limit": 2, "totalPages": 6, "hasNextPage": false, "hasPrevPage": true}
GET /api/v1/agents?page=9             expect 200, .data.agents = [], .pagination.hasPrevPage = true
GET /api/v1/agents?sort=name:asc      expect 200, .data.agents.0.name = " greeter"
GET /api/v1/agents?q=GREET            expect 200, .pagination.total = 3
GET /api/v1/agents?q=100%25           expect 200, .pagination.total = 0
GET /api/v1/agents?limit=101          expect 400, at ["limit"] too_big
GET /api/v1/agents?page=0             expect 400, at ["page"] too_small
GET /api/v1/agents?sort=name          expect 400, at ["sort"]
