# The error matrix of section 3.6, row by row.

= a body that is no JSON, or no object, is wrong as a whole
as admin
POST /api/v1/agents text ""                  expect 400, VALIDATION_ERROR, .details = [{"path": [], "code": "invalid_json", "message": "~text"}]
POST /api/v1/agents text "{\"name\": "       expect 400, at [] invalid_json, says "Validation failed"
POST /api/v1/agents text "{'name': 1}"       expect 400, at [] invalid_json
POST /api/v1/agents []                       expect 400, at [] invalid_type
POST /api/v1/agents text "null"              expect 400, at [] invalid_type
POST /api/v1/agents text "7"                 expect 400, at [] invalid_type
POST /api/v1/agents text "\"text\""          expect 400, at [] invalid_type

= an unknown field is named
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}, "nmae": "y"}
    expect 400, at [] unrecognized_keys, .details.0.keys = ["nmae"]

= the name must be there, not empty and at most 255 characters
POST /api/v1/agents {"model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 400, at ["name"] required
POST /api/v1/agents {"name": "", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 400, at ["name"] too_small
POST /api/v1/agents {"name": " \t ", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 400, at ["name"] too_small
POST /api/v1/agents {"name": "{n*256}", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 400, at ["name"] too_big
POST /api/v1/agents {"name": "{n*255}", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 201

= a description has at most 2000 characters
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}, "description": "{d*2001}"}
    expect 400, at ["description"] too_big

= prompts have at most 200,000 characters
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}, "systemPrompt": "{s*200001}",
    "welcomeMessage": "{w*200001}"}    expect 400, at ["systemPrompt"] too_big, at ["welcomeMessage"] too_big
POST /api/v1/agents {"name": "long", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}, "systemPrompt": "{s*200000}"}
    expect 201, .data.systemPrompt has 200000

= the provider is one of eleven, in capitals
POST /api/v1/agents {"name": "x", "model": {"provider": "custom", "model": "builtin/extractive"}}
    expect 400, at ["model", "provider"] invalid_enum
POST /api/v1/agents {"name": "x", "model": {"provider": "MISTRAL", "model": "m"}}    expect 400, at ["model", "provider"] invalid_enum

= numbers stay within their bounds
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive", "temperature": 2.1, "topP": 1.1,
    "frequencyPenalty": 2.5, "presencePenalty": -2.5, "maxTokens": 0}}
    expect 400, at ["model", "temperature"], at ["model", "topP"], at ["model", "frequencyPenalty"], at ["model", "presencePenalty"],
        at ["model", "maxTokens"]
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive", "maxTokens": 1.5}}
    expect 400, at ["model", "maxTokens"]
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive", "maxTokens": "20"}}
    expect 400, at ["model", "maxTokens"] invalid_type
POST /api/v1/agents text "{\"name\": \"x\", \"model\": {\"provider\": \"CUSTOM\", \"model\": \"builtin/extractive\", \"maxTokens\": 1e300}}"
    expect 400, at ["model", "maxTokens"] invalid_type
POST /api/v1/agents text "{\"name\": \"x\", \"model\": {\"provider\": \"CUSTOM\", \"model\": \"builtin/extractive\", \"temperature\": 1e300}}"
    expect 400, at ["model", "temperature"] too_big
POST /api/v1/agents text "{\"name\": \"x\", \"model\": {\"provider\": \"CUSTOM\", \"model\": \"builtin/extractive\", \"temperature\": 1e999}}"
    expect 400, at [] invalid_json

= a pair of provider and model must be connected
POST /api/v1/agents {"name": "x", "model": {"provider": "OPENAI", "model": "openai/gpt-4.1"}}    expect 400, at ["model"] not_configured

= a tool is of one of two kinds
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "capabilities": {"tools": [{"kind": "native", "id": "y"}, {"id": "y"}, {"kind": "system"}, {"kind": "system", "id": "y", "appId": "z"}]}}
    expect 400, at ["capabilities", "tools", 0, "kind"] invalid_union, at ["capabilities", "tools", 1, "kind"] invalid_union,
        at ["capabilities", "tools", 2, "id"] required, at ["capabilities", "tools", 3] unrecognized_keys

= references to knowledge bases are checked for their form first
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "capabilities": {"knowledgeBases": [{"id": "7"}, {}, {"id": "{never}", "access": "write"}]}}
    expect 400, at ["capabilities", "knowledgeBases", 0, "id"] invalid_format, at ["capabilities", "knowledgeBases", 1, "id"] required,
        at ["capabilities", "knowledgeBases", 2, "access"] invalid_enum

= flags are booleans, and there are eight
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}, "features": {"memory": "yes"}}
    expect 400, at ["features", "memory"] invalid_type
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}, "features": {"Memory": true}}
    expect 400, at ["features"] unrecognized_keys

= A-2 an avatar is an absolute URL
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}, "avatar": "/a.png"}
    expect 400, at ["avatar"] invalid_format
POST /api/v1/agents {"name": "data", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}, "avatar": "data:image/png;base64,AA=="}
    expect 201

= the words of the sandbox are known
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "workspace": {"environment": "Local", "capabilities": {"sudo": true}, "advanced": {"operationTimeout": 1.5}, "more": 1}}
    expect 400, at ["workspace", "environment"] invalid_enum, at ["workspace", "capabilities"] unrecognized_keys,
        at ["workspace", "advanced", "operationTimeout"] invalid_type, at ["workspace"] unrecognized_keys

= open objects take anything, and everything else takes nothing unknown
POST /api/v1/agents {"name": "open", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "triggers": [{"id": "i", "name": "n", "appId": "a", "values": {"customFieldValues": {"any": {"thing": []}}}}]}    expect 201
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "triggers": [{"id": "i", "name": "n", "appId": "a", "values": {"any": 1}}]}    expect 400, at ["triggers", 0, "values"] unrecognized_keys
POST /api/v1/agents {"name": "x", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "triggers": [{"id": "", "name": "{n*256}", "appId": "a", "values": {"connectionId": "7"}}]}
    expect 400, at ["triggers", 0, "id"] too_small, at ["triggers", 0, "name"] too_big,
        at ["triggers", 0, "values", "connectionId"] invalid_format

= U+0000 has no place in a text
POST /api/v1/agents {"name": "a\u0000b", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 400, VALIDATION_ERROR

= an unknown agent is not found
GET /api/v1/agents/{never}                     expect 404 {"error": "~text", "code": "AGENT_NOT_FOUND"}
PATCH /api/v1/agents/{never} {"name": "x"}     expect 404, AGENT_NOT_FOUND
DELETE /api/v1/agents/{never}                  expect 404, AGENT_NOT_FOUND

= nothing of all this was stored
GET /api/v1/agents?q=x    expect 200, .data.agents = []
