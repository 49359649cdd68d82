# Idempotency-Key on everything that creates.

= the same key and body give the first reply again
as admin
with Idempotency-Key: agent-1
POST /api/v1/agents {"name": "once", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}
    expect 201, keep first = ., keep agent = .data.id
with Idempotency-Key: agent-1
POST /api/v1/agents {"name": "once", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}
    expect 201, . = "{first}", header Content-Type: application/json; charset=utf-8
GET /api/v1/agents    expect 200, .pagination.total = 1

= another body under the same key is refused
with Idempotency-Key: agent-1
POST /api/v1/agents {"name": "twice", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}
    expect 422 {"error": "~text", "code": "~text"}
GET /api/v1/agents    expect 200, .pagination.total = 1

= the reply stays the first one even when the agent has changed or is gone
PATCH /api/v1/agents/{agent} {"name": "renamed"}    expect 200
with Idempotency-Key: agent-1
POST /api/v1/agents {"name": "once", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 201, . = "{first}"
DELETE /api/v1/agents/{agent}    expect 200
with Idempotency-Key: agent-1
POST /api/v1/agents {"name": "once", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 201, . = "{first}"
GET /api/v1/agents    expect 200, .pagination.total = 0

= a failure is not remembered
with Idempotency-Key: agent-2
POST /api/v1/agents {"name": "", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 400
with Idempotency-Key: agent-2
POST /api/v1/agents {"name": "valid", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 201
with Idempotency-Key: agent-3
POST /api/v1/agents {"name": "valid", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 409, AGENT_NAME_CONFLICT, says "an agent named 'valid' already exists"

= keys belong to one user, workspace and operation
as stranger
with Idempotency-Key: agent-1
POST /api/v1/agents {"name": "once", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 201, .data.id != "{agent}"
as admin
with Idempotency-Key: agent-1
POST /api/v1/knowledge-bases {"type": "files", "title": "Shell"}    expect 201, .data.title = "Shell"

= knowledge bases and what is added to them are made once
with Idempotency-Key: base-1
POST /api/v1/knowledge-bases {"type": "text", "title": "Zoo", "content": "Lions eat meat."}    expect 201, keep base = .data.id, keep first = .
with Idempotency-Key: base-1
POST /api/v1/knowledge-bases {"type": "text", "title": "Zoo", "content": "Lions eat meat."}    expect 201, . = "{first}"
with Idempotency-Key: base-1
POST /api/v1/knowledge-bases {"type": "text", "title": "Zoo", "content": "Lions sleep."}    expect 422
with Idempotency-Key: content-1
POST /api/v1/knowledge-bases/{base}/content {"content": "Tigers too."}    expect 201, .data.contentSize.chunks = 2
with Idempotency-Key: content-1
POST /api/v1/knowledge-bases/{base}/content {"content": "Tigers too."}    expect 201, .data.contentSize.chunks = 2
with Idempotency-Key: content-1
POST /api/v1/knowledge-bases/{base}/content {"content": "Bears."}    expect 422
GET /api/v1/knowledge-bases/{base}    expect 200, .data.contentSize.chunks = 2
GET /api/v1/knowledge-bases?type=text    expect 200, .pagination.total = 1

= the same key for another knowledge base is another request
POST /api/v1/knowledge-bases {"type": "files", "title": "Other"}    expect 201, keep other = .data.id
with Idempotency-Key: content-1
POST /api/v1/knowledge-bases/{other}/content {"content": "Tigers too."}    expect 422

= a run is begun once
with Idempotency-Key: run-1
POST /api/v1/runs {"agent": "valid", "message": "hello"}    expect 202, keep run = .run_id
with Idempotency-Key: run-1
POST /api/v1/runs {"agent": "valid", "message": "hello"}    expect 202 {"run_id": "{run}"}
with Idempotency-Key: run-1
POST /api/v1/runs {"agent": "valid", "message": "bye"}      expect 422 {"error": "~text"}
GET /api/v1/runs    expect 200, .runs has 1

= a key has 1 to 255 characters
with Idempotency-Key: {k*255}
POST /api/v1/knowledge-bases {"type": "files", "title": "Longest"}    expect 201
with Idempotency-Key: {k*256}
POST /api/v1/knowledge-bases {"type": "files", "title": "Longer"}     expect 400
with Idempotency-Key: 
POST /api/v1/knowledge-bases {"type": "files", "title": "Empty"}      expect 400

= after a day a key is forgotten
sql UPDATE idempotency SET created_at = created_at - 86400000000 - 60000000 WHERE key = 'agent-2'
with Idempotency-Key: agent-2
POST /api/v1/agents {"name": "valid", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 409, AGENT_NAME_CONFLICT, says "an agent named 'valid' already exists"

= the header means nothing where nothing is created
with Idempotency-Key: agent-1
POST /api/v1/knowledge-bases/search {"query": "lions"}    expect 200
with Idempotency-Key: agent-1
POST /api/v1/knowledge-bases/search {"query": "tigers"}   expect 200
