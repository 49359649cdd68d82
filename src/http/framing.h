/* http/framing.h: where a request begins and ends in a stream of bytes.
 *
 * llhttp behind a door. Its header names methods HTTP_GET and so on, as ours does, so
 * framing.c alone includes it. It runs in its strict mode, which refuses what proxies and
 * servers are known to read differently (request smuggling).
 *
 * framing_feed reports what it finds by calling the message_on_ functions below, which
 * message.c defines. Text may come in pieces of any size.
 */
#ifndef HTTP_FRAMING_H
#define HTTP_FRAMING_H

#include "base/str.h"

struct framing;
struct message;

struct framing_head {
	const char *method;
	int major, minor;            /* of the HTTP version */
	bool keep_alive;             /* what version and Connection header say together */
	bool chunked, has_length;
	uint64_t length;             /* announced; valid with has_length */
};

enum framing_step { FRAMING_MORE, FRAMING_COMPLETE, FRAMING_BROKEN };

struct framing *framing_new(struct message *m);
void framing_free(struct framing *f);
void framing_reset(struct framing *f);               /* expects a new request */
/* Reads up to the end of one request; *used says how much that was. */
enum framing_step framing_feed(struct framing *f, struct str bytes, size_t *used);
/* What is wrong with the request, after FRAMING_BROKEN. Static text. */
const char *framing_why(const struct framing *f);

/* Each returns false to stop reading, which makes the step FRAMING_BROKEN. */
bool message_on_target(struct message *m, struct str piece);
bool message_on_name(struct message *m, struct str piece);
bool message_on_value(struct message *m, struct str piece);
bool message_on_header_end(struct message *m);
bool message_on_head(struct message *m, const struct framing_head *head);
bool message_on_body(struct message *m, struct str piece);

#endif
