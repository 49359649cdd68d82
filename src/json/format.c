/* json/format.c: a row per format. */
#include "json/format.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/url.h"

static bool check_uuid(struct arena *mem, struct str text, struct str *canonical)
{
	return uuid_parse(mem, text, canonical);
}

static bool check_uri(struct arena *mem, struct str text, struct str *canonical)
{
	(void)mem, (void)canonical;
	return url_absolute(text);
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
