/* app/config.h: what `agentd serve` can be told.
 *
 * One table. Each row is an option of the command (--log-level), an environment variable
 * (AGENTD_LOG_LEVEL) and a key of DATA/agentd.conf (log-level), which count in this order; the data
 * folder, where that file lies, is the one row that cannot stand in it.
 */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include "app/option.h"

struct config {
	struct str data;
	struct str listen, public_url, cors_origins, mcp_hosts;
	int64_t threads, workers, run_attempts;
	int64_t run_time, run_requests;      /* seconds; requests to the model */
	int64_t run_output, tool_output;     /* KiB */
	int64_t run_cost;                    /* US cents; 0: any */
	struct str fetch_allow, search_url, agents_dir;
	bool no_agents_dir;
	int64_t repo_interval;               /* seconds; 0: never */
	int64_t chunk_chars, chunk_overlap, index_memory;
	struct str log_level, log_format;
};

extern const struct schema serve_options;

/* "AGENTD_LOG_LEVEL". In mem. */
struct str config_variable(struct arena *mem, const struct field *f);

/* The text of a file of settings; { NULL, 0 } when there is none. ERR_INVALID: it cannot be read. */
enum err config_read_file(struct ctx *ctx, const char *path, struct str *out);

/* Sets what the file and the environment say. ERR_INVALID names the file and line, or the variable. */
enum err config_load(struct ctx *ctx, struct str data, void *config);

#endif
