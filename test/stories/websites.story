# Knowledge bases of web pages: sections 5.3 and 5.8, I-3 and I-4. The site is test/lib/pages.py.
pages

= a page becomes text that can be found, with where it came from
as admin
POST /api/v1/knowledge-bases {"type": "website", "title": "Coast", "urls": ["{pages}/lighthouse"]}
    expect 201, keep coast = .data.id, .data.type = "website", .data.contentSize.webPageCount = 1, .data.contentSize.fileCount = 0
POST /api/v1/knowledge-bases/{coast}/search {"query": "How fast does the lamp of the lighthouse turn?"}
    expect 200, .data.results.0.content = "~/turns once in four seconds/",
    .data.results.0.metadata = {"chunkIndex": 0, "source": "website", "url": "{pages}/lighthouse", "title": "The lighthouse of Skagen",
        "mimeType": "text/html", ...}
GET /api/v1/knowledge-bases/{coast}/contents    expect 200, .data.contents = [{"id": "~uuid", "source": "website",
    "title": "The lighthouse of Skagen", "url": "{pages}/lighthouse", "fileName": null, "mimeType": "text/html", "bytes": "~integer",
    "wordCount": "~integer", "chunkCount": "~integer", "createdAt": "~time"}], keep page = .data.contents.0.id

= headings, lists and tables of a page are kept; navigation, scripts and styles are not
GET /api/v1/knowledge-bases/{coast}/contents/{page}    expect 200, .data.chunks.0.content = "~/Visiting hours/",
    .data.chunks.0.content contains "- Children climb for free", .data.chunks.0.content contains "January | four o'clock",
    .data.chunks.0.content lacks "souvenirs", .data.chunks.0.content lacks "vermilion", .data.chunks.0.content lacks "crimson",
    .data.chunks.0.content lacks "Imprint"

= several pages at once, and each can be found
POST /api/v1/knowledge-bases {"type": "website", "title": "Sea", "urls": ["{pages}/ferry", "{pages}/island", "{pages}/tides.txt", "{pages}/knots.md"]}
    expect 201, keep sea = .data.id, .data.contentSize.webPageCount = 4, .data.contentSize.chunks = 4
POST /api/v1/knowledge-bases/{sea}/search {"query": "Who lives on the island?"}
    expect 200, .data.results.0.content = "~/sheep/", .data.results.0.metadata.url = "{pages}/island"
POST /api/v1/knowledge-bases/{sea}/search {"query": "spring tides and the full moon"}
    expect 200, .data.results.0.content = "Spring tides come with the full moon.", .data.results.0.metadata.mimeType = "text/plain"
POST /api/v1/knowledge-bases/{sea}/search {"query": "Can a bowline be untied?"}
    expect 200, .data.results.0.content = "~/bowline holds/", .data.results.0.metadata.heading = "Knots",
    .data.results.0.metadata.mimeType = "text/markdown"

= pages are appended to a base of any type, with or without saying that they are pages
POST /api/v1/knowledge-bases {"type": "text", "title": "Texts", "content": "A text to begin with."}    expect 201, keep mixed = .data.id
POST /api/v1/knowledge-bases/{mixed}/content {"type": "website", "urls": ["{pages}/ferry"]}
    expect 201, .data.type = "text", .data.contentSize.webPageCount = 1, .data.contentSize.chunks = 2
POST /api/v1/knowledge-bases/{mixed}/content {"urls": ["{pages}/island"]}    expect 201, .data.contentSize.webPageCount = 2
POST /api/v1/knowledge-bases/{mixed}/search {"query": "When does the ferry leave for the island?"}
    expect 200, .data.results.0.metadata.source = "website", .data.results.0.content = "~/leaves at noon/"

= the characters of a page are read as its server or the page itself says
POST /api/v1/knowledge-bases {"type": "website", "title": "Letters", "urls": ["{pages}/latin1", "{pages}/unsaid",
    "{pages}/documents/whole/page.html", "{pages}/documents/whole/page-windows1252.html", "{pages}/documents/whole/page-utf16.html"]}
    expect 201, keep letters = .data.id
POST /api/v1/knowledge-bases/{letters}/search {"query": "Möwen stehlen süße Brötchen."}    expect 200, .data.results.0.content = "~/süße Brötchen/"
POST /api/v1/knowledge-bases/{letters}/search {"query": "Die Überfahrt kostet 9 €."}       expect 200, .data.results.0.content = "~/9 €/"

= a page may come compressed, without a type, or be a document
POST /api/v1/knowledge-bases {"type": "website", "title": "Kinds", "urls": ["{pages}/gzip", "{pages}/unlabelled",
    "{pages}/documents/whole/handbook.pdf", "{pages}/documents/whole/report.docx", "{pages}/documents/whole/prices.csv"]}
    expect 201, keep kinds = .data.id, .data.contentSize.webPageCount = 5, .data.contentSize.fileCount = 0
