# The inbox: 2.13 of the studio contract.

= an item can be put into one's own inbox, and nobody else sees it
as operator with personal key
POST /api/v1/inbox {"itemType": " note ", "title": " Call back ", "context": "see https://a.example/x. or [md](https://b.example)"}
    expect 201 {"inbox_item": {"id": "~uuid", "source": "agent", "externalRef": null, "url": null, "itemType": "note",
        "title": "Call back", "context": {"text": "see https://a.example/x. or [md](https://b.example)"}, "proposedAction": null,
        "finalAction": null, "options": null, "links": [{"url": "https://a.example/x"}, {"url": "https://b.example"}],
        "status": "open", "assigneeKind": null, "assigneeId": null, "producedByRunId": null, "createdBy": "~text",
        "createdAt": "~time", "updatedAt": "~time", "resolvedAt": null, "externalTs": null, "snoozedUntil": null}},
        keep item = .inbox_item.id, keep me = .inbox_item.createdBy
GET /api/v1/inbox            expect 200, .inbox_items has 1
GET /api/v1/inbox/{item}     expect 200, .inbox_item.id = "{item}"
as admin
GET /api/v1/inbox            expect 200 {"inbox_items": []}
GET /api/v1/inbox/{item}     expect 404 {"error": "no inbox item \"{item}\""}
PATCH /api/v1/inbox/{item} {"action": "claim"}    expect 409 {"error": "item not found or already claimed"}
as stranger
GET /api/v1/inbox/{item}     expect 404

= an id may be written in any of a UUID's forms, and nothing else is one
as operator with personal key
GET /api/v1/inbox/%7B{item}%7D    expect 200
GET /api/v1/inbox/not-a-uuid      expect 404 {"error": "no inbox item \"not-a-uuid\""}
PATCH /api/v1/inbox/not-a-uuid {"action": "dismiss"}    expect 409 {"error": "item not found or already resolved"}

= the fields are judged in their own order
POST /api/v1/inbox {}                              expect 400 {"error": "`itemType` (string) is required"}
POST /api/v1/inbox {"title": 5, "itemType": " "}   expect 400 {"error": "`itemType` (string) is required"}
POST /api/v1/inbox {"title": " ", "itemType": "t"} expect 400 {"error": "`title` (string) is required"}
POST /api/v1/inbox []                              expect 400 {"error": "`itemType` (string) is required"}
POST /api/v1/inbox text "null"                     expect 400 {"error": "request body must be JSON"}
POST /api/v1/inbox {"itemType": "t", "title": "x\u0000"}    expect 400 {"error": "`title` cannot contain U+0000"}
POST /api/v1/inbox {"itemType": "t", "title": "x", "context": {"\u0000": 1}}    expect 400 {"error": "`context` cannot contain U+0000"}

= what is stored comes back with its keys in the order of their lengths
POST /api/v1/inbox {"itemType": "t", "title": "order", "context": {"name": 1, "b": [1, {"zz": null, "y": 2}], "a": 1.50}}
    expect 201, keep ordered = .inbox_item.id
GET /api/v1/inbox?q=order    expect 200, .inbox_items has 1
GET /api/v1/inbox?q=%22a%22:%201.5,%20%22b%22:%20%5B1,%20%7B%22y%22:%202,%20%22zz%22:%20null    expect 200, .inbox_items has 1

= links with a label, and the producer's clock, are taken too
POST /api/v1/inbox {"itemType": "t", "title": "first", "source": "mail", "externalRef": "m-1", "externalTs": 1000,
    "links": [{"url": "https://l.example/1", "label": " A "}, {"url": "https://l.example/2"}, {"url": "ftp://x", "label": "no"}],
    "proposedAction": {"text": "[B](https://b.example)", "zzz": 1}}
    expect 201, .inbox_item.links = [{"url": "https://l.example/1", "label": "A"}, {"url": "https://b.example", "label": "B"}],
    .inbox_item.externalTs = 1000, .inbox_item.status = "awaiting_human", .inbox_item.proposedAction = {"text": "[B](https://b.example)"},
    keep mail = .inbox_item.id
POST /api/v1/inbox {"itemType": "u", "title": "same", "source": "mail", "externalRef": "m-1", "externalTs": "2000", "url": "https://u.example"}
    expect 201, .inbox_item.id = "{mail}", .inbox_item.title = "first", .inbox_item.url = "https://u.example"
POST /api/v1/inbox {"itemType": "u", "title": "newer", "source": "mail", "externalRef": "m-1", "externalTs": 1001}
    expect 201, .inbox_item.title = "newer", .inbox_item.itemType = "t", .inbox_item.url = "https://u.example", .inbox_item.links = null
as admin
POST /api/v1/inbox {"itemType": "u", "title": "mine", "source": "mail", "externalRef": "m-1"}
    expect 201, .inbox_item.title = "mine", .inbox_item.id != "{mail}"

