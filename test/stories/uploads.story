# Files: section 5.9, and the order in which a request is checked.

= T42 a base of files begins empty and takes files of every kind
as admin
POST /api/v1/knowledge-bases {"type": "files", "title": "Handbook"}
    expect 201, keep base = .data.id, .data.contentSize = {"bytes": 0, "formatted": "0 B", "wordCount": 0, "chunks": 0, "fileCount": 0, "webPageCount": 0}
GET /api/v1/knowledge-bases/{base}/status    expect 200, .data.status = "empty"

= what was uploaded is found as soon as the reply has come
POST /api/v1/knowledge-bases/{base}/files form [
        {"filename": "tides.txt", "text": "The harbour gate opens two hours before high tide and closes at half ebb."},
        {"filename": "C:\\docs\\moorings.md", "text": "# Moorings\n\nVisitors tie up at the northern pontoon and pay at the kiosk."}]
    expect 201, .data.id = "{base}", .data.contentSize.fileCount = 2, .data.contentSize.chunks = 2, .data.type = "files"
POST /api/v1/knowledge-bases/{base}/search {"query": "When does the harbour gate open?"}
    expect 200, .data.results.0.content = "~/harbour gate/", .data.results.0.metadata = {"chunkIndex": 0, "source": "file", "fileName": "tides.txt", "mimeType": "text/plain", ...}
POST /api/v1/knowledge-bases/{base}/search {"query": "Where do visitors tie up?"}
    expect 200, .data.results.0.metadata.fileName = "moorings.md"
GET /api/v1/knowledge-bases/{base}/status    expect 200, .data.status = "ready", .data.contentCount = 2

= file does for files, and a base of any type takes them
POST /api/v1/knowledge-bases {"type": "text", "title": "Mixed", "content": "Dogs are welcome on the beach in winter."}    expect 201, keep mixed = .data.id
POST /api/v1/knowledge-bases/{mixed}/files form [{"name": "file", "filename": "rules.txt", "text": "Fires on the beach are forbidden."}]
    expect 201, .data.type = "text", .data.contentSize.fileCount = 1, .data.contentSize.chunks = 2

= a form must be one
POST /api/v1/knowledge-bases/{base}/files {"files": ["a.txt"]}               expect 400, VALIDATION_ERROR, at [] invalid_format
POST /api/v1/knowledge-bases/{base}/files                                    expect 400, VALIDATION_ERROR, at [] invalid_format
with Content-Type: multipart/form-data
POST /api/v1/knowledge-bases/{base}/files text "--x--"                       expect 400, VALIDATION_ERROR, at [] invalid_format
with Content-Type: multipart/form-data; boundary=x
POST /api/v1/knowledge-bases/{base}/files text "--x\r\nContent-Disposition: form-data; name=files; filename=a.txt\r\n\r\ncut off"
    expect 400, VALIDATION_ERROR, at [] invalid_format
with Content-Type: multipart/form-data; boundary=x
POST /api/v1/knowledge-bases/{base}/files text "--x\r\nContent-Disposition: form-data; name=files; filename=a.txt\r\n\r\nVessels give way to the ferry.\r\n--x--"
    expect 201, .data.contentSize.fileCount = 3

= it has one to twenty files, each with a name, and nothing else
POST /api/v1/knowledge-bases/{base}/files form []                                            expect 400, VALIDATION_ERROR, at ["files"] required
POST /api/v1/knowledge-bases/{base}/files form [{"text": "no file"}]                         expect 400, VALIDATION_ERROR, at ["files", 0] invalid_type
POST /api/v1/knowledge-bases/{base}/files form [{"filename": "", "text": ""}]                expect 400, at ["files", 0] invalid_type
POST /api/v1/knowledge-bases/{base}/files form [{"filename": "a.txt", "text": "a"}, {"name": "title", "text": "t"}]
    expect 400, VALIDATION_ERROR, at [] unrecognized_keys, .details.0.keys = ["title"]
POST /api/v1/knowledge-bases/{base}/files form [{"name": "file[]", "filename": "a.txt", "text": "a"}]
    expect 400, at ["files"] required, at [] unrecognized_keys
let f = {"filename": "a.txt", "text": "Many files."}
POST /api/v1/knowledge-bases/{base}/files form ["{f}", "{f}", "{f}", "{f}", "{f}", "{f}", "{f}", "{f}", "{f}", "{f}", "{f}", "{f}", "{f}",
    "{f}", "{f}", "{f}", "{f}", "{f}", "{f}", "{f}", "{f}"]    expect 400, VALIDATION_ERROR, at ["files"] too_big
