/* store/schema.c: every table carries workspace_id, and every statement filters by it.
 *
 * Ids are UUIDv7 text, so the primary keys grow at one end; user ids are opaque text. Times are
 * microseconds since the epoch, UTC. What an agent holds beside its identity lives as JSON in
 * `spec`, written and read by its field table: a new field needs no migration (store/agents.c).
 */
#include "store/schema.h"

static const char FIRST[] =
	"CREATE TABLE workspace ("
	"  id TEXT PRIMARY KEY, slug TEXT NOT NULL UNIQUE, name TEXT NOT NULL, created_at INTEGER NOT NULL"
	") STRICT;"

	"CREATE TABLE app ("
	"  id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL REFERENCES workspace(id), name TEXT NOT NULL,"
	"  is_default INTEGER NOT NULL"
	") STRICT;"
	"CREATE UNIQUE INDEX app_default ON app(workspace_id) WHERE is_default;"

	"CREATE TABLE user ("
	"  id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE COLLATE NOCASE, name TEXT NOT NULL, created_at INTEGER NOT NULL"
	") STRICT;"

	"CREATE TABLE member ("
	"  workspace_id TEXT NOT NULL REFERENCES workspace(id), user_id TEXT NOT NULL REFERENCES user(id),"
	"  role TEXT NOT NULL, created_at INTEGER NOT NULL,"
	"  PRIMARY KEY (workspace_id, user_id)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE api_key ("
	"  id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL REFERENCES workspace(id),"
	"  user_id TEXT NOT NULL REFERENCES user(id), kind TEXT NOT NULL, name TEXT NOT NULL, description TEXT,"
	"  preview TEXT NOT NULL, digest TEXT NOT NULL UNIQUE, expiry TEXT, expires_at INTEGER,"
	"  active INTEGER NOT NULL, created_at INTEGER NOT NULL, last_used_at INTEGER"
	") STRICT;"
	"CREATE INDEX api_key_workspace ON api_key(workspace_id, created_at);"

	"CREATE TABLE provider ("
	"  workspace_id TEXT NOT NULL REFERENCES workspace(id), provider TEXT NOT NULL, base_url TEXT,"
	"  secret BLOB, updated_at INTEGER NOT NULL,"
	"  PRIMARY KEY (workspace_id, provider)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE model ("
	"  workspace_id TEXT NOT NULL, provider TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL,"
	"  description TEXT NOT NULL, has_reasoning INTEGER NOT NULL,"
	"  PRIMARY KEY (workspace_id, provider, id),"
	"  FOREIGN KEY (workspace_id, provider) REFERENCES provider(workspace_id, provider) ON DELETE CASCADE"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE agent ("
	"  id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL REFERENCES workspace(id), name TEXT NOT NULL,"
	"  app_id TEXT NOT NULL REFERENCES app(id), created_by TEXT NOT NULL, created_at INTEGER NOT NULL,"
	"  updated_at INTEGER NOT NULL, published_id TEXT, form INTEGER NOT NULL, spec TEXT NOT NULL"
	") STRICT, WITHOUT ROWID;"
	"CREATE UNIQUE INDEX agent_name ON agent(workspace_id, name);"
	"CREATE INDEX agent_created ON agent(workspace_id, created_at, id);"

	"CREATE TABLE knowledge_base ("
	"  id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL REFERENCES workspace(id), title TEXT NOT NULL,"
	"  description TEXT, type TEXT NOT NULL, created_by TEXT NOT NULL, created_at INTEGER NOT NULL,"
	"  updated_at INTEGER NOT NULL, bytes INTEGER NOT NULL, words INTEGER NOT NULL, chunks INTEGER NOT NULL,"
	"  files INTEGER NOT NULL, pages INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX knowledge_base_created ON knowledge_base(workspace_id, created_at, id);"

	"CREATE TABLE kb_content ("
	"  id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL,"
	"  knowledge_base_id TEXT NOT NULL REFERENCES knowledge_base(id) ON DELETE CASCADE,"
	"  source TEXT NOT NULL, title TEXT, url TEXT, file_name TEXT, mime_type TEXT,"
	"  bytes INTEGER NOT NULL, words INTEGER NOT NULL, chunks INTEGER NOT NULL, created_at INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX kb_content_base ON kb_content(knowledge_base_id, workspace_id, id);"

	/* The vector stands in a row of its own table: a scan reads nothing else. */
	"CREATE TABLE kb_chunk ("
	"  id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL, knowledge_base_id TEXT NOT NULL,"
	"  content_id TEXT NOT NULL REFERENCES kb_content(id) ON DELETE CASCADE,"
	"  chunk_index INTEGER NOT NULL, text TEXT NOT NULL, metadata TEXT NOT NULL, created_at INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX kb_chunk_base ON kb_chunk(workspace_id, knowledge_base_id, content_id, chunk_index);"
	"CREATE INDEX kb_chunk_content ON kb_chunk(content_id);"

	"CREATE TABLE kb_vector ("
	"  workspace_id TEXT NOT NULL, knowledge_base_id TEXT NOT NULL,"
	"  chunk_id TEXT NOT NULL REFERENCES kb_chunk(id) ON DELETE CASCADE,"
	"  model TEXT NOT NULL, vector BLOB NOT NULL,"
	"  PRIMARY KEY (workspace_id, knowledge_base_id, chunk_id)"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX kb_vector_chunk ON kb_vector(chunk_id);"

	/* The small columns come first: renewing a lease rewrites nothing of the long texts behind them. */
	"CREATE TABLE run ("
	"  id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL REFERENCES workspace(id), status TEXT NOT NULL,"
	"  attempts INTEGER NOT NULL, lease_owner TEXT, lease_expires_at INTEGER,"
	"  trigger TEXT NOT NULL, created_by TEXT NOT NULL,"
	"  created_at INTEGER NOT NULL, started_at INTEGER, completed_at INTEGER,"
	"  tokens_input INTEGER, tokens_output INTEGER, cost_usd REAL,"
	"  agent_id TEXT, agent_name TEXT NOT NULL, agent_path TEXT NOT NULL, agent_version_label TEXT,"
	"  model TEXT NOT NULL, automation_id TEXT, parent_run_id TEXT,"
	"  user_message TEXT NOT NULL, error_message TEXT, output TEXT NOT NULL, streamed_output TEXT, spec TEXT NOT NULL"
	") STRICT;"
	/* The list is made of the first three; the others let a filter pass over rows unseen. */
	"CREATE INDEX run_created ON run(workspace_id, created_at, id, status, trigger, agent_name);"
	/* What a worker looks for: few rows, whatever the size of the table. */
	"CREATE INDEX run_queued ON run(created_at, id) WHERE status = 'queued';"
	"CREATE INDEX run_leased ON run(lease_expires_at) WHERE status = 'running';"

	"CREATE TABLE run_step ("
	"  run_id TEXT NOT NULL REFERENCES run(id) ON DELETE CASCADE, ordinal INTEGER NOT NULL,"
	"  workspace_id TEXT NOT NULL, kind TEXT NOT NULL, tokens_input INTEGER NOT NULL, tokens_output INTEGER NOT NULL,"
	"  created_at INTEGER NOT NULL, body TEXT NOT NULL,"
	"  PRIMARY KEY (run_id, ordinal)"
	") STRICT;"

	"CREATE TABLE idempotency ("
	"  workspace_id TEXT NOT NULL, user_id TEXT NOT NULL, operation TEXT NOT NULL, key TEXT NOT NULL,"
	"  body_digest TEXT NOT NULL, status INTEGER NOT NULL, reply TEXT NOT NULL, created_at INTEGER NOT NULL,"
	"  PRIMARY KEY (workspace_id, user_id, operation, key)"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX idempotency_created ON idempotency(created_at);";

const struct migration store_migrations[] = {
	{ 1, "first tables", FIRST },
};
const size_t n_store_migrations = COUNT_OF(store_migrations);
