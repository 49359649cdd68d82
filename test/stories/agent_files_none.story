# A server that was told to have no agents of its own: studio contract 2.1.
serve --no-agents-dir

= without a source there is no list, no agent and nothing to run
as admin with personal key
GET /api/v1/agents             expect 409 {"error": "no repository connected to this workspace"}
GET /api/v1/agents/hello       expect 404 {"error": "agent not found"}
POST /api/v1/runs {"agent": "hello"}    expect 404 {"error": "Agent \"hello\" is no longer in the connected repo."}

= a text can be judged all the same
POST /api/v1/agents/validate {"content": "name: greet\nmodel: m\ninstructions: hi\n", "format": "yaml"}    expect 200, .valid = true

= managed agents can be run
as admin
POST /api/v1/agents {"name": "desk", "model": {"provider": "CUSTOM", "model": "builtin/extractive"}}    expect 201
as admin with personal key
POST /api/v1/runs {"agent": "desk"}    expect 202

= a repository that cannot be read is a fault of the repository's; a network's has details
sql INSERT INTO repository (workspace_id, url, branch, sealed_token, commit_id, error_code, error, fetched_at, connected_by,
    connected_at) SELECT id, 'https://git.example.com/a.git', NULL, NULL, NULL, 'network', 'the repository could not be reached', 1, '', 1 FROM workspace WHERE slug = 'demo'
GET /api/v1/agents             expect 502 {"error": "could not read agents from the repository", "details": "the repository could not be reached"}
GET /api/v1/agents/hello       expect 404 {"error": "agent not found"}
POST /api/v1/runs {"agent": "hello"}    expect 404 {"error": "Agent \"hello\" is no longer in the connected repo."}
sql UPDATE repository SET error_code = 'invalid-token', error = 'the repository refused the access token'
GET /api/v1/agents             expect 502 {"error": "could not read agents from the repository"}
