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

= no content is empty
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
