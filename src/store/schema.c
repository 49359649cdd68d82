/* store/schema.c: every table carries workspace_id, and every statement filters by it.
 *
 * Ids are UUIDv7 text, so the primary keys grow at one end; user ids are opaque text. Times are
 * microseconds since the epoch, UTC. What an agent holds beside its identity lives as JSON in
 * `spec`, written and read by its field table: a new field needs no migration (store/agents.c).
 */
#include "store/schema.h"

#include "store/kb_upgrade.h"

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

/* Knowledge bases in full. A chunk has a number of its own (seq), which only ever grows: what an index
 * in memory has not seen yet lies behind what it has. A vector belongs to a chunk and an embedder, so
 * that two models' vectors can stand side by side while one replaces the other. */
#define KNOWLEDGE \
	/* revision counts changes of content; removals, those that took some away. */ \
	"ALTER TABLE knowledge_base ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;" \
	"ALTER TABLE knowledge_base ADD COLUMN removals INTEGER NOT NULL DEFAULT 0;" \
	\
	"CREATE TABLE embedder (" \
	"  id INTEGER PRIMARY KEY, provider TEXT NOT NULL, model TEXT NOT NULL, base_url TEXT, sealed_key BLOB," \
	"  dimensions INTEGER NOT NULL, asks_dimensions INTEGER NOT NULL, state TEXT NOT NULL, error TEXT," \
	"  tokens INTEGER NOT NULL, created_at INTEGER NOT NULL" \
	") STRICT;" \
	"CREATE UNIQUE INDEX embedder_in_use ON embedder(state) WHERE state IN ('current', 'next');" \
	"INSERT INTO embedder VALUES (1, 'CUSTOM', 'builtin/lexical', NULL, NULL, 1536, 0, 'current', NULL, 0, 0);" \
	\
	"CREATE TABLE new_chunk (" \
	"  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, workspace_id TEXT NOT NULL," \
	"  knowledge_base_id TEXT NOT NULL, content_id TEXT NOT NULL REFERENCES kb_content(id) ON DELETE CASCADE," \
	"  chunk_index INTEGER NOT NULL, text TEXT NOT NULL, metadata TEXT NOT NULL, created_at INTEGER NOT NULL" \
	") STRICT;" \
	"INSERT INTO new_chunk (id, workspace_id, knowledge_base_id, content_id, chunk_index, text, metadata, created_at)" \
	"  SELECT id, workspace_id, knowledge_base_id, content_id, chunk_index, text, metadata, created_at" \
	"  FROM kb_chunk ORDER BY content_id, chunk_index;" \
	"CREATE TABLE new_vector (" \
	"  id INTEGER PRIMARY KEY, workspace_id TEXT NOT NULL, knowledge_base_id TEXT NOT NULL," \
	"  chunk_seq INTEGER NOT NULL REFERENCES kb_chunk(seq) ON DELETE CASCADE," \
	"  embedder_id INTEGER NOT NULL REFERENCES embedder(id), vector BLOB NOT NULL," \
	"  UNIQUE (chunk_seq, embedder_id)" \
	") STRICT;" \
	"INSERT INTO new_vector (workspace_id, knowledge_base_id, chunk_seq, embedder_id, vector)" \
	"  SELECT v.workspace_id, v.knowledge_base_id, c.seq, 1, v.vector" \
	"  FROM new_chunk c JOIN kb_vector v ON v.chunk_id = c.id ORDER BY c.seq;" \
	"DROP TABLE kb_vector;" \
	"DROP TABLE kb_chunk;" \
	"ALTER TABLE new_chunk RENAME TO kb_chunk;" \
	"ALTER TABLE new_vector RENAME TO kb_vector;" \
	"CREATE INDEX kb_chunk_base ON kb_chunk(knowledge_base_id, content_id, chunk_index);" \
	"CREATE INDEX kb_chunk_content ON kb_chunk(content_id);" \
	"CREATE INDEX kb_vector_base ON kb_vector(knowledge_base_id, embedder_id, chunk_seq);" \
	\
	/* A lexicon is the short name of a base: kb_word has many rows, and carries it for both ids. */ \
	"CREATE TABLE kb_lexicon (" \
	"  id INTEGER PRIMARY KEY, workspace_id TEXT NOT NULL," \
	"  knowledge_base_id TEXT NOT NULL UNIQUE REFERENCES knowledge_base(id) ON DELETE CASCADE" \
	") STRICT;" \
	/* A row per word of a content, which first_seq names: its chunks only leave together. */ \
	"CREATE TABLE kb_word (" \
	"  lexicon_id INTEGER NOT NULL REFERENCES kb_lexicon(id) ON DELETE CASCADE, stem TEXT NOT NULL," \
	"  first_seq INTEGER NOT NULL REFERENCES kb_chunk(seq) ON DELETE CASCADE, postings BLOB NOT NULL," \
	"  PRIMARY KEY (lexicon_id, stem, first_seq)" \
	") STRICT, WITHOUT ROWID;" \
	"CREATE INDEX kb_word_first ON kb_word(first_seq);"

