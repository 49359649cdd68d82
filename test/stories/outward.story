# What is asked for elsewhere, as far as it goes here: studio contract 2.12 and 2.14.

= a message is checked before an app is looked for
as viewer with personal key
POST /api/v1/slack-messages text "not json"    expect 403
as operator with personal key
POST /api/v1/slack-messages text "not json"    expect 400 {"error": "request body must be JSON"}
POST /api/v1/slack-messages {"channel": "C"}   expect 400 {"error": "`text` (string) is required"}
POST /api/v1/slack-messages {"text": " "}      expect 400 {"error": "`text` is required"}
POST /api/v1/slack-messages {"text": "hi"}     expect 400 {"error": "provide exactly one of `toEmail` or `channel`"}
POST /api/v1/slack-messages {"text": "hi", "channel": " ", "toEmail": 7}    expect 400 {"error": "provide exactly one of `toEmail` or `channel`"}
POST /api/v1/slack-messages {"text": "hi", "channel": "C", "toEmail": "a"}    expect 400 {"error": "provide exactly one of `toEmail` or `channel`"}

= only an app that is installed and has a token says it
as admin with personal key
POST /api/v1/slack-apps {"name": "Beta"}       expect 201
POST /api/v1/slack-apps {"name": "alpha"}      expect 201
as operator with personal key
POST /api/v1/slack-messages {"text": "hi", "channel": "C"}    expect 409 {"error": "~/^no installed Slack app in this workspace \u2014 finish/"}
sql UPDATE slack_app SET status = 'installed'
POST /api/v1/slack-messages {"text": "hi", "channel": "C"}    expect 409 {"error": "~/^no installed Slack app in this workspace/"}
sql UPDATE slack_app SET has_bot_token = 1
POST /api/v1/slack-messages {"text": "hi", "channel": "C"}
    expect 400 {"error": "multiple Slack apps installed \u2014 pass `slackApp` (one of: alpha, Beta)"}
POST /api/v1/slack-messages {"text": "hi", "channel": "C", "slackApp": " GAMMA "}    expect 404 {"error": "no installed Slack app named \"GAMMA\""}
POST /api/v1/slack-messages {"text": "hi", "toEmail": "a@example.com", "slackApp": " BETA "}    expect 409 {"error": "Slack app \"Beta\" has no bot token"}
as stranger with personal key
POST /api/v1/slack-messages {"text": "hi", "channel": "C", "slackApp": "Beta"}    expect 409 {"error": "~/^no installed/"}

= a change of an agent needs a repository, and then a coding agent
as viewer with personal key
POST /api/v1/agent-changes {"description": "x"}    expect 403
as operator with personal key
POST /api/v1/agent-changes {"description": " "}    expect 400 {"error": "`description` (string) is required"}
POST /api/v1/agent-changes {"description": "x", "framework": "bogus"}    expect 400 {"error": "unknown framework \"bogus\""}
POST /api/v1/agent-changes {"description": "x", "framework": 5, "agent": "hello"}    expect 409 {"error": "no repository connected to this workspace"}
sql INSERT INTO repository (workspace_id, url, error_code, error, fetched_at, connected_by, connected_at)
    SELECT id, 'https://git.example.com/a.git', 'network', 'gone', 1, '', 1 FROM workspace WHERE slug = 'demo'
POST /api/v1/agent-changes {"description": "x", "framework": "cargo-ai"}    expect 409 {"error": "~/^no personal or workspace fallback/"}
