# Runs, in the manner of the studio contract: 2.4 to 2.6.

= a run is accepted at once and ends with an answer that cites the agent's knowledge
as admin
POST /api/v1/knowledge-bases {"type": "text", "title": "Bicycles", "content":
    "Every bicycle frame we sell is covered by a warranty of five years from the date of purchase."}
    expect 201, keep base = .data.id
POST /api/v1/agents {"name": "desk", "model": {"provider": "CUSTOM", "model": "builtin/extractive", "maxTokens": 500},
    "capabilities": {"knowledgeBases": [{"id": "{base}"}]}}
    expect 201, keep desk = .data.id, keep me = .data.createdBy
as admin with personal key
POST /api/v1/runs {"agent": "desk", "message": "How long is the warranty of a bicycle frame?"}
    expect 202 {"run_id": "~uuid"}, keep run = .run_id, header Content-Type: application/json
wait GET /api/v1/runs/{run}
    expect 200 {"run": {"id": "{run}", "agentName": "desk", "agentPath": "~any", "userMessage": "How long is the warranty of a bicycle frame?",
        "model": "builtin:extractive", "status": "succeeded", "output": "~/five years.*\\[1\\]/", "streamedOutput": null,
        "errorMessage": null, "createdBy": "{me}", "createdAt": "~time", "startedAt": "~time", "completedAt": "~time",
        "tokensInput": "~integer", "tokensOutput": "~integer", "trigger": "manual", "automationId": null, "agentVersionLabel": null}}

= an agent is found by its id too, and a message is not needed
POST /api/v1/runs {"agent": "{desk}"}    expect 202, keep second = .run_id
wait GET /api/v1/runs/{second}    expect 200, .run.status = "succeeded", .run.userMessage = "", .run.agentName = "desk"

= a workspace key opens the studio contract too, with its role
as operator
POST /api/v1/runs {"agent": "desk", "message": "warranty?"}    expect 202, keep third = .run_id
wait GET /api/v1/runs/{third}    expect 200, .run.status = "succeeded", .run.createdBy != "{me}"
as viewer
GET /api/v1/runs/{third}    expect 200
GET /api/v1/runs            expect 200
POST /api/v1/runs {"agent": "desk"}      expect 403 {"error": "this API key's user lacks the required role for this action"}
POST /api/v1/runs text "not json"        expect 403

= runs are listed newest first
as viewer with personal key
GET /api/v1/runs    expect 200 {"runs": [{"id": "{third}", ...}, {"id": "{second}", ...}, {"id": "{run}", "agentName": "desk",
    "status": "succeeded", "trigger": "manual", "createdAt": "~time", "startedAt": "~time", "completedAt": "~time",
    "userMessagePreview": "How long is the warranty of a bicycle frame?", "errorMessagePreview": null, "costUsd": "~any",
    "agentVersionLabel": null}]}, keep first_created = .runs.2.createdAt, keep last_created = .runs.0.createdAt

= the list can be filtered, and values it does not know are ignored
GET /api/v1/runs?status=succeeded                  expect 200, .runs has 3
GET /api/v1/runs?limit=%zz                         expect 400
GET /api/v1/runs?status=%zz&limit=%31              expect 200, .runs has 1
GET /api/v1/runs?status=failed,cancelled           expect 200, .runs = []
GET /api/v1/runs?status=%20failed%20,%20succeeded,Nonsense    expect 200, .runs has 3
GET /api/v1/runs?status=Nonsense                   expect 200, .runs has 3
GET /api/v1/runs?status=FAILED                     expect 200, .runs has 3
GET /api/v1/runs?trigger=manual,event              expect 200, .runs has 3
GET /api/v1/runs?trigger=schedule                  expect 200, .runs = []
GET /api/v1/runs?agent=desk                        expect 200, .runs has 3
GET /api/v1/runs?agent=%20desk%20                  expect 200, .runs has 3
GET /api/v1/runs?agent=Desk                        expect 200, .runs = []
GET /api/v1/runs?agent=                            expect 200, .runs has 3
GET /api/v1/runs?colour=red                        expect 200, .runs has 3
GET /api/v1/runs?limit=1                           expect 200, .runs has 1
GET /api/v1/runs?limit=1&limit=2                   expect 200, .runs has 1
GET /api/v1/runs?limit=                            expect 200, .runs has 3
GET /api/v1/runs?limit=1e9                         expect 200, .runs has 3
GET /api/v1/runs?limit=0x2                         expect 200, .runs has 2
GET /api/v1/runs?limit=%202%20                     expect 200, .runs has 2
GET /api/v1/runs?limit=0                           expect 400 {"error": "limit must be a positive integer"}
GET /api/v1/runs?limit=-1                          expect 400 {"error": "limit must be a positive integer"}
GET /api/v1/runs?limit=many                        expect 400 {"error": "limit must be a positive integer"}
GET /api/v1/runs?limit=50.5                        expect 200, .runs has 3
GET /api/v1/runs?limit=1.5                         expect 400
GET /api/v1/runs?before={last_created}             expect 200, .runs lacks {"id": "{third}", ...}
GET /api/v1/runs?before=2000-01-01                 expect 200, .runs = []
GET /api/v1/runs?before=                           expect 200, .runs has 3
GET /api/v1/runs?before=yesterday                  expect 400 {"error": "before must be an ISO 8601 timestamp"}
GET /api/v1/runs?before=1770091506789              expect 400 {"error": "before must be an ISO 8601 timestamp"}