/* Agents as files in Git. What a fetch brought stands in the row, so that all processes on the store serve
 * the same commit. */
#define AGENT_FILES \
	"CREATE TABLE repository (" \
	"  workspace_id TEXT PRIMARY KEY REFERENCES workspace(id), url TEXT NOT NULL, branch TEXT, sealed_token BLOB," \
	"  commit_id TEXT, error_code TEXT, error TEXT, fetched_at INTEGER, connected_by TEXT NOT NULL," \
	"  connected_at INTEGER NOT NULL" \
	") STRICT, WITHOUT ROWID;" \
	\
	"CREATE TABLE agent_version (" \
	"  id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL REFERENCES workspace(id), agent_name TEXT NOT NULL," \
	"  number INTEGER NOT NULL, path TEXT NOT NULL, framework TEXT NOT NULL, model TEXT, format TEXT NOT NULL," \
	"  text TEXT NOT NULL, summary TEXT NOT NULL, created_by TEXT NOT NULL, created_at INTEGER NOT NULL," \
	"  UNIQUE (workspace_id, agent_name, number)" \
	") STRICT, WITHOUT ROWID;" \
	/* What there is to know of an agent by its name, whether its file still exists or not. */ \
	"CREATE TABLE agent_state (" \
	"  workspace_id TEXT NOT NULL REFERENCES workspace(id), agent_name TEXT NOT NULL," \
	"  stable_version_id TEXT REFERENCES agent_version(id), owner_user_id TEXT, locked INTEGER NOT NULL," \
	"  updated_at INTEGER NOT NULL, PRIMARY KEY (workspace_id, agent_name)" \
	") STRICT, WITHOUT ROWID;" \
	\
	"CREATE TABLE audit_event (" \
	"  id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL REFERENCES workspace(id), actor_user_id TEXT, at INTEGER NOT NULL," \
	"  source TEXT NOT NULL, kind TEXT NOT NULL, target_type TEXT, target_id TEXT, agent_name TEXT," \
	"  payload TEXT NOT NULL" \
	") STRICT, WITHOUT ROWID;" \
	"CREATE INDEX audit_event_at ON audit_event(workspace_id, at, id);" \
	\
	/* A run that an import brought without its spec waits for nobody. */ \
	"DROP INDEX run_queued;" \
	"CREATE INDEX run_queued ON run(created_at, id) WHERE status = 'queued' AND spec <> '';"

