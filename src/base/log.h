/* base/log.h: one line per event, on standard error.
 *
 * An event name, then key=value pairs: `http.request status=200 ms=3`. Whoever *ends* an
 * operation logs it; everyone below returns errors. Secrets and prompts stay out. A line is
 * written with one write(2), so lines of several threads never mix.
 * Threads: any.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_OFF };
/* By enum log_level, NULL-terminated. */
extern const char *const log_level_names[];
enum log_format { LOG_TEXT, LOG_JSON };

struct log_kv {
	const char *key;
	struct str text;             /* p NULL: the number counts */
	int64_t number;
};

static inline struct log_kv kv_s(const char *key, struct str text)
{
	return (struct log_kv){ key, text.p ? text : S(""), 0 };
}

static inline struct log_kv kv_z(const char *key, const char *text)
{
	return kv_s(key, str_of(text ? text : ""));
}

static inline struct log_kv kv_i(const char *key, int64_t number)
{
	return (struct log_kv){ key, { NULL, 0 }, number };
}

/* Set once, before threads start. Default: LOG_INFO, LOG_TEXT. */
void log_setup(enum log_level lowest, enum log_format format);
bool log_enabled(enum log_level level);
void log_write(enum log_level level, const char *event, const struct log_kv *pairs, size_t n);

#define LOG_PAIRS(...) \
	(const struct log_kv[]){ __VA_ARGS__ }, COUNT_OF(((const struct log_kv[]){ __VA_ARGS__ }))
#define log_at(level, event, ...) \
	(log_enabled(level) ? log_write(level, event, LOG_PAIRS(__VA_ARGS__)) : (void)0)
#define log_debug(event, ...) log_at(LOG_DEBUG, event, __VA_ARGS__)
#define log_info(event, ...) log_at(LOG_INFO, event, __VA_ARGS__)
#define log_warn(event, ...) log_at(LOG_WARN, event, __VA_ARGS__)
#define log_error(event, ...) log_at(LOG_ERROR, event, __VA_ARGS__)

#endif