POST /api/v1/knowledge-bases/{kinds}/search {"query": "How are sails packed?"}    expect 200, .data.results.0.content = "~/folded before/"
POST /api/v1/knowledge-bases/{kinds}/search {"query": "Damage by frost is not covered, drain the pump before winter"}
    expect 200, .data.results.0.metadata = {"source": "website", "mimeType": "application/pdf", "page": 1, ...}

= redirects are followed, five of them, and the address stays the one that was named
POST /api/v1/knowledge-bases {"type": "website", "title": "Moved", "urls": ["{pages}/steps/5"]}    expect 201, keep moved = .data.id
POST /api/v1/knowledge-bases/{moved}/search {"query": "the traveller who followed every signpost"}
    expect 200, .data.results.0.content = "~/has arrived/", .data.results.0.metadata.url = "{pages}/steps/5"
POST /api/v1/knowledge-bases {"type": "website", "title": "t", "urls": ["{pages}/steps/6"]}
    expect 400, .details.0 = {"path": ["urls", 0], "code": "ingest_failed", "message": "~/redirects more than 5 times/"}
POST /api/v1/knowledge-bases {"type": "website", "title": "t", "urls": ["{pages}/loop"]}      expect 400, at ["urls", 0] ingest_failed

= the same address twice is one too many
POST /api/v1/knowledge-bases {"type": "website", "title": "t", "urls": ["{pages}/ferry", "{pages}/island", "{pages}/ferry"]}
    expect 400, VALIDATION_ERROR, at ["urls", 2]
POST /api/v1/knowledge-bases/{sea}/content {"urls": ["{pages}/p1", "{pages}/p1"]}             expect 400, VALIDATION_ERROR, at ["urls", 1]

= fifty pages are as many as one request may bring
let most = ["{pages}/p0", "{pages}/p1", "{pages}/p2", "{pages}/p3", "{pages}/p4", "{pages}/p5", "{pages}/p6", "{pages}/p7", "{pages}/p8", "{pages}/p9",
    "{pages}/p10", "{pages}/p11", "{pages}/p12", "{pages}/p13", "{pages}/p14", "{pages}/p15", "{pages}/p16", "{pages}/p17", "{pages}/p18", "{pages}/p19",
    "{pages}/p20", "{pages}/p21", "{pages}/p22", "{pages}/p23", "{pages}/p24", "{pages}/p25", "{pages}/p26", "{pages}/p27", "{pages}/p28", "{pages}/p29",
    "{pages}/p30", "{pages}/p31", "{pages}/p32", "{pages}/p33", "{pages}/p34", "{pages}/p35", "{pages}/p36", "{pages}/p37", "{pages}/p38", "{pages}/p39",
    "{pages}/p40", "{pages}/p41", "{pages}/p42", "{pages}/p43", "{pages}/p44", "{pages}/p45", "{pages}/p46", "{pages}/p47", "{pages}/p48", "{pages}/p49"]
POST /api/v1/knowledge-bases {"type": "website", "title": "Piers", "urls": "{most}"}
    expect 201, keep piers = .data.id, .data.contentSize.webPageCount = 50
POST /api/v1/knowledge-bases/{piers}/search {"query": "Pier number 37 belongs to which captain?", "options": {"topK": 1}}
    expect 200, .data.results.0.metadata.url = "{pages}/p37"

= each page that cannot be had is named with its reason, and nothing is left behind
GET /api/v1/knowledge-bases    expect 200, keep before = .pagination.total
POST /api/v1/knowledge-bases {"type": "website", "title": "Unreadable", "urls": ["{pages}/ferry", "{pages}/nowhere", "{pages}/status/500",
    "{pages}/picture", "{pages}/menu", "{pages}/empty", "{pages}/large", "{pages}/bomb", "{pages}/endless", "{pages}/cut", "http://127.0.0.1:1/",
    "{pages}/documents/broken/nuls.html", "{pages}/documents/broken/no-text.html", "{pages}/documents/broken/encrypted.pdf"]}
    expect 400, VALIDATION_ERROR, .details lacks {"path": ["urls", 0], ...},
    .details contains {"path": ["urls", 1], "code": "ingest_failed", "message": "the server answered 404"},
    .details contains {"path": ["urls", 2], "code": "ingest_failed", "message": "the server answered 500"},
    .details contains {"path": ["urls", 3], "code": "ingest_failed", "message": "it is image/png, not a page of text"},
    .details contains {"path": ["urls", 5], "code": "ingest_failed", "message": "the page is empty"},
    .details contains {"path": ["urls", 6], "code": "ingest_failed", "message": "~/sent more than 10485760 bytes/"},
    .details contains {"path": ["urls", 7], "code": "ingest_failed", "message": "~/sent more than 10485760 bytes/"},
    .details contains {"path": ["urls", 8], "code": "ingest_failed", "message": "~/sent more than 10485760 bytes/"},
    at ["urls", 9] ingest_failed, at ["urls", 10] ingest_failed, at ["urls", 11] ingest_failed, at ["urls", 13] ingest_failed
GET /api/v1/knowledge-bases    expect 200, .pagination.total = "{before}"
POST /api/v1/knowledge-bases {"type": "website", "title": "t", "urls": ["{pages}/ferry", "{pages}/menu"]}
    expect 400, .details.0 = {"path": ["urls", 1], "code": "ingest_failed", "message": "there is no text in it"}

