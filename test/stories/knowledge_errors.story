# The error matrix of section 5.15, as far as it concerns text, and the strictness of 5.3.

= the type decides what may be sent
as admin
POST /api/v1/knowledge-bases {"title": "t", "content": "c"}                          expect 400, VALIDATION_ERROR, at ["type"] invalid_union
POST /api/v1/knowledge-bases {"type": "pdf", "title": "t"}                           expect 400, at ["type"] invalid_union
POST /api/v1/knowledge-bases {"type": "text", "title": "t"}                          expect 400, at ["content"] required
POST /api/v1/knowledge-bases {"type": "text", "title": "t", "content": "c", "urls": []}    expect 400, at [] unrecognized_keys
POST /api/v1/knowledge-bases {"type": "files", "title": "t", "content": "c"}         expect 400, at [] unrecognized_keys

= a title has 1 to 255 characters, a description at most 2000
POST /api/v1/knowledge-bases {"type": "files"}                                       expect 400, at ["title"] required
POST /api/v1/knowledge-bases {"type": "files", "title": ""}                          expect 400, at ["title"] too_small
POST /api/v1/knowledge-bases {"type": "files", "title": "  "}                        expect 400, at ["title"] too_small
POST /api/v1/knowledge-bases {"type": "files", "title": "{t*256}"}                   expect 400, at ["title"] too_big
POST /api/v1/knowledge-bases {"type": "files", "title": "{t*255}"}                   expect 201
POST /api/v1/knowledge-bases {"type": "files", "title": "t", "description": "{d*2001}"}    expect 400, at ["description"] too_big

= T39 no content is empty
POST /api/v1/knowledge-bases {"type": "text", "title": "t", "content": ""}           expect 400, VALIDATION_ERROR, at ["content"]
POST /api/v1/knowledge-bases {"type": "text", "title": "t", "content": []}           expect 400, at ["content"] too_small
POST /api/v1/knowledge-bases {"type": "text", "title": "t", "content": ["a", ""]}    expect 400, at ["content", 1] too_small
POST /api/v1/knowledge-bases {"type": "text", "title": "t", "content": [1]}          expect 400, at ["content", 0] invalid_type
POST /api/v1/knowledge-bases {"type": "text", "title": "t", "content": {}}           expect 400, at ["content"] invalid_type
POST /api/v1/knowledge-bases {"type": "text", "title": "t", "content": "{a*1000001}"}    expect 400, at ["content"] too_big

= an ingestion that fails leaves no knowledge base behind
POST /api/v1/knowledge-bases {"type": "text", "title": "blank", "content": ["something", " \n\t "]}
    expect 400, VALIDATION_ERROR, at ["content", 1] ingest_failed
GET /api/v1/knowledge-bases    expect 200, .pagination.total = 1
GET /api/v1/capabilities/knowledge-bases    expect 200, .data has 1

= T53 an append that fails leaves the content as it was
POST /api/v1/knowledge-bases {"type": "text", "title": "kept", "content": "One sentence."}    expect 201, keep base = .data.id, keep made = .data
POST /api/v1/knowledge-bases/{base}/content {"content": ["Another sentence.", " \n "]}    expect 400, at ["content", 1] ingest_failed
POST /api/v1/knowledge-bases/{base}/content {"type": "text", "content": ""}               expect 400, at ["content"]
POST /api/v1/knowledge-bases/{base}/content {"content": "x", "urls": ["https://example.com/"]}    expect 400, VALIDATION_ERROR
POST /api/v1/knowledge-bases/{base}/content {"type": "website", "content": "x"}           expect 400, VALIDATION_ERROR
POST /api/v1/knowledge-bases/{base}/content {}                                            expect 400, VALIDATION_ERROR
POST /api/v1/knowledge-bases/{base}/content {"content": "x", "title": "y"}                expect 400, at [] unrecognized_keys
GET /api/v1/knowledge-bases/{base}    expect 200, .data = "{made}"
POST /api/v1/knowledge-bases/{never}/content {"content": "x"}    expect 404, KNOWLEDGE_BASE_NOT_FOUND

= a query has 1 to 2048 characters
POST /api/v1/knowledge-bases/search {}                                        expect 400, at ["query"] required
POST /api/v1/knowledge-bases/search {"query": ""}                             expect 400, at ["query"] too_small
POST /api/v1/knowledge-bases/search {"query": "\n"}                           expect 400, at ["query"] too_small
POST /api/v1/knowledge-bases/search {"query": "{q*2049}"}                     expect 400, at ["query"] too_big
POST /api/v1/knowledge-bases/search {"query": "{q*2048}"}                     expect 200
POST /api/v1/knowledge-bases/{base}/search {"query": "{q*2049}"}              expect 400, at ["query"] too_big
POST /api/v1/knowledge-bases/{base}/query {"question": ""}                    expect 400, at ["question"] too_small
POST /api/v1/knowledge-bases/{base}/query {"question": "{q*2049}"}            expect 400, at ["question"] too_big
POST /api/v1/knowledge-bases/{base}/query {"query": "x"}                      expect 400, at ["question"] required, at [] unrecognized_keys

