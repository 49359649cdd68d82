# Lists: searching and sorting them.

= a search does not mind case, in any script
as admin
POST /api/v1/knowledge-bases {"type": "files", "title": "ÜBERSICHT", "description": "ΣΟΦΙΑ and Ⱥ"}    expect 201
POST /api/v1/agents {"name": "Öko-Berater", "description": "ЁЖИК", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 201
GET /api/v1/knowledge-bases?q=%C3%BCbersicht        expect 200, .pagination.total = 1
GET /api/v1/knowledge-bases?q=BERSI                 expect 200, .pagination.total = 1
GET /api/v1/knowledge-bases?q=%CF%83%CE%BF%CF%86    expect 200, .pagination.total = 1
GET /api/v1/knowledge-bases?q=%E2%B1%A5             expect 200, .pagination.total = 1
GET /api/v1/knowledge-bases?q=ubersicht             expect 200, .pagination.total = 0
GET /api/v1/agents?q=%C3%B6KO                       expect 200, .pagination.total = 1
GET /api/v1/agents?q=%D1%91%D0%B6                   expect 200, .pagination.total = 1
GET /api/v1/agents?q=%25                            expect 200, .pagination.total = 0

= whatever is wrong with the parameters is told at once
GET /api/v1/knowledge-bases?page=0&limit=101&sort=size:asc&createdBy=me&from=then
    expect 400, .details has 5, at ["page"] too_small, at ["limit"] too_big, at ["sort"] invalid_enum,
    at ["createdBy"] invalid_format, at ["from"] invalid_format
GET /api/v1/agents?sort=title:asc    expect 400, at ["sort"] invalid_enum
GET /api/v1/agents?sort=createdAt    expect 400, at ["sort"] invalid_enum

= what a list can be sorted by is in the description
GET /api/v1/openapi.json    expect 200, .paths./agents.get.parameters.3.schema.enum contains "name:desc",
    .paths./agents.get.parameters.3.schema.default = "createdAt:desc",
    .paths./agents.get.responses.200.content.application/json.schema.anyOf.0.required = ["data", "pagination"]