= T53 an append that fails leaves the base as it was
GET /api/v1/knowledge-bases/{sea}    expect 200, keep made = .data
POST /api/v1/knowledge-bases/{sea}/content {"urls": ["{pages}/lighthouse", "{pages}/nowhere"]}    expect 400, at ["urls", 1] ingest_failed
GET /api/v1/knowledge-bases/{sea}    expect 200, .data = "{made}"
POST /api/v1/knowledge-bases/{sea}/search {"query": "How fast does the lamp of the lighthouse turn?"}    expect 200, .data.results = []

= no spelling of a private address, and no redirect, leads where nobody is let in
POST /api/v1/knowledge-bases {"type": "website", "title": "Vault", "urls": ["{vault}/", "{pages}/to?{vault}/", "{pages}/to?http://10.0.0.1/",
    "{pages}/to?http://169.254.169.254/latest/meta-data/", "{pages}/to?http://[::1]/", "{pages}/to?file:///etc/passwd",
    "http://10.1.2.3/", "http://192.168.0.1/", "http://100.64.0.1/", "http://169.254.169.254/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/",
    "http://2130706433/", "http://127.1/", "http://[fd00::1]/", "http://localhost:1/"]}
    expect 400, .details has 16, .details.0.message = "the address is not allowed", .details.1.message = "the address is not allowed",
    .details.2.message = "the address is not allowed", .details.3.message = "the address is not allowed",
    .details.4.message = "the address is not allowed", .details.5.message = "~/no address of http/", .details.6.message = "the address is not allowed",
    .details.7.message = "the address is not allowed", .details.8.message = "the address is not allowed", .details.9.message = "the address is not allowed",
    .details.10.message = "the address is not allowed", .details.11.message = "the address is not allowed",
    .details.12.message = "the address is not allowed", .details.13.message = "the address is not allowed",
    .details.14.message = "the address is not allowed", .details.15.message = "the address is not allowed"
POST /api/v1/knowledge-bases/search {"query": "the password of the vault is swordfish"}    expect 200, .data.results lacks {"content": "~/swordfish/", ...}
POST /api/v1/knowledge-bases {"type": "website", "title": "Visits", "urls": ["{pages}/visits"]}    expect 201, keep visits = .data.id
POST /api/v1/knowledge-bases/{visits}/search {"query": "How often was the vault entered?", "options": {"minSimilarity": 0}}
    expect 200, .data.results.0.content = "The vault was entered 0 times."

= the making of a base tells of each page as it is fetched and read
with Accept: text/event-stream
POST /api/v1/knowledge-bases {"type": "website", "title": "Told", "urls": ["{pages}/ferry", "{pages}/island"]}
    expect 200, header Content-Type: text/event-stream,
    . contains {"event": "progress", "data": {"stage": "fetched", "item": {"list": "urls", "index": 0, "name": "{pages}/ferry"}, "count": 109}},
    . contains {"event": "progress", "data": {"stage": "fetched", "item": {"list": "urls", "index": 1, "name": "{pages}/island"}, "count": "~integer"}},
    . contains {"event": "progress", "data": {"stage": "extracted", "item": {"list": "urls", "index": 0, "name": "{pages}/ferry"}, "count": 39}},
    . contains {"event": "progress", "data": {"stage": "chunked", "item": {"list": "urls", "index": 1, "name": "{pages}/island"}, "count": 1}},
    . contains {"event": "progress", "data": {"stage": "embedded", "item": {"list": "urls", "index": 1, "name": "{pages}/island"}, "count": 1}},
    .-1.event = "result", .-1.data.data.contentSize.webPageCount = 2, keep told = .-1.data.data.id
POST /api/v1/knowledge-bases/{told}/search {"query": "Who lives on the island?"}    expect 200, .data.results.0.content = "~/sheep/"
GET /api/v1/knowledge-bases    expect 200, keep before = .pagination.total
with Accept: text/event-stream
POST /api/v1/knowledge-bases {"type": "website", "title": "Half", "urls": ["{pages}/ferry", "{pages}/nowhere"]}
    expect 200, . contains {"event": "progress", "data": {"stage": "fetched", "item": {"list": "urls", "index": 0, "name": "{pages}/ferry"}, "count": 109}},
    .-1 = {"event": "error", "data": {"status": 400, "body": {"error": "~text", "code": "VALIDATION_ERROR",
        "details": [{"path": ["urls", 1], "code": "ingest_failed", "message": "the server answered 404"}]}}}
GET /api/v1/knowledge-bases    expect 200, .pagination.total = "{before}"

= a page that is deleted is not found any more
DELETE /api/v1/knowledge-bases/{coast}/contents/{page}    expect 200
GET /api/v1/knowledge-bases/{coast}    expect 200, .data.contentSize.webPageCount = 0, .data.contentSize.bytes = 0
POST /api/v1/knowledge-bases/{coast}/search {"query": "How fast does the lamp of the lighthouse turn?"}    expect 200, .data.results = []
