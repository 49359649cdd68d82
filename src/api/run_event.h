/* api/run_event.h: the events of a run as names and JSON, for every way they are shown. */
#ifndef API_RUN_EVENT_H
#define API_RUN_EVENT_H

#include "json/write.h"
#include "run/watch.h"

/* "delta" */
const char *run_event_name(const struct run_event *event);
/* What it holds, as a JSON object in mem. */
struct str run_event_data(struct arena *mem, const struct run_event *event);

/* As an object of its own: {"event": "delta", "id": "...", "data": {...}}; without an id where it has none. */
void run_event_write(struct json_writer *w, const struct run_event *event);

#endif
