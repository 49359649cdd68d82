# Knowledge bases of text: section 5.

= T38 a knowledge base from a text, and one from several
as admin
POST /api/v1/knowledge-bases {"type": "text", "title": "Bicycles", "description": "What we promise",
    "content": "Every bicycle frame we sell is covered by a warranty of five years from the date of purchase, and all other parts by one of two years."}
    expect 201 {"data": {"id": "~uuid", "workspaceId": "~uuid", "title": "Bicycles", "description": "What we promise", "type": "text",
        "createdBy": "~text", "createdAt": "~time", "updatedAt": "~time",
        "contentSize": {"bytes": 134, "formatted": "134 B", "wordCount": 27, "chunks": 1, "fileCount": 0, "webPageCount": 0}}},
    keep bikes = .data.id, keep made = .data
GET /api/v1/knowledge-bases/{bikes}    expect 200, .data = "{made}"
POST /api/v1/knowledge-bases {"type": "text", "title": "Coffee", "content": [
    "Espresso is brewed by forcing hot water through finely ground coffee under a pressure of nine bars.",
    "Filter coffee needs a coarser grind. Pour the water slowly, in circles, and wait until it has run through."]}
    expect 201, keep coffee = .data.id, .data.contentSize.chunks = 2, .data.description = null

= T45 content can be found as soon as its reply has come
POST /api/v1/knowledge-bases/{bikes}/content {"type": "text", "content": "Lost keys for bicycle locks are replaced within three days for a fee of twenty euros."}
    expect 201, .data.contentSize.chunks = 2, .data.contentSize.wordCount = 43
POST /api/v1/knowledge-bases/{bikes}/search {"query": "How are lost keys for locks replaced?"}
    expect 200, .data.results.0.content = "~/Lost keys/", .data.results.0.knowledgeBaseId = "{bikes}"
POST /api/v1/knowledge-bases/{bikes}/content {"content": ["Gears are adjusted free of charge in the first year."]}    expect 201
POST /api/v1/knowledge-bases/{bikes}/search {"query": "adjusting gears in the first year"}    expect 200, .data.results.0.content = "~/Gears/"

= a result has what the contract says, and the best comes first
POST /api/v1/knowledge-bases/search {"query": "warranty of a bicycle frame", "options": {"minSimilarity": 0}}
    expect 200 {"data": {"query": "warranty of a bicycle frame",
        "results": [{"chunkId": "~uuid", "knowledgeBaseId": "{bikes}", "knowledgeBaseTitle": "Bicycles", "contentId": "~uuid",
            "content": "~/warranty/", "similarity": "~number", "metadata": {"chunkIndex": 0, "source": "text", ...}}, ...],
        "usage": {"embeddingTokens": 7, "model": "~text"}}},
    keep results = .data.results

= content and metadata are left out when they are not wanted
POST /api/v1/knowledge-bases/search {"query": "warranty of a bicycle frame", "options": {"includeContent": false, "includeMetadata": false}}
    expect 200, .data.results.0 = {"chunkId": "~uuid", "knowledgeBaseId": "{bikes}", "knowledgeBaseTitle": "Bicycles", "contentId": "~uuid",
        "similarity": "~number"}

= a search can be narrowed to some knowledge bases
POST /api/v1/knowledge-bases/search {"query": "warranty of a bicycle frame", "scope": {"knowledgeBaseIds": ["{coffee}"]}}
    expect 200, .data.results = []
POST /api/v1/knowledge-bases/search {"query": "warranty of a bicycle frame", "scope": {"knowledgeBaseIds": ["{coffee}", "{bikes}", "{bikes}"]}}
    expect 200, .data.results.0.knowledgeBaseId = "{bikes}"
POST /api/v1/knowledge-bases/search {"query": "warranty", "scope": {"knowledgeBaseIds": []}}    expect 200, .data.results = []
POST /api/v1/knowledge-bases/search {"query": "warranty", "scope": {}}    expect 200
POST /api/v1/knowledge-bases/search {"query": "warranty", "scope": {"knowledgeBaseIds": ["{never}"]}}
    expect 404, KNOWLEDGE_BASE_NOT_FOUND

= T46 the search of one knowledge base ignores the scope but checks its form
POST /api/v1/knowledge-bases/{coffee}/search {"query": "pressure of espresso", "scope": {"knowledgeBaseIds": ["{bikes}"]}}
    expect 200, .data.results.0.knowledgeBaseId = "{coffee}"
POST /api/v1/knowledge-bases/{coffee}/search {"query": "pressure of espresso", "scope": {"knowledgeBaseIds": ["{never}"]}}    expect 200
POST /api/v1/knowledge-bases/{coffee}/search {"query": "espresso", "scope": {"knowledgeBaseIds": ["7"]}}
    expect 400, at ["scope", "knowledgeBaseIds", 0] invalid_format