/* Automations, the inbox, and what a user is connected to. */
#define STUDIO \
	/* next_fire_at is what the scheduler looks for: few rows, whatever the size of the table. */ \
	"CREATE TABLE automation (" \
	"  id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL REFERENCES workspace(id), name TEXT NOT NULL," \
	"  agent_name TEXT NOT NULL, cron TEXT NOT NULL, timezone TEXT, input_message TEXT NOT NULL," \
	"  enabled INTEGER NOT NULL, use_draft INTEGER NOT NULL, overlap TEXT, owner_user_id TEXT NOT NULL," \
	"  created_by TEXT NOT NULL, last_fired_at INTEGER, last_fire_error TEXT, floor_at INTEGER NOT NULL," \
	"  next_fire_at INTEGER, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL" \
	") STRICT, WITHOUT ROWID;" \
	"CREATE INDEX automation_created ON automation(workspace_id, created_at, id);" \
	"CREATE INDEX automation_due ON automation(next_fire_at) WHERE enabled = 1 AND next_fire_at IS NOT NULL;" \
	/* A window that was fired, in the transaction of its run: nobody fires it again. */ \
	"CREATE TABLE automation_window (" \
	"  automation_id TEXT NOT NULL REFERENCES automation(id) ON DELETE CASCADE, window_at INTEGER NOT NULL," \
	"  workspace_id TEXT NOT NULL, run_id TEXT, fired_at INTEGER NOT NULL," \
	"  PRIMARY KEY (automation_id, window_at)" \
	") STRICT, WITHOUT ROWID;" \
	"CREATE INDEX run_automation ON run(automation_id, status) WHERE automation_id IS NOT NULL;" \
	\
	/* The lists and objects are JSON. An item without an owner is nobody's to see. */ \
	"CREATE TABLE inbox_item (" \
	"  id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL REFERENCES workspace(id), owner_user_id TEXT," \
	"  status TEXT NOT NULL, source TEXT NOT NULL, item_type TEXT NOT NULL, title TEXT NOT NULL," \
	"  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, resolved_at INTEGER, snoozed_until INTEGER," \
	"  external_ref TEXT, external_ts INTEGER, url TEXT, assignee_kind TEXT, assignee_id TEXT," \
	"  produced_by_run_id TEXT, created_by TEXT, context TEXT NOT NULL, proposed_action TEXT, final_action TEXT," \
	"  options TEXT, links TEXT" \
	") STRICT, WITHOUT ROWID;" \
	"CREATE INDEX inbox_item_created ON inbox_item(workspace_id, owner_user_id, created_at, id);" \
	"CREATE UNIQUE INDEX inbox_item_ref ON inbox_item(workspace_id, owner_user_id, source, external_ref)" \
	"  WHERE external_ref IS NOT NULL;" \
	\
	/* What a user has authorised: source is "composio" or "native-mcp". */ \
	"CREATE TABLE connection (" \
	"  id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL REFERENCES workspace(id), user_id TEXT NOT NULL," \
	"  source TEXT NOT NULL, provider TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, auth_type TEXT," \
	"  token_expires_at INTEGER, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL," \
	"  UNIQUE (workspace_id, user_id, source, provider, name)" \
	") STRICT, WITHOUT ROWID;" \
	"CREATE TABLE connection_tool (" \
	"  workspace_id TEXT NOT NULL REFERENCES workspace(id), user_id TEXT NOT NULL, source TEXT NOT NULL," \
	"  provider TEXT NOT NULL, connection_name TEXT NOT NULL, slug TEXT NOT NULL, display_name TEXT, description TEXT," \
	"  input_schema TEXT, refreshed_at INTEGER NOT NULL," \
	"  PRIMARY KEY (workspace_id, user_id, source, provider, connection_name, slug)" \
	") STRICT, WITHOUT ROWID;" \
	"CREATE TABLE stored_secret (" \
	"  workspace_id TEXT NOT NULL REFERENCES workspace(id), slug TEXT NOT NULL, description TEXT, sealed_value BLOB," \
	"  created_by TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL," \
	"  PRIMARY KEY (workspace_id, slug)" \
	") STRICT, WITHOUT ROWID;" \
	\
	/* The secret by which a Git host announces a push. */ \
	"ALTER TABLE repository ADD COLUMN sealed_hook BLOB;" \
	\
	/* What agents were told to remember of their users. */ \
	"CREATE TABLE agent_memory (" \
	"  workspace_id TEXT NOT NULL REFERENCES workspace(id)," \
	"  agent_id TEXT NOT NULL REFERENCES agent(id) ON DELETE CASCADE, user_id TEXT NOT NULL," \
	"  number INTEGER NOT NULL, text TEXT NOT NULL, created_at INTEGER NOT NULL," \
	"  PRIMARY KEY (agent_id, user_id, number)" \
	") STRICT, WITHOUT ROWID;" \
	\
	/* The list is made of the first three; the others let a filter pass over rows unseen. */ \
	"DROP INDEX audit_event_at;" \
	"CREATE INDEX audit_event_at ON audit_event(workspace_id, at, id, kind, actor_user_id, target_type, target_id," \
	"  agent_name);" \
	\
	/* folded_name: in lower case, the form in which a workspace's names differ. */ \
	"CREATE TABLE slack_app (" \
	"  id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL REFERENCES workspace(id), name TEXT NOT NULL," \
	"  folded_name TEXT NOT NULL, status TEXT NOT NULL, slack_app_id TEXT, team_id TEXT, bot_user_id TEXT," \
	"  client_id TEXT, sealed_signing_secret BLOB, sealed_client_secret BLOB, sealed_bot_token BLOB," \
	"  has_bot_token INTEGER NOT NULL," \
	"  default_owner_user_id TEXT NOT NULL, agent_labels TEXT NOT NULL, created_by TEXT NOT NULL," \
	"  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL," \
	"  UNIQUE (workspace_id, folded_name)" \
	") STRICT, WITHOUT ROWID;"

