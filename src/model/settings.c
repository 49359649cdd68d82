/* model/settings.c: names looked up, then prefixes. */
#include "model/settings.h"

/* "openai_" of openai_user when that is a provider; absent: no provider's own. */
static struct str prefix_of(struct arena *mem, struct str name, size_t i)
{
	struct str prefix = arena_printf(mem, "%s_", providers[i].studio);

	return str_starts(name, prefix) ? prefix : (struct str){ NULL, 0 };
}

/* The one that a protocol is known by, which is the first that speaks it. */
static bool is_namesake(const struct provider_info *provider)
{
	const struct provider_info *first = providers;

	while (first->wire != provider->wire)
		first++;
	return first == provider;
}

/* OpenAI's own settings are meant for every server that speaks its protocol. */
static bool is_meant(const struct request *q, const struct provider_info *owner)
{
	return owner == q->provider || (owner->wire == q->provider->wire && is_namesake(owner));
}

/* Absent: it is another provider's. */
static struct str own_name(const struct request *q, struct str name)
{
	for (size_t i = 0; i < n_providers; i++) {
		struct str prefix = prefix_of(q->ctx->mem, name, i);

		if (prefix.p)
			return is_meant(q, &providers[i]) ? str_from(name, prefix.n) : (struct str){ NULL, 0 };
	}
	return name;
}

/* Absent: it is not sent. */
static struct str name_on_wire(const struct request *q, const struct setting *rows, struct str name)
{
	for (; rows->name; rows++)
		if (str_is(name, rows->name))
			return str_of(rows->as);
	return own_name(q, name);
}

static bool is_reserved(const struct setting *rows, struct str name)
{
	while (rows->name && !str_is(name, rows->name))
		rows++;
	return rows->name && !rows->as;
}

static void write_member(const struct request *q, struct json_writer *w, struct str name, const struct json *value)
{
	bool is_ours = q->model->output_schema && str_is(name, q->schema_member);

	if (value->type == JSON_NULL || is_ours || request_refused(q, arena_strz(q->ctx->mem, name)))
		return;
	jw_key_str(w, name);
	jw_value(w, value);
}

static void write_extra(const struct request *q, struct json_writer *w, const struct setting *rows,
			const struct json *extra)
{
	for (size_t i = 0; json_is(extra, JSON_OBJECT) && i < extra->n_members; i++)
		if (!is_reserved(rows, extra->members[i].key))
			write_member(q, w, extra->members[i].key, &extra->members[i].value);
}

void settings_write(const struct request *q, struct json_writer *w, const struct setting *rows)
{
	const struct json *settings = q->model->settings;

	for (size_t i = 0; json_is(settings, JSON_OBJECT) && i < settings->n_members; i++) {
		const struct json_member *member = &settings->members[i];
		struct str name = name_on_wire(q, rows, member->key);

		if (str_is(member->key, "extra_body"))
			write_extra(q, w, rows, &member->value);
		else if (name.p)
			write_member(q, w, name, &member->value);
	}
}
