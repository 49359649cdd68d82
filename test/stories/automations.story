# Agents that run by the clock: studio contract 2.10 and 7, and what we have besides.

= an automation is told in the contract's members, and belongs to whoever made it
as admin
POST /api/v1/agents {"name": "greeter", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}
    expect 201, keep agent = .data.id
as operator with personal key
POST /api/v1/automations {"name": "  Nightly ", "agent": "greeter", "cron": " 0 0 1 1 * ", "inputMessage": "Hi", "ownerUserId": "x"}
    expect 201 {"automation": {"id": "~uuid", "name": "Nightly", "agentName": "greeter", "cron": " 0 0 1 1 * ",
        "inputMessage": "Hi", "enabled": true, "ownerUserId": "~text", "useDraft": false, "lastFiredAt": null,
        "lastFireError": null, "createdAt": "~time", "updatedAt": "~time"}},
    keep one = .automation.id, keep operator = .automation.ownerUserId
GET /api/v1/automations/{one}    expect 200, .automation.id = "{one}", .automation lacks "nextFireAt"
POST /api/v1/automations {"name": "By id", "agent": "{agent}", "cron": "@yearly", "enabled": false}    expect 201, keep two = .automation.id
GET /api/v1/automations          expect 200 {"automations": [{"id": "{two}", ...}, {"id": "{one}", ...}]}

= what is wrong is told in the contract's order
POST /api/v1/automations text "{"                                        expect 400 {"error": "request body must be JSON"}
POST /api/v1/automations {"name": "x", "agent": "greeter"}               expect 400 {"error": "`name`, `agent`, and `cron` (strings) are required"}
POST /api/v1/automations {"name": " ", "agent": "", "cron": "bad"}       expect 400 {"error": "name is required"}
POST /api/v1/automations {"name": "x", "agent": " ", "cron": "bad"}      expect 400 {"error": "agent is required"}
POST /api/v1/automations {"name": "x", "agent": "no", "cron": "60 * * * *"}
    expect 400 {"error": "Constraint error, got value 60 expected range 0-59"}
POST /api/v1/automations {"name": "x", "agent": "no", "cron": "* * * * *"}    expect 404 {"error": "agent \"no\" not found"}
POST /api/v1/automations {"name": "a\u0000", "agent": "greeter", "cron": "* * * * *"}    expect 400
as viewer with personal key
POST /api/v1/automations text "{"            expect 403
PATCH /api/v1/automations/{never} text "{"   expect 403

= a change merges, and looks for the automation before it looks at the body
as operator with personal key
PATCH /api/v1/automations/{never} text "{"     expect 404 {"error": "automation not found"}
PATCH /api/v1/automations/{one} text "{"       expect 400 {"error": "request body must be JSON"}
PATCH /api/v1/automations/{one} {"name": "", "agent": "nobody", "enabled": "yes", "inputMessage": null, "id": "x"}
    expect 200, .automation.name = "", .automation.agentName = "nobody", .automation.enabled = true, .automation.inputMessage = "Hi"
PATCH /api/v1/automations/{one} {"cron": "bad"}           expect 400
PATCH /api/v1/automations/{one} []                        expect 200, .automation.agentName = "nobody"
PATCH /api/v1/automations/{one} {"agent": "greeter", "useDraft": true}    expect 200, .automation.useDraft = true

= an automation of another workspace, or none, is not found
as stranger with personal key
GET /api/v1/automations                 expect 200 {"automations": []}
GET /api/v1/automations/{one}           expect 404 {"error": "automation not found"}
PATCH /api/v1/automations/{one} {}      expect 404
DELETE /api/v1/automations/{one}        expect 404
GET /api/v1/automations/not-a-uuid      expect 404 {"error": "automation not found"}

= the extensions are told to whoever uses them, or asks
as operator with personal key
POST /api/v1/automations {"name": "x", "agent": "greeter", "cron": "30 2 * * *", "timezone": "Europe/Berlin"}
    expect 201, .automation.timezone = "Europe/Berlin", .automation.overlap = "allow", .automation.nextFireAt = "~time", keep zoned = .automation.id
POST /api/v1/automations {"name": "x", "agent": "greeter", "cron": "* * * * *", "timezone": "Mars/Olympus"}
    expect 400 {"error": "timezone \"Mars/Olympus\" is not known"}
POST /api/v1/automations {"name": "x", "agent": "greeter", "cron": "* * * * *", "overlap": "sometimes"}
    expect 400 {"error": "overlap must be allow or skip"}
GET /api/v1/automations/{one}?extended=true     expect 200, .automation.timezone = "UTC", .automation.overlap = "allow",
    .automation.nextFireAt = "~/^20..-01-01T00:00:00.000Z$/"
GET /api/v1/automations/{two}?extended=true     expect 200, .automation lacks "nextFireAt"
GET /api/v1/automations?extended=true           expect 200, .automations.0.nextFireAt = "~time"
PATCH /api/v1/automations/{zoned} {"timezone": null}    expect 200, .automation lacks "timezone"
PATCH /api/v1/automations/{zoned} {"overlap": "skip"}   expect 200, .automation.overlap = "skip", .automation.timezone = "UTC"
DELETE /api/v1/automations/{zoned}              expect 204, no body

= it runs when it is time, as its owner
POST /api/v1/automations {"name": "Tick", "agent": "greeter", "cron": "* * * * * *", "inputMessage": "Tick"}
    expect 201, keep tick = .automation.id
wait GET /api/v1/runs?trigger=schedule    expect 200, .runs.0.status = "succeeded", keep run = .runs.0.id
GET /api/v1/runs/{run}      expect 200, .run.automationId = "{tick}", .run.createdBy = "{operator}", .run.userMessage = "Tick", .run.trigger = "schedule"
GET /api/v1/automations/{tick}    expect 200, .automation.lastFiredAt = "~time", .automation.lastFireError = null

= a deleted one leaves its runs
DELETE /api/v1/automations/{tick}    expect 204
DELETE /api/v1/automations/{tick}    expect 404
GET /api/v1/runs/{run}               expect 200, .run.automationId = null

= what cannot run says why
sql UPDATE automation SET agent_name = 'gone', cron = '* * * * * *', floor_at = floor_at - 5000000, next_fire_at = 1 WHERE id = '{one}'
wait GET /api/v1/automations/{one}    expect 200, .automation.lastFireError = "Agent \"gone\" is no longer in the connected repo."
sql UPDATE automation SET cron = 'whenever', next_fire_at = 1 WHERE id = '{one}'
wait GET /api/v1/automations/{one}    expect 200, .automation.lastFireError = "Constraint error, got value 0 expected range 1-12"
PATCH /api/v1/automations/{one} {"cron": "0 0 1 1 *"}    expect 200, .automation.lastFireError = null

= who did it is known
sql SELECT group_concat(kind || ' ' || json_extract(payload, '$.name') || ' ' || coalesce(json_extract(payload, '$.cron'), '-'), ', ') FROM (SELECT * FROM audit_event WHERE target_id = '{tick}' ORDER BY at, id)
check row = "automation.created Tick * * * * * *, automation.deleted Tick -"
