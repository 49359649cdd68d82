# Extensions of searching: options.mode, and the vectors themselves.

= a search goes by meaning, by words, or by both
as admin
POST /api/v1/knowledge-bases {"type": "text", "title": "Workshop", "content": [
    "Replace the worn brake pads before the long descent.",
    "Braking distances grow on wet roads.",
    "The espresso machine is descaled every Friday with citric acid."]}
    expect 201, keep base = .data.id
POST /api/v1/knowledge-bases/{base}/search {"query": "worn brake pads", "options": {"mode": "semantic"}}
    expect 200, .data.results.0.content = "~/brake pads/", keep semantic = .data.results
POST /api/v1/knowledge-bases/{base}/search {"query": "worn brake pads"}    expect 200, .data.results = "{semantic}"
POST /api/v1/knowledge-bases/{base}/search {"query": "citric acid", "options": {"mode": "keyword"}}
    expect 200, .data.results has 1, .data.results.0.content = "~/espresso/", .data.results.0.similarity > 0, .data.results.0.similarity <= 1
POST /api/v1/knowledge-bases/{base}/search {"query": "citric acid", "options": {"mode": "hybrid"}}
    expect 200, .data.results.0.content = "~/espresso/", .data.results.0.similarity <= 1
POST /api/v1/knowledge-bases/search {"query": "citric acid", "options": {"mode": "keyword"}, "scope": {"knowledgeBaseIds": ["{base}"]}}
    expect 200, .data.results has 1
POST /api/v1/knowledge-bases/{base}/search {"query": "submarine", "options": {"mode": "keyword"}}    expect 200, .data.results = []

= the least similarity is 0.5 by meaning, and otherwise nothing is too far
POST /api/v1/knowledge-bases/{base}/search {"query": "friday afternoon, remote island"}    expect 200, .data.results = []
POST /api/v1/knowledge-bases/{base}/search {"query": "friday afternoon, remote island", "options": {"mode": "keyword"}}
    expect 200, .data.results has 1
POST /api/v1/knowledge-bases/{base}/search {"query": "friday afternoon, remote island", "options": {"mode": "hybrid"}}
    expect 200, .data.results.0.content = "~/Friday/"
POST /api/v1/knowledge-bases/{base}/search {"query": "friday afternoon, remote island", "options": {"minSimilarity": 0}}
    expect 200, .data.results has 3

= a mode is one of three
POST /api/v1/knowledge-bases/{base}/search {"query": "x", "options": {"mode": "fuzzy"}}       expect 400, VALIDATION_ERROR, at ["options", "mode"] invalid_enum
POST /api/v1/knowledge-bases/search {"query": "x", "options": {"mode": "Semantic"}}           expect 400, at ["options", "mode"] invalid_enum
POST /api/v1/knowledge-bases/search {"query": "x", "options": {"mode": null}}                 expect 400, at ["options", "mode"] invalid_type
POST /api/v1/knowledge-bases/search {"query": "x", "options": {"minSimilarity": -1}}          expect 400, at ["options", "minSimilarity"] too_small
POST /api/v1/knowledge-bases/{base}/query {"question": "x", "options": {"mode": "keyword"}}   expect 400, at ["options"] unrecognized_keys

= vectors are shown to those who ask for them
GET /api/v1/knowledge-bases/{base}/embeddings?limit=1
    expect 200, .data.embeddings.0 = {"chunkId": "~uuid", "contentId": "~uuid", "chunkIndex": 0, "content": "~text", "model": "~text", "dimensions": 1536,
        "metadata": "~object", "createdAt": "~time"}
GET /api/v1/knowledge-bases/{base}/embeddings?limit=2&includeVector=true
    expect 200, .data.embeddings has 2, .data.embeddings.0.embedding has 1536, .data.embeddings.1.embedding.1535 = "~number"
GET /api/v1/knowledge-bases/{base}/embeddings?includeVector=false    expect 200, .data.embeddings lacks {"embedding": "~list", ...}
GET /api/v1/knowledge-bases/{base}/embeddings?includeVector=yes      expect 400, at ["includeVector"] invalid_type
