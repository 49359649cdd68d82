/* base/log.c: formatting a line into a fixed buffer, so that logging cannot fail or allocate.
 *
 * A line longer than the buffer ends early: its last value is cut, with "..." where it was, and
 * the pairs after it are left out. Control characters and quotes in values are escaped: a request
 * cannot forge a log line.
 */
#include "base/log.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"

/* What a cut line still needs: a last character, escaped, "...", and what closes value and line. */
enum { LINE_BYTES = 4096, CLOSING_BYTES = 16, PAIR_BYTES = 64 };

static enum log_level lowest = LOG_INFO;
static enum log_format format = LOG_TEXT;

const char *const log_level_names[] = {
	[LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error", [LOG_OFF] = "off", NULL,
};

struct line {
	char text[LINE_BYTES];
	size_t n;
};

void log_setup(enum log_level level, enum log_format as)
{
	lowest = level;
	format = as;
}

bool log_enabled(enum log_level level)
{
	return level >= lowest;
}

static bool room(const struct line *l, size_t bytes)
{
	return l->n + bytes + CLOSING_BYTES <= LINE_BYTES;
}

/* Only for what is known to fit. */
static void put(struct line *l, struct str s)
{
	memcpy(l->text + l->n, s.p, s.n);
	l->n += s.n;
}

static void put_code_point(struct line *l, uint32_t c)
{
	char text[8];

	if (c == '"' || c == '\\')
		put(l, (struct str){ (char[]){ '\\', (char)c }, 2 });
	else if (utf8_is_control(c))
		put(l, (struct str){ text, (size_t)snprintf(text, sizeof(text), "\\u%04x", (unsigned)c) });
	else
		put(l, (struct str){ text, utf8_put(text, c) });
}

static void put_text(struct line *l, struct str s)
{
	struct str rest = s;
	uint32_t c;

	while (room(l, 0) && utf8_next(&rest, &c))
		put_code_point(l, c);
	if (rest.n)
		put(l, S("..."));
}

static bool plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || strchr("\"\\=", s.p[i]) || s.p[i] == 0x7f)
			return false;
	return s.n > 0;
}

static void put_value(struct line *l, const struct log_kv *kv)
{
	char number[24];

	if (!kv->text.p) {
		snprintf(number, sizeof(number), "%lld", (long long)kv->number);
		put(l, str_of(number));
	} else if (format == LOG_TEXT && plain(kv->text)) {
		put_text(l, kv->text);
	} else {
		put(l, S("\""));
		put_text(l, kv->text);
		put(l, S("\""));
	}
}

void log_write(enum log_level level, const char *event, const struct log_kv *pairs, size_t n)
{
	struct line l = { .n = 0 };
	char now[TIME_TEXT_BYTES];

	time_iso(now, now_us(), 3);
	if (format == LOG_JSON) {
		put(&l, S("{\"time\":\""));
		put(&l, str_of(now));
		put(&l, S("\",\"level\":\""));
		put(&l, str_of(log_level_names[level]));
		put(&l, S("\",\"event\":\""));
		put(&l, str_of(event));
		put(&l, S("\""));
	} else {
		put(&l, str_of(now));
		put(&l, S(" "));
		put(&l, str_of(log_level_names[level]));
		put(&l, S(" "));
		put(&l, str_of(event));
	}
	/* PAIR_BYTES: a key of ours and a number. */
	for (size_t i = 0; i < n && room(&l, PAIR_BYTES); i++) {
		put(&l, format == LOG_JSON ? S(",\"") : S(" "));
		put(&l, str_of(pairs[i].key));
		put(&l, format == LOG_JSON ? S("\":") : S("="));
		put_value(&l, &pairs[i]);
	}
	if (format == LOG_JSON)
		l.text[l.n++] = '}';
	l.text[l.n++] = '\n';
	/* A log that cannot be written has nowhere to say so. */
	(void)!write(STDERR_FILENO, l.text, l.n);
}