= T47 a similarity of one leaves only exact matches
POST /api/v1/knowledge-bases/{coffee}/search {"query": "pressure of espresso", "options": {"minSimilarity": 1}}
    expect 200, .data.results = []
POST /api/v1/knowledge-bases/{coffee}/search {"options": {"minSimilarity": 1}, "query":
    "Espresso is brewed by forcing hot water through finely ground coffee under a pressure of nine bars."}
    expect 200, .data.results has 1, .data.results.0.similarity = 1

= T48 topK is respected, and ten are the default
repeat 12 POST /api/v1/knowledge-bases/{coffee}/content {"content": "Roasting note {n}: dark roasts taste of chocolate."}    expect 201
POST /api/v1/knowledge-bases/{coffee}/search {"query": "dark roasts taste of chocolate"}    expect 200, .data.results has 10
POST /api/v1/knowledge-bases/{coffee}/search {"query": "dark roasts taste of chocolate", "options": {"topK": 3}}
    expect 200, .data.results has 3
POST /api/v1/knowledge-bases/{coffee}/search {"query": "dark roasts taste of chocolate", "options": {"topK": 50}}
    expect 200, .data.results has 12

= T49 an answer is made of six passages unless told otherwise
POST /api/v1/knowledge-bases/{coffee}/query {"question": "What do dark roasts taste of?", "options": {"minSimilarity": 0.2}}
    expect 200, .data.citations has 6, .data.answer = "~/chocolate/", .data.answer = "~/\\[1\\]/"
POST /api/v1/knowledge-bases/{coffee}/query {"question": "What do dark roasts taste of?", "options": {"topK": 2, "minSimilarity": 0.2}}
    expect 200, .data.citations has 2

= an answer has what the contract says
POST /api/v1/knowledge-bases/{bikes}/query {"question": "How long is the warranty of a bicycle frame?"}
    expect 200 {"data": {"question": "How long is the warranty of a bicycle frame?", "answer": "~/five years/",
        "citations": [{"chunkId": "~uuid", "knowledgeBaseId": "{bikes}", "knowledgeBaseTitle": "Bicycles", "contentId": "~uuid",
            "content": "~/five years/", "similarity": "~number", "metadata": "~object"}, ...],
        "usage": {"embeddingTokens": "~integer", "promptTokens": "~integer", "completionTokens": "~integer", "totalTokens": "~integer",
            "embeddingModel": "~text", "model": "builtin/extractive"}}}

= Q-2 when nothing is relevant the answer says so, and no model is asked
POST /api/v1/knowledge-bases/{bikes}/query {"question": "Which planets have rings?"}
    expect 200, .data.citations = [], .data.answer = "~text", .data.usage.promptTokens = 0, .data.usage.completionTokens = 0,
        .data.usage.totalTokens = 0

= Q-3 the model of an answer must be connected
POST /api/v1/knowledge-bases/{bikes}/query {"question": "warranty?", "options": {"model": {"provider": "GROQ", "model": "x"}}}
    expect 400, at ["options", "model"] not_configured
POST /api/v1/knowledge-bases/{bikes}/query {"question": "warranty?", "options": {"model": {"provider": "GROQ"}}}
    expect 400, at ["options", "model"] not_configured
POST /api/v1/knowledge-bases/{bikes}/query {"question": "warranty?", "options": {"model": {"temperature": 0}}}    expect 200
POST /api/v1/knowledge-bases/{bikes}/query {"question": "warranty?", "options": {"model": {"provider": "CUSTOM", "model": "builtin/extractive"}}}
    expect 200

= whether a knowledge base can be searched, and what it is made of
POST /api/v1/knowledge-bases {"type": "files", "title": "Empty"}    expect 201, keep empty = .data.id
as viewer
GET /api/v1/knowledge-bases/{empty}/status    expect 200 {"data": {"knowledgeBaseId": "{empty}", "status": "empty", "contentCount": 0,
    "chunkCount": 0, "embeddedChunkCount": 0, "error": null, "updatedAt": "~time"}}
GET /api/v1/knowledge-bases/{bikes}/status    expect 200, .data.status = "ready", .data.contentCount = 3, .data.chunkCount = 3,
    .data.embeddedChunkCount = 3
GET /api/v1/knowledge-bases/{never}/status    expect 404, KNOWLEDGE_BASE_NOT_FOUND
as admin
DELETE /api/v1/knowledge-bases/{empty}        expect 200

