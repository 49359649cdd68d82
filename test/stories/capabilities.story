# What a workspace has to build agents with: section 4.

= T33 the combined reply has exactly four parts, each as its own endpoint gives it
as admin
GET /api/v1/capabilities/models             expect 200, keep models = .data
GET /api/v1/capabilities/tools              expect 200, keep tools = .data
GET /api/v1/capabilities/embedding          expect 200, keep embedding = .data
GET /api/v1/capabilities    expect 200 {"data": {"models": "{models}", "tools": "{tools}", "knowledgeBases": [], "embedding": "{embedding}"}}

= T34 every listed model is connected
GET /api/v1/capabilities/models    expect 200 {"data": [{"id": "builtin/extractive", "name": "~text", "provider": "CUSTOM",
    "providerConnected": true, "hasReasoning": false, "description": "~text"}]}

= T35 connecting a provider adds its models and disconnecting it removes them
agentd provider set OLLAMA --workspace demo --model ollama/qwen3:8b --model "ollama/llama3=Llama 3"
GET /api/v1/capabilities/models    expect 200, .data has 3,
    .data.0 = {"id": "ollama/llama3", "name": "Llama 3", "provider": "OLLAMA", "providerConnected": true, "hasReasoning": false, "description": ""},
    .data.1.id = "ollama/qwen3:8b", .data.2.id = "builtin/extractive"
POST /api/v1/agents {"name": "local", "model": {"provider": "OLLAMA", "model": "ollama/llama3"}}    expect 201
agentd provider remove OLLAMA --workspace demo
GET /api/v1/capabilities/models    expect 200, .data has 1, .data.0.provider = "CUSTOM"
POST /api/v1/agents {"name": "late", "model": {"provider": "OLLAMA", "model": "ollama/llama3"}}    expect 400, at ["model"] not_configured

= providers of one workspace are nobody else's
agentd provider set OLLAMA --workspace other --model ollama/theirs
GET /api/v1/capabilities/models    expect 200, .data has 1

= T36 tools have the fields of the contract
GET /api/v1/capabilities/tools    expect 200, .data.0 = {"kind": "system", "id": "~text", "name": "~text", "description": "~text",
    "toolkitId": null, "inputSchema": {"type": "object", ...}}, keep tool = .data.0.id

= T37 what is listed can be used
POST /api/v1/agents {"name": "user", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "capabilities": {"tools": [{"kind": "system", "id": "{tool}"}]}}    expect 201

= a tool that needs a server nobody named is not there
POST /api/v1/agents {"name": "seeker", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "capabilities": {"tools": [{"kind": "system", "id": "web_search"}]}}    expect 400, at ["capabilities", "tools", 0] not_found

= knowledge bases are listed briefly, newest first
POST /api/v1/knowledge-bases {"type": "text", "title": "First", "content": "One."}    expect 201, keep first = .data.id
POST /api/v1/knowledge-bases {"type": "files", "title": "Second", "description": "Empty"}    expect 201, keep second = .data.id
GET /api/v1/capabilities/knowledge-bases    expect 200 {"data": [
    {"id": "{second}", "title": "Second", "description": "Empty", "type": "files"},
    {"id": "{first}", "title": "First", "description": null, "type": "text"}]}

= the embedding model is told, and it is the one that searches use
GET /api/v1/capabilities/embedding    expect 200 {"data": {"model": "~text", "provider": "~text", "dimensions": "~integer"}},
    keep model = .data.model
POST /api/v1/knowledge-bases/search {"query": "one"}    expect 200, .data.usage.model = "{model}"