GET /api/v1/knowledge-bases/{base}    expect 200, .data.contentSize.fileCount = 3

= T52 what is of no known kind is refused, and so is what is not what its name says
POST /api/v1/knowledge-bases/{base}/files form [{"filename": "setup.exe", "text": "MZ"}]     expect 400, VALIDATION_ERROR, at ["files", 0] ingest_failed
POST /api/v1/knowledge-bases/{base}/files form [{"filename": "noextension", "text": "text"}] expect 400, at ["files", 0] ingest_failed
POST /api/v1/knowledge-bases/{base}/files form [{"filename": "a.txt", "text": "good"}, {"filename": "b.pdf", "text": "no PDF"}]
    expect 400, VALIDATION_ERROR, at ["files", 1] ingest_failed
POST /api/v1/knowledge-bases/{base}/files form [{"filename": "empty.txt", "text": " \n "}]   expect 400, at ["files", 0] ingest_failed

= T53 a failed upload leaves the base as it was
GET /api/v1/knowledge-bases/{base}    expect 200, .data.contentSize.fileCount = 3, .data.contentSize.chunks = 3

= the key comes before the body, and the body before the base
as nobody
POST /api/v1/knowledge-bases/{base}/files text "no form"     expect 401, UNAUTHORIZED
as viewer
POST /api/v1/knowledge-bases/{never}/files text "no form"    expect 403, FORBIDDEN
as stranger
POST /api/v1/knowledge-bases/{base}/files text "no form"     expect 400, VALIDATION_ERROR
POST /api/v1/knowledge-bases/{base}/files form [{"filename": "a.txt", "text": "a"}]     expect 404, KNOWLEDGE_BASE_NOT_FOUND
as admin
POST /api/v1/knowledge-bases/7/files form [{"filename": "a.txt", "text": "a"}]          expect 400, at ["knowledgeBaseId"] invalid_format
POST /api/v1/knowledge-bases/{never}/files form [{"filename": "a.txt", "text": "a"}]    expect 404, KNOWLEDGE_BASE_NOT_FOUND

= the same upload again is the same request, whatever boundary its client chose
POST /api/v1/knowledge-bases {"type": "files", "title": "Once"}    expect 201, keep once = .data.id
with Idempotency-Key: upload-1
POST /api/v1/knowledge-bases/{once}/files form [{"filename": "a.txt", "text": "Only one of me."}]
    expect 201, keep made = .data, no header Idempotency-Replayed
with Idempotency-Key: upload-1
POST /api/v1/knowledge-bases/{once}/files form [{"filename": "a.txt", "text": "Only one of me."}]
    expect 201, .data = "{made}", header Idempotency-Replayed: true
with Idempotency-Key: upload-1
POST /api/v1/knowledge-bases/{once}/files form [{"filename": "a.txt", "text": "Another one."}]     expect 422, IDEMPOTENCY_KEY_REUSED
with Idempotency-Key: upload-1
POST /api/v1/knowledge-bases/{once}/files form [{"filename": "b.txt", "text": "Only one of me."}]  expect 422, IDEMPOTENCY_KEY_REUSED
GET /api/v1/knowledge-bases/{once}    expect 200, .data.contentSize.fileCount = 1

= a file has at most 25 MiB
let large = {"filename": "large.txt", "text": "{x*26214401}"}
POST /api/v1/knowledge-bases/{once}/files form [{"filename": "a.txt", "text": "a"}, "{large}"]    expect 400, VALIDATION_ERROR, at ["files", 1] too_big

= a request has at most 100 MiB
POST /api/v1/knowledge-bases/{once}/files form ["{large}", "{large}", "{large}", "{large}"]    expect 413, PAYLOAD_TOO_LARGE
GET /api/v1/knowledge-bases/{once}    expect 200, .data.contentSize.fileCount = 1

= T51 all six formats
POST /api/v1/knowledge-bases {"type": "files", "title": "Formats"}    expect 201, keep formats = .data.id
POST /api/v1/knowledge-bases/{formats}/files form ["documents/whole/handbook.pdf", "documents/whole/report.docx", "documents/whole/letter.doc",
    "documents/whole/notes-utf8.txt", "documents/whole/prices.csv", "documents/whole/guide.md"]
    expect 201, .data.contentSize.fileCount = 6
GET /api/v1/knowledge-bases/{formats}/contents
    expect 200, .data.contents has 6, .data.contents.5.mimeType = "application/pdf", .data.contents.0.fileName = "guide.md"
