# Single items of a knowledge base: an extension (9.3, E4).

= items are listed, the newest first
as admin
POST /api/v1/knowledge-bases {"type": "text", "title": "Garden", "content": ["Tomatoes want sun and a stake.", "Slugs avoid coffee grounds."]}
    expect 201, keep base = .data.id
POST /api/v1/knowledge-bases/{base}/content {"content": "Roses are cut back in March, above an outward bud."}
    expect 201, keep before = .data.updatedAt, .data.contentSize.bytes = 107
GET /api/v1/knowledge-bases/{base}/contents
    expect 200 {"data": {"contents": [
        {"id": "~uuid", "source": "text", "title": null, "url": null, "fileName": null, "mimeType": null, "bytes": 50, "wordCount": 10, "chunkCount": 1,
            "createdAt": "~time"}, ...]},
        "pagination": {"total": 3, "page": 1, "limit": 20, "totalPages": 1, "hasNextPage": false, "hasPrevPage": false}},
    .data.contents has 3, keep roses = .data.contents.0.id, keep tomatoes = .data.contents.2.id
GET /api/v1/knowledge-bases/{base}/contents?limit=2&page=2    expect 200, .data.contents has 1, .data.contents.0.id = "{tomatoes}", .pagination.hasPrevPage = true
GET /api/v1/knowledge-bases/{base}/contents?page=9            expect 200, .data.contents = []
GET /api/v1/knowledge-bases/{base}/contents?limit=101         expect 400, VALIDATION_ERROR, at ["limit"] too_big

= one is read with its chunks
GET /api/v1/knowledge-bases/{base}/contents/{roses}
    expect 200 {"data": {"id": "{roses}", "source": "text", "title": null, "url": null, "fileName": null, "mimeType": null, "bytes": 50, "wordCount": 10,
        "chunkCount": 1, "createdAt": "~time",
        "chunks": [{"chunkId": "~uuid", "chunkIndex": 0, "content": "Roses are cut back in March, above an outward bud.",
            "metadata": {"chunkIndex": 0, "source": "text", ...}}],
        "pagination": {"total": 1, "limit": 100, "offset": 0}}}
POST /api/v1/knowledge-bases/{base}/content {"content": "{A sentence that is repeated so often that it fills several chunks. *200}"}
    expect 201, .data.contentSize.chunks >= 8
GET /api/v1/knowledge-bases/{base}/contents                   expect 200, keep long = .data.contents.0.id
GET /api/v1/knowledge-bases/{base}/contents/{long}?limit=2&offset=3
    expect 200, .data.chunks has 2, .data.chunks.0.chunkIndex = 3, .data.chunks.1.chunkIndex = 4, .data.pagination.total >= 6, .data.pagination.offset = 3
GET /api/v1/knowledge-bases/{base}/contents/{long}?offset=5000    expect 200, .data.chunks = []

= what is deleted is not found any more, and the base is smaller
DELETE /api/v1/knowledge-bases/{base}/contents/{long}         expect 200 {"data": {"id": "{long}", "deleted": true}}
POST /api/v1/knowledge-bases/{base}/search {"query": "When are roses cut back?"}    expect 200, .data.results.0.contentId = "{roses}"
DELETE /api/v1/knowledge-bases/{base}/contents/{roses}        expect 200 {"data": {"id": "{roses}", "deleted": true}}
POST /api/v1/knowledge-bases/{base}/search {"query": "When are roses cut back?", "options": {"minSimilarity": 0}}
    expect 200, .data.results has 2, .data.results lacks {"contentId": "{roses}", ...}
POST /api/v1/knowledge-bases/{base}/search {"query": "roses", "options": {"mode": "keyword"}}    expect 200, .data.results = []
GET /api/v1/knowledge-bases/{base}
    expect 200, .data.updatedAt >= "{before}", .data.contentSize = {"bytes": 57, "formatted": "57 B", "wordCount": 10, "chunks": 2, "fileCount": 0, "webPageCount": 0}
GET /api/v1/knowledge-bases/{base}/status                     expect 200, .data.contentCount = 2, .data.chunkCount = 2, .data.embeddedChunkCount = 2
GET /api/v1/knowledge-bases/{base}/embeddings                 expect 200, .data.pagination.total = 2
sql SELECT count(*) FROM kb_content t JOIN kb_chunk c ON c.content_id = t.id JOIN kb_vector v ON v.chunk_seq = c.seq
    WHERE t.knowledge_base_id = '{base}'
check row = 2
sql SELECT removals FROM knowledge_base WHERE id = '{base}'
check row = 2
POST /api/v1/knowledge-bases/{base}/content {"content": "Roses are back."}    expect 201
POST /api/v1/knowledge-bases/{base}/search {"query": "roses are back"}        expect 200, .data.results.0.content = "Roses are back."

= a file counts as one, and no longer when it is gone
POST /api/v1/knowledge-bases/{base}/files form [{"filename": "leaf.txt", "text": "Leaves make good compost."}]    expect 201, .data.contentSize.fileCount = 1
GET /api/v1/knowledge-bases/{base}/contents
    expect 200, .data.contents.0.fileName = "leaf.txt", .data.contents.0.mimeType = "text/plain", .data.contents.0.source = "file", keep leaf = .data.contents.0.id
DELETE /api/v1/knowledge-bases/{base}/contents/{leaf}         expect 200
GET /api/v1/knowledge-bases/{base}                            expect 200, .data.contentSize.fileCount = 0

= what does not exist is told apart: the base, or the item
GET /api/v1/knowledge-bases/{never}/contents                  expect 404, KNOWLEDGE_BASE_NOT_FOUND
GET /api/v1/knowledge-bases/{never}/contents/{tomatoes}       expect 404, KNOWLEDGE_BASE_NOT_FOUND
GET /api/v1/knowledge-bases/{base}/contents/{never}           expect 404 {"error": "~text", "code": "CONTENT_NOT_FOUND"}
GET /api/v1/knowledge-bases/{base}/contents/7                 expect 400, at ["contentId"] invalid_format
DELETE /api/v1/knowledge-bases/{base}/contents/{roses}        expect 404, CONTENT_NOT_FOUND
POST /api/v1/knowledge-bases {"type": "files", "title": "Other"}    expect 201, keep other = .data.id
GET /api/v1/knowledge-bases/{other}/contents/{tomatoes}       expect 404, CONTENT_NOT_FOUND
DELETE /api/v1/knowledge-bases/{other}/contents/{tomatoes}    expect 404, CONTENT_NOT_FOUND
DELETE /api/v1/knowledge-bases/{never}/contents/{tomatoes}    expect 404, KNOWLEDGE_BASE_NOT_FOUND
as stranger
GET /api/v1/knowledge-bases/{base}/contents                   expect 404, KNOWLEDGE_BASE_NOT_FOUND
DELETE /api/v1/knowledge-bases/{base}/contents/{tomatoes}     expect 404, KNOWLEDGE_BASE_NOT_FOUND
as viewer
GET /api/v1/knowledge-bases/{base}/contents                   expect 403, FORBIDDEN
DELETE /api/v1/knowledge-bases/{base}/contents/{tomatoes}     expect 403, FORBIDDEN
as nobody
GET /api/v1/knowledge-bases/{base}/contents                   expect 401, UNAUTHORIZED
as admin
GET /api/v1/knowledge-bases/{base}/contents/{tomatoes}        expect 200
