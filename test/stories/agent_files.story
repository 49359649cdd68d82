# Agents as files: studio contract 2.1 to 2.3 and 2.5. The workspace has the built-in repository.

= the key decides which agents are meant
as admin
POST /api/v1/agents {"name": "managed", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}
    expect 201, keep managed = .data.id
GET /api/v1/agents               expect 200, .data.agents has 1
GET /api/v1/agents/{managed}     expect 200, .data.name = "managed"
as admin with personal key
GET /api/v1/agents               expect 200, .agents has 2, .agents.0.name = "hello", .agents.1.name = "release-notes",
    .agents.0 = {"name": "hello", "filename": "hello.yaml", "path": "agents/pydantic-agentspec/hello.yaml", "format": "yaml",
        "framework": "pydantic-agentspec", "valid": true,
        "spec": {"name": "hello", "title": "Hello", "description": "~text", "labels": ["sample"], "raw": "~object",
            "framework": "pydantic-agentspec", "model": "builtin:extractive", "instructions": "~text", "connections": [], "skills": []}}
GET /api/v1/agents/{managed}     expect 404 {"error": "agent not found"}

= managed agents are listed if asked for, by administrators
GET /api/v1/agents?source=managed    expect 200, .agents has 1, .agents.0 = {"name": "managed", "filename": "{managed}",
    "path": "managed/{managed}", "format": null, "framework": "managed", "valid": true, "spec": {"name": "managed", "labels": [],
        "raw": {"id": "{managed}", "features": "~object", ...}, "framework": "managed", "model": "builtin:extractive", ...}}
GET /api/v1/agents?source=all        expect 200, .agents has 3, .agents.0.name = "hello", .agents.2.name = "managed"
GET /api/v1/agents?source=files      expect 200, .agents has 2
as operator with personal key
GET /api/v1/agents?source=all        expect 403 {"error": "this API key's user lacks the required role for this action"}
GET /api/v1/agents?source=every      expect 200, .agents has 2

= a file is shown with its text
as viewer with personal key
GET /api/v1/agents/hello         expect 200 {"agent": {"name": "hello", "valid": true, ...}, "raw": "~/^#.*\\nname: hello\\n/", "toolsModuleContent": null,
    "skillsContent": null}
GET /api/v1/agents/Hello         expect 404 {"error": "agent not found"}
GET /api/v1/agents/hello/        expect 200

= the studio contract's manners hold on the shared paths, for its keys
as viewer with personal key
POST /api/v1/agents {}           expect 405, header Allow: GET, HEAD, OPTIONS
DELETE /api/v1/agents/hello      expect 405, header Allow: GET, HEAD, OPTIONS
HEAD /api/v1/agents              expect 200, no body
as viewer
GET /api/v1/agents               expect 403, FORBIDDEN

= who shows no key gets the manners of the contract that publishes the operation
as nobody
GET /api/v1/agents               expect 401 {"error": "invalid or missing API key"}, no header WWW-Authenticate
PUT /api/v1/agents {}            expect 405, header Allow: GET, HEAD, OPTIONS
POST /api/v1/agents {}           expect 401, UNAUTHORIZED
GET /api/v1/agents/{never}       expect 401, UNAUTHORIZED
GET /api/v1/agents/hello         expect 401 {"error": "invalid or missing API key"}, no header WWW-Authenticate
with Authorization: Bearer not-a-key
GET /api/v1/agents               expect 401 {"error": "invalid or missing API key"}
with Authorization: Bearer sk_prod_unknown
GET /api/v1/agents               expect 401, UNAUTHORIZED

= a text is judged by its shape
as viewer with personal key
POST /api/v1/agents/validate {"content": "name: greet\nmodel: m\ninstructions: hi\n", "format": "yaml"}
    expect 200 {"valid": true, "framework": "pydantic-agentspec", "name": "greet", "format": "yaml"}
POST /api/v1/agents/validate {"content": "{\"name\": \"greet\", \"inputs\": []}", "filename": "x.JSON"}
    expect 200 {"valid": true, "framework": "cargo-ai", "name": "greet", "format": "json"}
POST /api/v1/agents/validate {"content": "name: g", "format": "yaml"}             expect 200, .valid = false, .error = "invalid-name", .detail = "~text"
POST /api/v1/agents/validate {"content": "", "format": "yaml"}                    expect 200 {"valid": false, "error": "not-an-object"}
POST /api/v1/agents/validate {"content": "a: [", "format": "yaml"}                expect 200, .error = "invalid-yaml", .detail = "~text"
GET /api/v1/agents/validate                                                      expect 405, header Allow: OPTIONS, POST

= what cannot be judged is refused in the contract's words
POST /api/v1/agents/validate text "{"                                            expect 400 {"error": "request body must be JSON"}
POST /api/v1/agents/validate {"format": "yaml"}                                  expect 400 {"error": "`content` (string) is required"}
POST /api/v1/agents/validate {"content": "x", "format": "toml"}
    expect 400 {"error": "provide `format` (yaml|json) or a `filename` with a known extension"}

= a file is run by its name, and belongs to who ran it first
as operator with personal key
POST /api/v1/runs {"agent": "hello", "message": "Are you there?"}    expect 202, keep run = .run_id
wait GET /api/v1/runs/{run}    expect 200, .run.status = "succeeded", .run.agentPath = "agents/pydantic-agentspec/hello.yaml",
    .run.agentVersionLabel = "draft", .run.model = "builtin:extractive"
POST /api/v1/runs {"agent": "gone"}    expect 404 {"error": "Agent \"gone\" is no longer in the connected repo."}

= a managed agent is run by its id or exact name, after the files
POST /api/v1/runs {"agent": "{managed}"}    expect 202, keep run = .run_id
GET /api/v1/runs/{run}    expect 200, .run.agentPath = "managed/{managed}", .run.agentVersionLabel = null
