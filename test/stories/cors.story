serve --cors-origins https://app.example.com
# Pages of another origin (C-7).

= an allowed origin may read answers, those of the server itself among them
as admin
with Origin: https://app.example.com
GET /api/v1/capabilities                expect 200, header Access-Control-Allow-Origin: https://app.example.com, header Vary: Origin
with Origin: https://app.example.com
GET /api/v1/nowhere                     expect 404, header Access-Control-Allow-Origin: https://app.example.com
with Origin: https://app.example.com
POST /api/v1/agents {"zz": "{x*10485760}"}
    expect 413, PAYLOAD_TOO_LARGE, header Access-Control-Allow-Origin: https://app.example.com, header Access-Control-Expose-Headers, header Vary: Origin
with Origin: https://app.example.com
with Expect: the impossible
GET /healthz                            expect 417, header Access-Control-Allow-Origin: https://app.example.com
with Origin: https://app.example.com
with Accept: text/event-stream
POST /api/v1/knowledge-bases {"type": "text", "title": "Told", "content": "Told."}
    expect 200, header Content-Type: text/event-stream, header Access-Control-Allow-Origin: https://app.example.com

= another origin may not
with Origin: https://evil.example.com
GET /api/v1/capabilities                expect 200, no header Access-Control-Allow-Origin, header Vary: Origin
with Origin: https://evil.example.com
POST /api/v1/agents {"zz": "{x*10485760}"}
    expect 413, no header Access-Control-Allow-Origin, header Vary: Origin
GET /api/v1/capabilities                expect 200, no header Access-Control-Allow-Origin

= a preflight is answered without a key
as nobody
with Origin: https://app.example.com
with Access-Control-Request-Method: POST
OPTIONS /api/v1/knowledge-bases         expect 204, header Access-Control-Allow-Methods: GET, HEAD, POST, PUT, PATCH, DELETE
with Origin: https://evil.example.com
with Access-Control-Request-Method: POST
OPTIONS /api/v1/knowledge-bases         expect 401
