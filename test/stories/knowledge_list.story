# The list of knowledge bases: 5.4, and pagination of 2.6.

= T43 forty-two of them, newest first, twenty at a time
as admin
repeat 42 POST /api/v1/knowledge-bases {"type": "files", "title": "Base {n}", "description": "Number {n}, of 100%"}    expect 201
GET /api/v1/knowledge-bases    expect 200, .data.knowledgeBases has 20, .data.knowledgeBases.0.title = "Base 42",
    .data.knowledgeBases.19.title = "Base 23",
    .pagination = {"total": 42, "page": 1, "limit": 20, "totalPages": 3, "hasNextPage": true, "hasPrevPage": false}
GET /api/v1/knowledge-bases?page=3    expect 200, .data.knowledgeBases has 2, .data.knowledgeBases.1.title = "Base 1",
    .pagination = {"total": 42, "page": 3, "limit": 20, "totalPages": 3, "hasNextPage": false, "hasPrevPage": true}
GET /api/v1/knowledge-bases?page=4    expect 200, .data.knowledgeBases = [],
    .pagination = {"total": 42, "page": 4, "limit": 20, "totalPages": 3, "hasNextPage": false, "hasPrevPage": true}
GET /api/v1/knowledge-bases?page=9223372036854775807    expect 200, .data.knowledgeBases = []
as stranger
GET /api/v1/knowledge-bases    expect 200, .data.knowledgeBases = [],
    .pagination = {"total": 0, "page": 1, "limit": 20, "totalPages": 0, "hasNextPage": false, "hasPrevPage": false}
as admin

= T44 the limit is from 1 to 100
GET /api/v1/knowledge-bases?limit=100    expect 200, .data.knowledgeBases has 42
GET /api/v1/knowledge-bases?limit=1      expect 200, .data.knowledgeBases has 1
GET /api/v1/knowledge-bases?limit=101    expect 400, VALIDATION_ERROR, at ["limit"] too_big
GET /api/v1/knowledge-bases?limit=0      expect 400, at ["limit"] too_small
GET /api/v1/knowledge-bases?limit=ten    expect 400, at ["limit"] invalid_type
GET /api/v1/knowledge-bases?page=0       expect 400, at ["page"] too_small
GET /api/v1/knowledge-bases?page=1.5     expect 400, at ["page"] invalid_type
GET /api/v1/knowledge-bases?limit=&page=&q=&type=&sort=    expect 200, .data.knowledgeBases has 20

= a search in titles and descriptions takes its words literally
GET /api/v1/knowledge-bases?q=base%204       expect 200, .pagination.total = 4
GET /api/v1/knowledge-bases?q=NUMBER%207,    expect 200, .pagination.total = 1
GET /api/v1/knowledge-bases?q=100%25         expect 200, .pagination.total = 42
GET /api/v1/knowledge-bases?q=_              expect 200, .pagination.total = 0
GET /api/v1/knowledge-bases?q=%25            expect 200, .pagination.total = 42

= filters by type, creator and time
POST /api/v1/knowledge-bases {"type": "text", "title": "Zoo", "content": "Lions."}
    expect 201, keep me = .data.createdBy, keep now = .data.createdAt
GET /api/v1/knowledge-bases?type=text                expect 200, .pagination.total = 1
GET /api/v1/knowledge-bases?type=tablets             expect 200, .pagination.total = 0
GET /api/v1/knowledge-bases?createdBy={me}           expect 200, .pagination.total = 43
GET /api/v1/knowledge-bases?createdBy={never}        expect 200, .pagination.total = 0
GET /api/v1/knowledge-bases?createdBy=me             expect 400, at ["createdBy"] invalid_format
GET /api/v1/knowledge-bases?from={now}&to={now}      expect 200, .data.knowledgeBases.0.title = "Zoo"
GET /api/v1/knowledge-bases?to=2020-01-01            expect 200, .pagination.total = 0
GET /api/v1/knowledge-bases?from=2020-01-01          expect 200, .pagination.total = 43
GET /api/v1/knowledge-bases?from=yesterday           expect 400, at ["from"] invalid_format
GET /api/v1/knowledge-bases?from=2026-02-02&to=2026-02-01    expect 400

= every sortable field in both directions, and nothing else
GET /api/v1/knowledge-bases?sort=title:desc          expect 200, .data.knowledgeBases.0.title = "Zoo"
GET /api/v1/knowledge-bases?sort=title:asc           expect 200, .data.knowledgeBases.0.title = "Base 1"
GET /api/v1/knowledge-bases?sort=type:desc           expect 200, .data.knowledgeBases.0.title = "Zoo"
GET /api/v1/knowledge-bases?sort=createdAt:asc       expect 200, .data.knowledgeBases.0.title = "Base 1"
GET /api/v1/knowledge-bases?sort=updatedAt:desc      expect 200, .data.knowledgeBases.0.title = "Zoo"
GET /api/v1/knowledge-bases?sort=title               expect 400, at ["sort"]
GET /api/v1/knowledge-bases?sort=title:up            expect 400, at ["sort"]
GET /api/v1/knowledge-bases?sort=description:asc     expect 400, at ["sort"]
