# Runs that wait, and are cancelled: 2.7 of the studio contract. Nobody takes up runs here.
serve --workers 0

= a run waits as long as nobody takes it up
as admin
POST /api/v1/agents {"name": "idle", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 201
as operator with personal key
POST /api/v1/runs {"agent": "idle", "message": "hello"}    expect 202, keep run = .run_id
GET /api/v1/runs/{run}    expect 200, .run.status = "queued", .run.startedAt = null, .run.completedAt = null, .run.output = "",
    .run.tokensInput = null, .run.tokensOutput = null
GET /api/v1/runs?status=queued,running    expect 200, .runs has 1

= cancelling ends it, once
as viewer with personal key
POST /api/v1/runs/{run}/cancel            expect 403 {"error": "this API key's user lacks the required role for this action"}
as operator with personal key
POST /api/v1/runs/{run}/cancel            expect 200 {"cancelled": true}
POST /api/v1/runs/{run}/cancel text "not json"    expect 200 {"cancelled": false}
GET /api/v1/runs/{run}    expect 200, .run.status = "cancelled", .run.errorMessage = "Cancelled by user", .run.completedAt = "~time"
GET /api/v1/runs?status=cancelled         expect 200, .runs.0.errorMessagePreview = "Cancelled by user"
GET /api/v1/runs?status=queued,running    expect 200, .runs = []

= of many cancellations, one cancels
POST /api/v1/runs {"agent": "idle"}       expect 202, keep second = .run_id
together 8 POST /api/v1/runs/{second}/cancel    expect 8 of 200

= an unknown run cannot be cancelled, nor one of another workspace
POST /api/v1/runs/{never}/cancel          expect 404 {"error": "run not found"}
POST /api/v1/runs/7/cancel                expect 404 {"error": "run not found"}
as stranger with personal key
POST /api/v1/runs/{second}/cancel         expect 404 {"error": "run not found"}
GET /api/v1/runs/{second}/cancel          expect 405, header Allow: OPTIONS, POST
