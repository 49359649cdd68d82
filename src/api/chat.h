/* api/chat.h: agents as the models of OpenAI's chat completions API (an extension of both contracts).
 *
 *     GET  /v1/models                 every agent that the key's workspace has
 *     GET  /v1/models/{name}
 *     POST /v1/chat/completions       starts a run of that agent, and answers as the run goes
 *
 * So any program that chats with a model can chat with an agent. The conversation that a client sends
 * is frozen with the run; what an agent is told, which model it asks and which tools it calls is the
 * agent's own business, so what a request says about these is passed over or, where passing it over
 * would deceive, refused. A client that leaves cancels its run. Shapes, error codes and the stream are
 * those of OpenAI's published reference.
 */
#ifndef API_CHAT_H
#define API_CHAT_H

#include "http/server.h"

#define CHAT_ROOT "/v1/"

/* A conversation is one request, and clients send it whole each time. */
enum { CHAT_BODY_MAX = 4 << 20 };

/* The mount (api/serve.h). */
void chat_serve(struct ctx *ctx, struct http_exchange *x);
void chat_refuse(struct http_exchange *x, enum err e, const char *why);

#endif