= what is wrong with a request is told in the contract's own words
as operator with personal key
POST /api/v1/runs text ""                       expect 400 {"error": "request body must be JSON"}
POST /api/v1/runs text "{"                      expect 400 {"error": "request body must be JSON"}
POST /api/v1/runs text "null"                   expect 400
POST /api/v1/runs {}                            expect 400 {"error": "`agent` (string) is required"}
POST /api/v1/runs []                            expect 400 {"error": "`agent` (string) is required"}
POST /api/v1/runs text "7"                      expect 400 {"error": "`agent` (string) is required"}
POST /api/v1/runs {"agent": 7}                  expect 400 {"error": "`agent` (string) is required"}
POST /api/v1/runs {"agent": null}               expect 400 {"error": "`agent` (string) is required"}
POST /api/v1/runs {"agent": "  "}               expect 400 {"error": "`agent` (string) is required"}
POST /api/v1/runs {"agent": "nobody"}           expect 404 {"error": "Agent \"nobody\" is no longer in the connected repo."}
POST /api/v1/runs {"agent": " desk"}            expect 404 {"error": "Agent \" desk\" is no longer in the connected repo."}
POST /api/v1/runs {"agent": "desk", "message": 7, "preferDraft": "yes", "colour": 1}    expect 202, keep lenient = .run_id
wait GET /api/v1/runs/{lenient}                 expect 200, .run.userMessage = "", .run.status = "succeeded"

= an unknown run is not found, and so is an id that is none
GET /api/v1/runs/{never}      expect 404 {"error": "run not found"}
GET /api/v1/runs/7            expect 404 {"error": "run not found"}
as stranger with personal key
GET /api/v1/runs/{run}        expect 404 {"error": "run not found"}
GET /api/v1/runs              expect 200 {"runs": []}
POST /api/v1/runs {"agent": "desk"}    expect 404

= a run goes on with what it was given, whatever happens to its agent
as admin
POST /api/v1/runs {"agent": "desk", "message": "How long is the warranty?"}    expect 202, keep late = .run_id
DELETE /api/v1/agents/{desk}    expect 200
wait GET /api/v1/runs/{late}    expect 200, .run.status = "succeeded"
GET /api/v1/runs/{run}          expect 200, .run.agentName = "desk", .run.output = "~/five years/"
POST /api/v1/runs {"agent": "desk"}    expect 404

= long previews are cut, whole messages are not
POST /api/v1/agents {"name": "long", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 201
POST /api/v1/runs {"agent": "long", "message": "{wörds *100}"}    expect 202, keep wordy = .run_id
wait GET /api/v1/runs/{wordy}    expect 200, .run.status = "succeeded", .run.userMessage has 600
GET /api/v1/runs?agent=long      expect 200, .runs.0.userMessagePreview has 200

= an agent whose config is as deep as can be sent can still be run
let deep = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
POST /api/v1/agents {"name": "deep", "model": {"provider": "CUSTOM", "model": "builtin/extractive"},
    "capabilities": {"tools": [{"kind": "system", "id": "search_knowledge", "config": {"d": "{deep}"}}]}}    expect 201, keep abyss = .data.id
GET /api/v1/agents/{abyss}    expect 200
POST /api/v1/runs {"agent": "deep", "message": "hello"}    expect 202, keep diver = .run_id
wait GET /api/v1/runs/{diver}    expect 200, .run.completedAt = "~time", .run.status = "succeeded"
