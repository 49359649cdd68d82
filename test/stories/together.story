# What happens at the same moment.

= A-1 of many agents with one name, one is made
as admin
together 8 POST /api/v1/agents {"name": "wanted", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 1 of 201 and 7 of 409
GET /api/v1/agents    expect 200, .pagination.total = 1, keep wanted = .data.agents.0.id

= of many requests with one Idempotency-Key, one is carried out, and all get its reply
with Idempotency-Key: together-1
together 8 POST /api/v1/agents {"name": "once", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 8 of 201
GET /api/v1/agents?q=once    expect 200, .pagination.total = 1
with Idempotency-Key: together-2
together 8 POST /api/v1/knowledge-bases {"type": "text", "title": "Once", "content": "Said once."}    expect 8 of 201
GET /api/v1/knowledge-bases    expect 200, .pagination.total = 1, keep base = .data.knowledgeBases.0.id
with Idempotency-Key: together-3
together 8 POST /api/v1/knowledge-bases/{base}/content {"content": "Added once."}    expect 8 of 201
GET /api/v1/knowledge-bases/{base}    expect 200, .data.contentSize.chunks = 2
with Idempotency-Key: together-4
together 8 POST /api/v1/runs {"agent": "once", "message": "hello"}    expect 8 of 202
GET /api/v1/runs    expect 200, .runs has 1

= content that is added at the same moment is all there
together 8 POST /api/v1/knowledge-bases/{base}/content {"content": "Added by many."}    expect 8 of 201
GET /api/v1/knowledge-bases/{base}    expect 200, .data.contentSize.chunks = 10, .data.contentSize.wordCount = 28

= of many deletions, one deletes
together 8 DELETE /api/v1/agents/{wanted}         expect 1 of 200 and 7 of 404
together 8 DELETE /api/v1/knowledge-bases/{base}  expect 1 of 200 and 7 of 404

= of many renamings to one name, one succeeds
repeat 2 POST /api/v1/agents {"name": "twin {n}", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 201, keep twin = .data.id
together 4 PATCH /api/v1/agents/{twin} {"name": "renamed"}    expect 4 of 200
GET /api/v1/agents/{twin}    expect 200, .data.name = "renamed"

= many runs at a time all end
together 16 POST /api/v1/runs {"agent": "once", "message": "hello"}    expect 16 of 202
wait GET /api/v1/runs?status=succeeded    expect 200, .runs has 17