/* Contents that come and go in steps, and words that share rows.
 *
 * A content without a base is seen by nobody (store/kb_hidden.h). first_seq is that of its chunks, whose seqs follow
 * one another, and arrived is the base's revision that made it part of it: an index in memory that is complete for
 * one revision lacks what has arrived since. */
#define STEPS \
	"CREATE TABLE new_lexicon (" \
	"  id INTEGER PRIMARY KEY, workspace_id TEXT NOT NULL, knowledge_base_id TEXT NOT NULL UNIQUE" \
	") STRICT;" \
	"CREATE TABLE new_content (" \
	"  id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL," \
	"  knowledge_base_id TEXT REFERENCES knowledge_base(id) ON DELETE SET NULL," \
	"  source TEXT NOT NULL, title TEXT, url TEXT, file_name TEXT, mime_type TEXT," \
	"  bytes INTEGER NOT NULL, words INTEGER NOT NULL, chunks INTEGER NOT NULL, created_at INTEGER NOT NULL," \
	"  first_seq INTEGER UNIQUE, lexicon_id INTEGER REFERENCES kb_lexicon(id), staged_until INTEGER," \
	"  arrived INTEGER NOT NULL" \
	") STRICT, WITHOUT ROWID;" \
	"INSERT INTO new_content" \
	"  SELECT c.id, c.workspace_id, c.knowledge_base_id, c.source, c.title, c.url, c.file_name, c.mime_type, c.bytes," \
	"  c.words, c.chunks, c.created_at, NULL, NULL, NULL, b.revision" \
	"  FROM kb_content c JOIN knowledge_base b ON b.id = c.knowledge_base_id;" \
	"DROP TABLE kb_word;" \
	"DROP TABLE kb_lexicon;" \
	"DROP TABLE kb_content;" \
	"ALTER TABLE new_lexicon RENAME TO kb_lexicon;" \
	"ALTER TABLE new_content RENAME TO kb_content;" \
	"CREATE UNIQUE INDEX kb_content_base ON kb_content(knowledge_base_id, workspace_id, id);" \
	/* The list of a base's ranges is made of it. */ \
	"CREATE INDEX kb_content_arrived ON kb_content(knowledge_base_id, workspace_id, arrived, first_seq, chunks);" \
	"CREATE INDEX kb_content_lexicon ON kb_content(lexicon_id);" \
	\
	/* A row per bucket of words and content, which first_seq names. */ \
	"CREATE TABLE kb_word (" \
	"  lexicon_id INTEGER NOT NULL, bucket INTEGER NOT NULL," \
	"  first_seq INTEGER NOT NULL REFERENCES kb_content(first_seq), words BLOB NOT NULL," \
	"  PRIMARY KEY (lexicon_id, bucket, first_seq)" \
	") STRICT, WITHOUT ROWID;" \
	"CREATE INDEX kb_word_content ON kb_word(first_seq, bucket);" \
	\
	/* A content takes as many numbers as it has chunks before the first of them is there. */ \
	"CREATE TABLE kb_chunk_number (next_seq INTEGER NOT NULL) STRICT;" \
	"INSERT INTO kb_chunk_number" \
	"  SELECT 1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'kb_chunk'), 0);" \
	/* A base's chunks are found by its contents, and their vectors by the chunks. */ \
	"DROP INDEX kb_vector_base;" \
	"DROP INDEX kb_chunk_base;" \
	"DROP INDEX kb_chunk_content;" \
	"CREATE INDEX kb_chunk_content ON kb_chunk(content_id, chunk_index);"

const struct migration store_migrations[] = {
	{ 1, "first tables", FIRST },
	{ 2, "knowledge bases in full", KNOWLEDGE, kb_upgrade_vectors },
	{ 3, "agents as files", AGENT_FILES },
	{ 4, "automations, inbox, connections", STUDIO },
	{ 5, "knowledge in steps", STEPS, kb_upgrade_words },
};
const size_t n_store_migrations = COUNT_OF(store_migrations);
