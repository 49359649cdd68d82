# Slack apps: studio contract 2.11.

= an app is made, read, listed, changed and deleted
as admin with personal key
POST /api/v1/slack-apps {"name": "  Ops Bot ", "agentLabels": [" Ops", "ops", 7, "", "Sales"], "slackAppId": "A1", "signingSecret": "sesame-1",
        "clientId": "c1", "clientSecret": "sesame-2", "status": "installed", "botToken": "sesame-3"}
    expect 201 {"slackApp": {"id": "~uuid", "name": "Ops Bot", "status": "configuring", "teamId": null, "botUserId": null,
        "defaultOwnerUserId": "~text", "agentLabels": ["ops", "sales"], "hasBotToken": false, "createdAt": "~time", "updatedAt": "~time"}},
    keep app = .slackApp.id, keep made = .slackApp
as viewer with personal key
GET /api/v1/slack-apps/{app}     expect 200 {"slackApp": "{made}"}
GET /api/v1/slack-apps           expect 200 {"slackApps": ["{made}"]}
as admin with personal key
PATCH /api/v1/slack-apps/{app} {"name": "Bot", "agentLabels": []}    expect 200, .slackApp.name = "Bot", .slackApp.agentLabels = []
PATCH /api/v1/slack-apps/{app} {"clientSecret": "sesame-4", "slackAppId": {"a": 1}, "clientId": null}    expect 200
DELETE /api/v1/slack-apps/{app}    expect 204, no body, no header Content-Type
DELETE /api/v1/slack-apps/{app}    expect 404 {"error": "slack app not found"}
GET /api/v1/slack-apps/{app}       expect 404 {"error": "slack app not found"}

= no secret is stored in plain, and none comes out
stored nowhere: sesame
sql SELECT count(*) FROM audit_event WHERE kind LIKE 'slack_app.%' AND payload LIKE '%sesame%'
check row = 0

= every change left an event, with the key it was made with
sql SELECT group_concat(kind || ' ' || json_extract(payload, '$.name') || ' ' || coalesce(json_extract(payload, '$.rotatedSecrets'), '-'), ', ')
    FROM (SELECT * FROM audit_event WHERE target_type = 'slack_app' ORDER BY id)
check row = "slack_app.created Ops Bot -, slack_app.updated Bot [], slack_app.updated Bot [\"clientSecret\"], slack_app.deleted Bot -"
sql SELECT count(*) FROM audit_event WHERE target_type = 'slack_app' AND json_extract(payload, '$.via') = 'api' AND json_extract(payload, '$.apiKeyId') <> ''
check row = 4

= only administrators write, everyone reads
as operator with personal key
POST /api/v1/slack-apps text "not json"            expect 403 {"error": "this API key's user lacks the required role for this action"}
PATCH /api/v1/slack-apps/{never} text "not json"   expect 403
DELETE /api/v1/slack-apps/{never}                  expect 403
GET /api/v1/slack-apps                             expect 200 {"slackApps": []}

= mistakes are told one at a time, in the contract's order
as admin with personal key
POST /api/v1/slack-apps text "{"                                     expect 400 {"error": "request body must be JSON"}
POST /api/v1/slack-apps {"defaultOwnerUserId": "nobody"}             expect 400 {"error": "`name` (string) is required"}
POST /api/v1/slack-apps {"name": " ", "defaultOwnerUserId": "x"}     expect 400 {"error": "name is required"}
POST /api/v1/slack-apps {"name": "{n*36}", "defaultOwnerUserId": "x"}    expect 400 {"error": "name must be 35 characters or fewer (Slack's limit)"}
POST /api/v1/slack-apps {"name": "x", "defaultOwnerUserId": "x"}     expect 400 {"error": "defaultOwnerUserId must be a member of this workspace"}
POST /api/v1/slack-apps {"name": "a\u0000b"}                         expect 502 {"error": "couldn't create the Slack app"}
POST /api/v1/slack-apps {"name": "Twin"}                             expect 201, keep twin = .slackApp.id
POST /api/v1/slack-apps {"name": "TWIN"}                             expect 409 {"error": "a Slack app with that name already exists"}
POST /api/v1/slack-apps {"name": "Other"}                            expect 201, keep other = .slackApp.id
PATCH /api/v1/slack-apps/{other} {"name": "twin"}                    expect 409 {"error": "a Slack app with that name already exists"}
PATCH /api/v1/slack-apps/{never} text "{"                            expect 400 {"error": "request body must be JSON"}
PATCH /api/v1/slack-apps/{never} {"name": ""}                        expect 404 {"error": "slack app not found"}
PATCH /api/v1/slack-apps/7 {"name": ""}                              expect 404 {"error": "slack app not found"}
PATCH /api/v1/slack-apps/{other} {"name": "", "defaultOwnerUserId": "x"}    expect 400 {"error": "name cannot be empty"}
PATCH /api/v1/slack-apps/{other} {"name": "{n*36}"}                  expect 400 {"error": "name must be 35 characters or fewer"}
PATCH /api/v1/slack-apps/{other} {"defaultOwnerUserId": ""}          expect 400 {"error": "defaultOwnerUserId must be a member of this workspace"}

= what says nothing changes nothing
GET /api/v1/slack-apps/{other}                                       expect 200, keep before = .slackApp
PATCH /api/v1/slack-apps/{other} {}                                  expect 200 {"slackApp": "{before}"}
PATCH /api/v1/slack-apps/{other} [{"name": "z"}]                     expect 200 {"slackApp": "{before}"}
PATCH /api/v1/slack-apps/{other} {"name": 5, "agentLabels": "x", "signingSecret": "", "teamId": "T"}    expect 200 {"slackApp": "{before}"}
PATCH /api/v1/slack-apps/{other} text "null"                          expect 400 {"error": "request body must be JSON"}

= names stand in the order of the alphabet, whatever their case
POST /api/v1/slack-apps {"name": "alpha"}                            expect 201
GET /api/v1/slack-apps                                               expect 200, .slackApps.0.name = "alpha", .slackApps.1.name = "Other", .slackApps.2.name = "Twin"

= an app of another workspace is none
as stranger with personal key
GET /api/v1/slack-apps/{other}                                       expect 404
PATCH /api/v1/slack-apps/{other} {"name": "z"}                       expect 404
DELETE /api/v1/slack-apps/{other}                                    expect 404
GET /api/v1/slack-apps                                               expect 200 {"slackApps": []}

= of two at the same moment one gets the name
as admin with personal key
together 8 POST /api/v1/slack-apps {"name": "Race"}                  expect 1 of 201 and 7 of 409

= the command line lists them
agentd slack-app list --workspace demo --json
