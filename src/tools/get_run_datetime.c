/* tools/get_run_datetime.c: when the run began, as studio contract 6.10 has it.
 *
 * The moment is that of the first start, to the millisecond, so that a run which was interrupted or asks
 * twice is never told two different days.
 */
#include "base/clock.h"
#include "base/tz.h"
#include "tools/tools_internal.h"

enum { DIGITS = 6, DATE_CHARS = 10 };

struct datetime_out {
	struct str run_started_at, timezone, local_datetime, local_date, local_time;
};
static const struct field datetime_fields[] = {
	{ F_STR("run_started_at", datetime_out, run_started_at) },
	{ F_STR("timezone", datetime_out, timezone) },
	{ F_STR("local_datetime", datetime_out, local_datetime) },
	{ F_STR("local_date", datetime_out, local_date) },
	{ F_STR("local_time", datetime_out, local_time) },
};
static const struct schema datetime_schema = SCHEMA(NULL, datetime_out, datetime_fields);

/* "2026-07-28T00:15:30.123000", and no zone behind it. */
static struct str local_text(struct arena *mem, int64_t us)
{
	char text[TIME_TEXT_BYTES];

	time_iso(text, us, DIGITS);
	return arena_str(mem, (struct str){ text, strlen(text) - 1 });
}

/* "-07:00"; zones of long ago were ahead by odd seconds too. */
static struct str offset_text(struct arena *mem, int64_t seconds)
{
	long long s = seconds < 0 ? -seconds : seconds;
	char sign = seconds < 0 ? '-' : '+';

	if (s % 60)
		return arena_printf(mem, "%c%02lld:%02lld:%02lld", sign, s / 3600, s / 60 % 60, s % 60);
	return arena_printf(mem, "%c%02lld:%02lld", sign, s / 3600, s / 60 % 60);
}

enum err get_run_datetime(struct ctx *ctx, const struct tool_scope *scope, const void *arguments, struct str *text)
{
	const struct get_run_datetime_in *in = arguments;
	const struct tz *tz = tz_load(ctx->mem, in->timezone_name);
	int64_t at = scope->run_started_at / 1000 * 1000, offset;
	struct datetime_out out = { .timezone = in->timezone_name };
	struct str local;

	if (!tz)
		return fail(ctx, ERR_INVALID, "unknown time zone '%.*s': give an IANA name, such as Europe/Paris",
			    STR(in->timezone_name));
	offset = tz_offset(tz, at / US_PER_SECOND);
	local = local_text(ctx->mem, at + offset * US_PER_SECOND);
	out.run_started_at = arena_printf(ctx->mem, "%.*sZ", STR(local_text(ctx->mem, at)));
	out.local_datetime = arena_printf(ctx->mem, "%.*s%.*s", STR(local), STR(offset_text(ctx->mem, offset)));
	out.local_date = (struct str){ local.p, DATE_CHARS };
	out.local_time = str_from(local, DATE_CHARS + 1);
	*text = schema_text(ctx->mem, &datetime_schema, &out, WRITE_REPLY);
	return OK;
}
