/* domain/audit.c: the common part of every event. */
#include "domain/audit.h"

#include "base/clock.h"
#include "base/id.h"
#include "json/write.h"

/* {"via": "api", "apiKeyId": "...", ...}: a change by a key, or by a command. */
static struct str payload_of(struct ctx *ctx, const struct json *payload)
{
	bool by_key = ctx->actor.key_id.p != NULL;
	const char *via = ctx->actor.via ? ctx->actor.via : by_key ? "api" : "cli";
	struct buf text = { .mem = ctx->mem };
	struct json_writer w = { .out = &text };

	jw_object(&w);
	jw_key(&w, "via");
	jw_z(&w, via);
	if (by_key) {
		jw_key(&w, "apiKeyId");
		jw_str(&w, ctx->actor.key_id);
	}
	for (size_t i = 0; payload && i < payload->n_members; i++) {
		jw_key_str(&w, payload->members[i].key);
		jw_value(&w, &payload->members[i].value);
	}
	jw_end(&w);
	return buf_view(&text);
}

enum err audit_add(struct ctx *ctx, struct db_tx *tx, const struct audit *a)
{
	const struct audit_event event = {
		.id = uuid_new(ctx->mem), .workspace_id = ctx->actor.workspace_id, .actor_user_id = ctx->actor.user_id,
		.at = now_us(), .source = S("human_action"), .kind = str_of(a->kind), .target_type = str_of(a->target_type),
		.target_id = a->target_id, .agent_name = a->agent_name, .payload = payload_of(ctx, a->payload),
	};

	return audit_events_insert(ctx, tx, &event);
}
