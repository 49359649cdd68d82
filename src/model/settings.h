/* model/settings.h: `model_settings` of an agent file, as members of a request.
 *
 * Authors know them by the names that pydantic-ai gives them: those that all providers share, and those of
 * one, with its name before them ("openai_reasoning_effort"). A provider's own go to it without that name,
 * another's are left out, and what is in no table goes as it is: providers learn new tricks faster than
 * we do.
 */
#ifndef MODEL_SETTINGS_H
#define MODEL_SETTINGS_H

#include "model/remote.h"

struct setting {
	const char *name;
	const char *as;                      /* NULL: not sent, or the protocol sends it in its own way */
};

/* rows end with name NULL. Settings the server has refused are left out. `extra_body` is an object whose
 * members are written as they are. */
void settings_write(const struct request *q, struct json_writer *w, const struct setting *rows);

#endif
