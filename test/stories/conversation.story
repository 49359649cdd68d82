# A first conversation: what a newcomer does, from nothing to a cited answer.

= a knowledge base, an agent, a question, an answer with its source
as admin
GET /healthz    expect 200
GET /api/v1/capabilities/models    expect 200, .data contains {"id": "builtin/extractive", "provider": "CUSTOM", ...}
POST /api/v1/knowledge-bases {"type": "text", "title": "Handbook", "content": [
    "Full-time employees are entitled to 25 days of paid annual leave in each calendar year, in addition to public holidays. Up to five unused days may be carried over into the next year; they expire on 31 March.",
    "An employee who falls ill informs the supervisor before the start of the working day. From the fourth day of illness a medical certificate is required.",
    "The office in Lisbon is open from eight in the morning until seven in the evening. Visitors register at the front desk."]}
    expect 201, keep base = .data.id, .data.contentSize.chunks = 3
POST /api/v1/knowledge-bases/{base}/query {"question": "How many days of annual leave do employees get?"}
    expect 200, .data.answer = "~/25 days/", .data.citations.0.knowledgeBaseTitle = "Handbook"
POST /api/v1/agents {"name": "people-desk", "description": "Answers questions about work.",
    "model": {"provider": "CUSTOM", "model": "builtin/extractive", "maxTokens": 500},
    "capabilities": {"knowledgeBases": [{"id": "{base}"}]}}    expect 201
POST /api/v1/runs {"agent": "people-desk", "message": "When is a medical certificate required?"}    expect 202, keep run = .run_id
wait GET /api/v1/runs/{run}    expect 200, .run.status = "succeeded", .run.output = "~/fourth day of illness.*\\[\\d\\]/", .run.output = "~/Handbook/"

= the steps of the run are stored in order
sql SELECT group_concat(kind) FROM (SELECT kind FROM run_step WHERE run_id = '{run}' ORDER BY ordinal)
check row = "reply,result,reply"

= an agent that finds nothing says so, and the run has succeeded all the same
POST /api/v1/runs {"agent": "people-desk", "message": "Which planets have rings?"}    expect 202, keep run = .run_id
wait GET /api/v1/runs/{run}    expect 200, .run.status = "succeeded", .run.output = "~text", .run.errorMessage = null

= what is added later is known to the next run
POST /api/v1/knowledge-bases/{base}/content {"content": "Saturn, Jupiter, Uranus and Neptune are planets that have rings."}    expect 201
POST /api/v1/runs {"agent": "people-desk", "message": "Which planets have rings?"}    expect 202, keep run = .run_id
wait GET /api/v1/runs/{run}    expect 200, .run.status = "succeeded", .run.output = "~/Saturn/"
