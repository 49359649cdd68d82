/* json/format.c: a row per format. */
#include "json/format.h"

#include "base/clock.h"
#include "base/id.h"

static bool alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool scheme_char(char c)
{
	return alpha(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

static bool has_host(struct str rest)
{
	size_t n = 0;

	if (!str_starts(rest, S("//")))
		return false;
	rest = str_from(rest, 2);
	while (n < rest.n && !strchr("/?#", rest.p[n]))
		n++;
	return n > 0 && rest.p[0] != ':' && rest.p[n - 1] != '@';
}

bool format_is_uri(struct str text)
{
	ptrdiff_t colon = str_index(text, ':');
	struct str scheme, rest;

	if (colon <= 0 || !alpha(text.p[0]))
		return false;
	scheme = (struct str){ text.p, (size_t)colon };
	rest = str_from(text, (size_t)colon + 1);
	for (size_t i = 0; i < scheme.n; i++)
		if (!scheme_char(scheme.p[i]))
			return false;
	for (size_t i = 0; i < rest.n; i++)
		if ((unsigned char)rest.p[i] <= ' ' || rest.p[i] == 0x7f)
			return false;
	if (str_eq_nocase(scheme, S("http")) || str_eq_nocase(scheme, S("https")))
		return has_host(rest);
	return rest.n > 0;
}

static bool check_uuid(struct arena *mem, struct str text, struct str *canonical)
{
	return uuid_parse(mem, text, canonical);
}

static bool check_uri(struct arena *mem, struct str text, struct str *canonical)
{
	(void)mem, (void)canonical;
	return format_is_uri(text);
}

static bool check_date_time(struct arena *mem, struct str text, struct str *canonical)
{
	int64_t us;

	(void)mem, (void)canonical;
	return time_parse(text, &us, NULL);
}

static const struct {
	const char *name;
	bool (*check)(struct arena *mem, struct str text, struct str *canonical);
} FORMATS[] = {
	{ "uuid", check_uuid },
	{ "uri", check_uri },
	{ "date-time", check_date_time },
};

bool format_check(struct arena *mem, const char *format, struct str text, struct str *canonical)
{
	*canonical = text;
	for (size_t i = 0; i < COUNT_OF(FORMATS); i++)
		if (strcmp(FORMATS[i].name, format) == 0)
			return FORMATS[i].check(mem, text, canonical);
	return true;
}
