/* domain/slack_message.h: telling a person or a channel something in Slack (studio contract 2.12).
 *
 * Whether and by which app is decided here. Posting it is not built yet, and neither is installing an app, which
 * is what gives it the token to post with.
 */
#ifndef DOMAIN_SLACK_MESSAGE_H
#define DOMAIN_SLACK_MESSAGE_H

#include "base/ctx.h"

/* Absent: not given. */
struct slack_message {
	struct str text;
	struct str to_email, channel;        /* one of them; blank is as good as absent */
	struct str app;                      /* its name in whatever case; needed where several are installed */
	struct str thread_ts;
};

/* Where it was sent: the channel, or the user with that address. */
struct slack_receipt {
	bool sent;                           /* always true: the MCP tool's word for it */
	struct str channel, ts;
};

/* ERR_INVALID, ERR_CONFLICT, ERR_NOT_FOUND: the contract's texts, in its order. */
enum err slack_message_send(struct ctx *ctx, const struct slack_message *m, struct slack_receipt *out);

#endif
