/* domain/automation.h: agents that run by the clock (studio contract 2.10); what happens when they are due is in
 * domain/automation_fire.h.
 *
 * Everything here is about the acting user's workspace. Beyond the contract an automation has a time zone, a
 * word on what to do while its last run is not over, and the moment it is due next.
 */
#ifndef DOMAIN_AUTOMATION_H
#define DOMAIN_AUTOMATION_H

#include "base/cron.h"
#include "json/json.h"
#include "store/automations.h"

extern const char *const automation_overlaps[];         /* NULL-terminated */

/* What a client may change. */
extern const struct schema automation_update_schema;

/* The newest first. *out: of struct automation. */
enum err automation_list(struct ctx *ctx, struct list *out);
/* ERR_NOT_FOUND, here and below: "automation not found". */
enum err automation_get(struct ctx *ctx, struct str id, struct automation *out);

/* As clients are told about it: what the contract does not know is left out, unless the automation makes use of it or
 * all is to be told. Then what is not said is told too: UTC, and allow. */
void automation_show(struct automation *a, bool all);

/* Of the draft counts what a client may say; it belongs to the acting user. ERR_INVALID, ERR_NOT_FOUND: the
 * contract's texts. *out is filled inside the transaction, here and below as it is shown. */
enum err automation_create(struct ctx *ctx, const struct automation *draft, struct automation *out);
/* What `changes` says replaces what is stored, if it is of the right type. Clears the last error; when it fired last
 * stays, so that an automation that is enabled again is due at once if it missed a window. ERR_INVALID: of cron, zone
 * or overlap. ERR_CONFLICT: others keep changing it. */
enum err automation_update(struct ctx *ctx, struct str id, const struct json *changes, struct automation *out);
/* Its runs stay. */
enum err automation_delete(struct ctx *ctx, struct str id);

/* -- when it is due -------------------------------------------------------------------------------- */

struct schedule {
	const struct cron *cron;
	const struct tz *tz;
};

/* In ctx->mem. ERR_INVALID: the cron cannot be read, or there is no such zone; why. */
enum err schedule_of(struct ctx *ctx, const struct automation *a, struct schedule *out);
/* The first window after a moment; 0: there is none. */
int64_t schedule_next(const struct schedule *s, int64_t after);
/* Sets next_fire_at by the floor. What cannot be read is due at once: whoever fires it then will tell. */
void automation_schedule(struct ctx *ctx, struct automation *a);

#endif