= options have bounds, and not the same ones for searches and answers
POST /api/v1/knowledge-bases/search {"query": "x", "options": {"topK": 51}}                expect 400, at ["options", "topK"] too_big
POST /api/v1/knowledge-bases/search {"query": "x", "options": {"topK": 0}}                 expect 400, at ["options", "topK"] too_small
POST /api/v1/knowledge-bases/search {"query": "x", "options": {"topK": 50}}                expect 200
POST /api/v1/knowledge-bases/search {"query": "x", "options": {"minSimilarity": 1.1}}      expect 400, at ["options", "minSimilarity"] too_big
POST /api/v1/knowledge-bases/search {"query": "x", "options": {"minSimilarity": -0.1}}     expect 400, at ["options", "minSimilarity"] too_small
POST /api/v1/knowledge-bases/{base}/query {"question": "x", "options": {"topK": 21}}       expect 400, at ["options", "topK"] too_big
POST /api/v1/knowledge-bases/{base}/query {"question": "x", "options": {"topK": 20}}       expect 200
POST /api/v1/knowledge-bases/{base}/query {"question": "x", "options": {"maxAnswerTokens": 0}}    expect 400, at ["options", "maxAnswerTokens"] too_small
POST /api/v1/knowledge-bases/{base}/query {"question": "x", "options": {"includeContent": true}}    expect 400, at ["options"] unrecognized_keys
POST /api/v1/knowledge-bases/{base}/query {"question": "x", "scope": {}}                   expect 400, at [] unrecognized_keys
POST /api/v1/knowledge-bases/search {"query": "x", "scope": {"ids": []}}                   expect 400, at ["scope"] unrecognized_keys
POST /api/v1/knowledge-bases/search {"query": "x", "options": {"top_k": 1}}                expect 400, at ["options"] unrecognized_keys

= an unknown knowledge base is not found
GET /api/v1/knowledge-bases/{never}                                   expect 404 {"error": "~text", "code": "KNOWLEDGE_BASE_NOT_FOUND"}
POST /api/v1/knowledge-bases/{never}/search {"query": "x"}            expect 404, KNOWLEDGE_BASE_NOT_FOUND
POST /api/v1/knowledge-bases/{never}/query {"question": "x"}          expect 404, KNOWLEDGE_BASE_NOT_FOUND

= T40 a base of pages has one to fifty addresses, each of them once
POST /api/v1/knowledge-bases {"type": "website", "title": "t"}                       expect 400, at ["urls"] required
POST /api/v1/knowledge-bases {"type": "website", "title": "t", "urls": []}           expect 400, at ["urls"] too_small
POST /api/v1/knowledge-bases {"type": "website", "title": "t", "urls": ["example.com"]}    expect 400, at ["urls", 0] invalid_format
POST /api/v1/knowledge-bases {"type": "website", "title": "t", "urls": ["http://a.example/1", "http://a.example/1"]}    expect 400, VALIDATION_ERROR
POST /api/v1/knowledge-bases {"type": "website", "title": "t", "urls": [
    "http://a.example/1", "http://a.example/2", "http://a.example/3", "http://a.example/4", "http://a.example/5", "http://a.example/6",
    "http://a.example/7", "http://a.example/8", "http://a.example/9", "http://a.example/10", "http://a.example/11", "http://a.example/12",
    "http://a.example/13", "http://a.example/14", "http://a.example/15", "http://a.example/16", "http://a.example/17", "http://a.example/18",
    "http://a.example/19", "http://a.example/20", "http://a.example/21", "http://a.example/22", "http://a.example/23", "http://a.example/24",
    "http://a.example/25", "http://a.example/26", "http://a.example/27", "http://a.example/28", "http://a.example/29", "http://a.example/30",
    "http://a.example/31", "http://a.example/32", "http://a.example/33", "http://a.example/34", "http://a.example/35", "http://a.example/36",
    "http://a.example/37", "http://a.example/38", "http://a.example/39", "http://a.example/40", "http://a.example/41", "http://a.example/42",
    "http://a.example/43", "http://a.example/44", "http://a.example/45", "http://a.example/46", "http://a.example/47", "http://a.example/48",
    "http://a.example/49", "http://a.example/50", "http://a.example/51"]}
    expect 400, VALIDATION_ERROR, at ["urls"] too_big

= T41 an address that cannot be read leaves no knowledge base behind
POST /api/v1/knowledge-bases {"type": "website", "title": "Unreadable", "urls": ["http://127.0.0.1:1/", "http://127.0.0.1:2/"]}
    expect 400, VALIDATION_ERROR, at ["urls", 0] ingest_failed, at ["urls", 1] ingest_failed
GET /api/v1/knowledge-bases?q=Unreadable    expect 200, .pagination.total = 0
sql SELECT (SELECT count(*) FROM knowledge_base WHERE title = 'Unreadable') + (SELECT count(*) FROM kb_content WHERE source = 'website')
check row = 0
