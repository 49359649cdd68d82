/* api/openapi.h: the operation tables as an OpenAPI 3.1 document. */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include "api/op.h"

#define API_DOCUMENT_VERSION "1.1.0"         /* workspace contract 2.1 */

/* The whole document, in mem. origin: "http://127.0.0.1:8080". */
struct str openapi_text(struct arena *mem, struct str origin);

#endif