= a repeated request with a key is answered once
as operator with personal key
with Idempotency-Key: inbox-1
POST /api/v1/inbox {"itemType": "once", "title": "once"}    expect 201, keep once = .inbox_item.id
with Idempotency-Key: inbox-1
POST /api/v1/inbox {"itemType": "once", "title": "once"}    expect 201, .inbox_item.id = "{once}", header Idempotency-Replayed: true
GET /api/v1/inbox?itemType=once    expect 200, .inbox_items has 1

= an item is claimed, proposed and completed, once each
PATCH /api/v1/inbox/{item} {"action": "claim"}
    expect 200, .inbox_item.status = "claimed", .inbox_item.assigneeKind = "human", .inbox_item.assigneeId = "{me}"
PATCH /api/v1/inbox/{item} {"action": "claim"}    expect 409 {"error": "item not found or already claimed"}
PATCH /api/v1/inbox/{item} {"action": "propose", "proposedAction": {"text": "", "fields": 5}}
    expect 400 {"error": "`proposedAction` must have text or fields"}
PATCH /api/v1/inbox/{item} {"action": "propose", "proposedAction": {"fields": {}}}
    expect 200, .inbox_item.status = "awaiting_human", .inbox_item.proposedAction = {"fields": {}}
PATCH /api/v1/inbox/{item} {"action": "propose", "proposedAction": {"text": "b"}}
    expect 409 {"error": "item not found or not in a proposable state"}
PATCH /api/v1/inbox/{item} {"action": "complete"}    expect 400 {"error": "`finalAction` must have text or fields"}
PATCH /api/v1/inbox/{item} {"action": "complete", "finalAction": {"text": "done", "fields": [1]}}
    expect 200, .inbox_item.status = "done", .inbox_item.resolvedAt = "~time", .inbox_item.finalAction = {"text": "done", "fields": [1]}
PATCH /api/v1/inbox/{item} {"action": "dismiss"}    expect 409 {"error": "item not found or already resolved"}
PATCH /api/v1/inbox/{never} {"action": "CLAIM"}     expect 400 {"error": "`action` must be one of: claim, propose, complete, dismiss"}
PATCH /api/v1/inbox/{once} {"action": "dismiss"}    expect 200 {"ok": true}

= an item can be snoozed, woken and deleted, which the reference cannot
PATCH /api/v1/inbox/{mail} {"action": "snooze"}     expect 400 {"error": "`action` must be one of: claim, propose, complete, dismiss"}
PATCH /api/v1/inbox/{mail} {"action": "snooze", "until": "2001-01-01"}
    expect 400 {"error": "`until` must be a time from 1 hour to 90 days from now"}
PATCH /api/v1/inbox/{mail} {"action": "snooze", "until": "whenever"}     expect 400, says "`until` must be a time from 1 hour to 90 days from now"
PATCH /api/v1/inbox/{mail} {"action": "unsnooze"}   expect 200, .inbox_item.snoozedUntil = null
PATCH /api/v1/inbox/{mail} {"action": "delete"}     expect 200 {"ok": true}
PATCH /api/v1/inbox/{mail} {"action": "delete"}     expect 409 {"error": "item not found"}
GET /api/v1/inbox/{mail}                            expect 404
DELETE /api/v1/inbox/{item}                         expect 405

= the list is filtered, sorted and cut, and values it does not know are ignored
GET /api/v1/inbox?status=done,nonsense       expect 200, .inbox_items has 1
GET /api/v1/inbox?status=nonsense            expect 200, .inbox_items has 3
GET /api/v1/inbox?source=AGENT               expect 200, .inbox_items = []
GET /api/v1/inbox?sort=title&dir=asc         expect 200, .inbox_items.0.title = "Call back", .inbox_items.2.title = "order"
GET /api/v1/inbox?sort=nonsense&dir=ASC      expect 200, .inbox_items.0.title = "once"
GET /api/v1/inbox?q=%25BACK%20               expect 200, .inbox_items has 1
GET /api/v1/inbox?limit=0x1                  expect 200, .inbox_items has 1
GET /api/v1/inbox?limit=1e9                  expect 200, .inbox_items has 3
GET /api/v1/inbox?limit=1.5                  expect 400 {"error": "limit must be a positive integer"}
GET /api/v1/inbox?q={x*201}                  expect 400 {"error": "a search text has at most 200 bytes"}
as viewer
GET /api/v1/inbox                            expect 200 {"inbox_items": []}
POST /api/v1/inbox {"itemType": "t", "title": "x"}    expect 403
PATCH /api/v1/inbox/{item} text "not json"   expect 403

= what was done is in the audit log
as admin
GET /api/v1/audit?kind=inbox&actor={me}&limit=100    expect 200, .events.0.kind = "inbox.deleted", .events.0.targetId = "{mail}"
GET /api/v1/audit?kind=inbox.completed               expect 200 {"events": [{"id": "~uuid", "workspaceId": "~uuid", "at": "~time",
    "kind": "inbox.completed", "source": "hitl_response", "actorUserId": "{me}", "targetType": "inbox_item", "targetId": "{item}",
    "agentName": null, "payload": {"via": "api", "apiKeyId": "~uuid", "source": "agent", "itemType": "note"}}], "nextCursor": "~text"}
GET /api/v1/audit?kind=inbox.dismissed               expect 200, .events has 1