= T50 the chunks are listed with their pagination inside the data
as viewer
GET /api/v1/knowledge-bases/{bikes}/embeddings    expect 200 {"data": {"embeddings": [{"chunkId": "~uuid", "contentId": "~uuid", "chunkIndex": 0,
    "content": "~/warranty/", "model": "~text", "dimensions": "~integer", "metadata": {"chunkIndex": 0, "source": "text", ...},
    "createdAt": "~time"}, ...], "pagination": {"total": 3, "limit": 100, "offset": 0}}}
GET /api/v1/knowledge-bases/{bikes}/embeddings?limit=1&offset=2    expect 200, .data.embeddings has 1,
    .data.pagination = {"total": 3, "limit": 1, "offset": 2}, .data.embeddings.0.content = "~/Gears/"
GET /api/v1/knowledge-bases/{bikes}/embeddings?offset=9      expect 200, .data.embeddings = []
GET /api/v1/knowledge-bases/{bikes}/embeddings?limit=500     expect 200
GET /api/v1/knowledge-bases/{bikes}/embeddings?limit=501     expect 400, at ["limit"] too_big
GET /api/v1/knowledge-bases/{bikes}/embeddings?offset=-1     expect 400, at ["offset"] too_small
GET /api/v1/knowledge-bases/{never}/embeddings               expect 404, KNOWLEDGE_BASE_NOT_FOUND
as admin

= members may search and ask but not look behind
as viewer
POST /api/v1/knowledge-bases/{bikes}/search {"query": "warranty"}       expect 200
POST /api/v1/knowledge-bases/{bikes}/query {"question": "warranty?"}    expect 200
GET /api/v1/knowledge-bases/{bikes}                                     expect 403
POST /api/v1/knowledge-bases/{bikes}/content {"content": "x"}           expect 403
PATCH /api/v1/knowledge-bases/{bikes} {}                                expect 403
DELETE /api/v1/knowledge-bases/{bikes}                                  expect 403

= title and description can be changed, by PUT as by PATCH
as admin
PATCH /api/v1/knowledge-bases/{bikes} {"title": "Bikes"}            expect 200, .data.title = "Bikes", .data.description = "What we promise"
PUT /api/v1/knowledge-bases/{bikes} {"description": null}           expect 200, .data.title = "Bikes", .data.description = null
PATCH /api/v1/knowledge-bases/{bikes} {"title": null}               expect 400, at ["title"] invalid_type
PATCH /api/v1/knowledge-bases/{bikes} {"type": "files"}             expect 400, at [] unrecognized_keys
GET /api/v1/knowledge-bases/{bikes}                                 expect 200, keep before = .data
PATCH /api/v1/knowledge-bases/{bikes} {}                            expect 200, .data = "{before}"
POST /api/v1/knowledge-bases/search {"query": "warranty of a bicycle frame"}    expect 200, .data.results.0.knowledgeBaseTitle = "Bikes"
PATCH /api/v1/knowledge-bases/{never} {}                            expect 404, KNOWLEDGE_BASE_NOT_FOUND

= titles need not be unique
POST /api/v1/knowledge-bases {"type": "files", "title": "Bikes"}    expect 201, keep twin = .data.id,
    .data.contentSize = {"bytes": 0, "formatted": "0 B", "wordCount": 0, "chunks": 0, "fileCount": 0, "webPageCount": 0}

= text is normalised, and its size told for people
POST /api/v1/knowledge-bases {"type": "text", "title": "Large", "content": "{The quick brown fox jumps over the lazy dog. *50}"}
    expect 201, .data.contentSize.formatted = "2.2 KB", .data.contentSize.wordCount = 450, .data.contentSize.chunks > 1

= T54 a deleted knowledge base is gone from searches and from agents
POST /api/v1/agents {"name": "mechanic", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "capabilities": {"tools": [{"kind": "system", "id": "search_knowledge"}], "knowledgeBases": [{"id": "{coffee}"}, {"id": "{bikes}"}]}}
    expect 201, keep mechanic = .data.id
DELETE /api/v1/knowledge-bases/{bikes}    expect 200 {"data": {"id": "{bikes}", "deleted": true}}
DELETE /api/v1/knowledge-bases/{bikes}    expect 404, KNOWLEDGE_BASE_NOT_FOUND
GET /api/v1/knowledge-bases/{bikes}       expect 404, KNOWLEDGE_BASE_NOT_FOUND
POST /api/v1/knowledge-bases/search {"query": "warranty of a bicycle frame"}    expect 200, .data.results = []
GET /api/v1/agents/{mechanic}    expect 200, .data.capabilities = {"tools": [{"kind": "system", "id": "search_knowledge", "config": {}}],
    "knowledgeBases": [{"id": "{coffee}", "access": "read"}]}
sql SELECT count(*) FROM kb_content WHERE knowledge_base_id = '{bikes}'
check row = 0
GET /api/v1/capabilities/knowledge-bases    expect 200, .data lacks {"id": "{bikes}", ...}
