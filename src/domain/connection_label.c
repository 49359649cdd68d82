/* domain/connection_label.c: names as people write them, as far as a slug does not tell (studio contract 5.6).
 *
 * The names of NATIVE are those that the contract and its recordings show, and others whose spelling no rule
 * finds; what is not there is named by the rule, as the contract wants it of brokered connections.
 */
#include <utf8proc.h>

#include "base/utf8.h"
#include "domain/connection.h"

struct label {
	const char *slug, *name;
};

static const struct label NATIVE[] = {
	{ "attio", "Attio" }, { "linear", "Linear" }, { "notion", "Notion" },
	{ "tembo-agent-studio", "Tembo Agent Studio" },
	{ "bigquery", "BigQuery" }, { "clickup", "ClickUp" }, { "deepwiki", "DeepWiki" }, { "github", "GitHub" },
	{ "gitlab", "GitLab" }, { "hubspot", "HubSpot" }, { "huggingface", "Hugging Face" },
	{ "launchdarkly", "LaunchDarkly" }, { "mongodb", "MongoDB" }, { "pagerduty", "PagerDuty" },
	{ "paypal", "PayPal" }, { "planetscale", "PlanetScale" }, { "posthog", "PostHog" },
	{ "quickbooks", "QuickBooks" }, { "youtube", "YouTube" }, { "zoominfo", "ZoomInfo" },
};

static const struct label BROKERED[] = {
	{ "slack", "Slack" }, { "googlesheets", "Google Sheets" }, { "gmail", "Gmail" },
	{ "googlecalendar", "Google Calendar" }, { "googledrive", "Google Drive" }, { "googledocs", "Google Docs" },
	{ "notion", "Notion" }, { "github", "GitHub" }, { "linear", "Linear" }, { "hubspot", "HubSpot" },
	{ "salesforce", "Salesforce" }, { "airtable", "Airtable" }, { "asana", "Asana" }, { "jira", "Jira" },
};

/* { NULL, 0 }: it is not there. */
static struct str look_up(const struct label *labels, size_t n, struct str slug)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(slug, labels[i].slug))
			return str_of(labels[i].name);
	return (struct str){ NULL, 0 };
}

static bool separates(uint32_t c)
{
	return c == '_' || c == '-' || utf8_is_js_space(c);
}

/* Words with a capital each: "Google Tasks" of "google_tasks". */
static struct str capitalised(struct arena *mem, struct str slug)
{
	struct buf out = { .mem = mem };
	char bytes[UTF8_MAX_BYTES];
	bool begins = true;
	uint32_t c;

	while (utf8_next(&slug, &c)) {
		if (separates(c)) {
			begins = true;
			continue;
		}
		if (begins) {
			buf_z(&out, out.n ? " " : "");
			c = (uint32_t)utf8proc_toupper((utf8proc_int32_t)c);
			begins = false;
		}
		buf_add(&out, bytes, utf8_put(bytes, c));
	}
	return buf_view(&out);
}

struct str connection_label(struct arena *mem, struct str source, struct str toolkit)
{
	struct str name = { NULL, 0 };

	if (str_is(source, "secret"))
		return toolkit;
	if (str_is(source, SOURCE_NATIVE))
		name = look_up(NATIVE, COUNT_OF(NATIVE), toolkit);
	if (!name.p)
		name = look_up(BROKERED, COUNT_OF(BROKERED), toolkit);
	return name.p ? name : capitalised(mem, toolkit);
}
