# Progress as an event stream: an extension of the calls that take content in.

= an upload tells of each step of each file, and then its result
as admin
POST /api/v1/knowledge-bases {"type": "files", "title": "Told"}    expect 201, keep base = .data.id
with Accept: text/event-stream
POST /api/v1/knowledge-bases/{base}/files form [{"filename": "a.txt", "text": "The first of two files."}, {"filename": "b.txt", "text": "The second of two."}]
    expect 200, header Content-Type: text/event-stream, header Cache-Control: no-cache.*, header X-Accel-Buffering: no,
    . contains {"event": "progress", "data": {"stage": "extracted", "item": {"list": "files", "index": 0, "name": "a.txt"}, "count": 23}},
    . contains {"event": "progress", "data": {"stage": "chunked", "item": {"list": "files", "index": 1, "name": "b.txt"}, "count": 1}},
    . contains {"event": "progress", "data": {"stage": "embedded", "item": {"list": "files", "index": 1, "name": "b.txt"}, "count": 1}},
    .-1.event = "result", .-1.data.data.contentSize.fileCount = 2, keep result = .-1.data, keep told = .
GET /api/v1/knowledge-bases/{base}    expect 200, . = "{result}"

= texts do so too, on creation and when they are appended
with Accept: text/event-stream;q=1, application/json;q=0.5
POST /api/v1/knowledge-bases {"type": "text", "title": "Texts", "content": ["One.", "Two."]}
    expect 200, . contains {"event": "progress", "data": {"stage": "chunked", "item": {"list": "content", "index": 1}, "count": 1}},
    .-1.event = "result", .-1.data.data.contentSize.chunks = 2, keep texts = .-1.data.data.id
with Accept: text/event-stream
POST /api/v1/knowledge-bases/{texts}/content {"content": "Three."}    expect 200, .-1.event = "result", .-1.data.data.contentSize.chunks = 3
with Accept: text/event-stream
POST /api/v1/knowledge-bases {"type": "files", "title": "Nothing to tell"}
    expect 200, header Content-Type: text/event-stream, . has 1, .0.event = "result", .0.data.data.title = "Nothing to tell"

= a failure is an event once work has begun, and nothing is stored
with Accept: text/event-stream
POST /api/v1/knowledge-bases/{base}/files form [{"filename": "c.txt", "text": "good"}, {"filename": "d.txt", "text": " \n "}]
    expect 200, .-1.event = "error", .-1.data.status = 400, .-1.data.body.code = "VALIDATION_ERROR",
    .-1.data.body.details contains {"path": ["files", 1], "code": "ingest_failed", "message": "~text"}
GET /api/v1/knowledge-bases/{base}    expect 200, . = "{result}"

= what is refused before that gets a plain answer
with Accept: text/event-stream
POST /api/v1/knowledge-bases {"type": "text", "title": ""}               expect 400, VALIDATION_ERROR, header Content-Type: application/json; charset=utf-8
with Accept: text/event-stream
POST /api/v1/knowledge-bases/{never}/content {"content": "x"}            expect 404, KNOWLEDGE_BASE_NOT_FOUND
with Accept: text/event-stream
POST /api/v1/knowledge-bases/{base}/content {}                           expect 400, VALIDATION_ERROR
as viewer
with Accept: text/event-stream
POST /api/v1/knowledge-bases {"type": "text", "title": "t", "content": "c"}    expect 403, FORBIDDEN
as nobody
with Accept: text/event-stream
POST /api/v1/knowledge-bases {"type": "text", "title": "t", "content": "c"}    expect 401, UNAUTHORIZED
as admin

= only who prefers events gets them
with Accept: application/json
POST /api/v1/knowledge-bases/{texts}/content {"content": "Four."}        expect 201, .data.contentSize.chunks = 4
with Accept: */*
POST /api/v1/knowledge-bases/{texts}/content {"content": "Five."}        expect 201
with Accept: application/json, text/event-stream
POST /api/v1/knowledge-bases/{texts}/content {"content": "Six."}         expect 201
with Accept: text/event-stream;q=0.2, application/json;q=0.3
POST /api/v1/knowledge-bases/{texts}/content {"content": "Seven."}       expect 201
with Accept: text/event-stream
GET /api/v1/knowledge-bases/{texts}                                      expect 200, .data.contentSize.chunks = 7

= a repeated request answers its result at once, in either form
with Idempotency-Key: stream-1
with Accept: text/event-stream
POST /api/v1/knowledge-bases/{texts}/content {"content": "Eight."}
    expect 200, .-1.event = "result", .-1.data.data.contentSize.chunks = 8, no header Idempotency-Replayed, keep result = .-1
with Idempotency-Key: stream-1
with Accept: text/event-stream
POST /api/v1/knowledge-bases/{texts}/content {"content": "Eight."}       expect 200, . = ["{result}"], header Idempotency-Replayed: true
with Idempotency-Key: stream-1
POST /api/v1/knowledge-bases/{texts}/content {"content": "Eight."}       expect 201, .data.contentSize.chunks = 8, header Idempotency-Replayed: true
