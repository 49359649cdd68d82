# Corners of the agents' contract: what is checked when, and what counts as empty.

= A-10 references that the body does not name are not looked at, list by list
as admin
POST /api/v1/knowledge-bases {"type": "files", "title": "Shell"}    expect 201, keep base = .data.id
POST /api/v1/agents {"name": "old", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "capabilities": {"tools": [{"kind": "system", "id": "search_knowledge"}]}}    expect 201, keep agent = .data.id
sql UPDATE agent SET spec = replace(spec, 'search_knowledge', 'gone_since')
PATCH /api/v1/agents/{agent} {"name": "older"}             expect 200
PATCH /api/v1/agents/{agent} {"capabilities": {}}          expect 200
PATCH /api/v1/agents/{agent} {"capabilities": {"knowledgeBases": [{"id": "{base}"}]}}
    expect 200, .data.capabilities.tools.0.id = "gone_since", .data.capabilities.knowledgeBases has 1
PATCH /api/v1/agents/{agent} {"capabilities": {"tools": [{"kind": "system", "id": "gone_since"}]}}
    expect 400, at ["capabilities", "tools", 0] not_found

= a name of white space alone is empty, in any script
POST /api/v1/agents {"name": "\u00a0\u2003\u3000", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}
    expect 400, at ["name"] too_small
POST /api/v1/knowledge-bases {"type": "files", "title": "\u2029"}    expect 400, at ["title"] too_small
POST /api/v1/knowledge-bases/search {"query": "\u202f\n"}            expect 400, at ["query"] too_small
POST /api/v1/runs {"agent": "\u3000"}                                expect 400 {"error": "`agent` (string) is required"}

= an error that quotes a long text ends between two characters
POST /api/v1/agents {"name": "a{é*250}", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 201
POST /api/v1/agents {"name": "a{é*250}", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}
    expect 409, AGENT_NAME_CONFLICT, .error contains "ééé", .error lacks "\ufffd"
POST /api/v1/agents {"a{é*79}": 1}
    expect 400, at [] unrecognized_keys, .details.2.message contains "ééé", .details.2.message lacks "\ufffd"
POST /api/v1/agents {"{é*79}": 1}
    expect 400, at [] unrecognized_keys, .details.2.message contains "ééé", .details.2.message lacks "\ufffd"
