/* api/upload.h: files that are sent as a form (workspace contract 5.9). */
#ifndef API_UPLOAD_H
#define API_UPLOAD_H

#include "api/op.h"

enum { UPLOAD_FILES_MAX = 20, UPLOAD_FILE_MIB = 25, UPLOAD_MIB = 100 };

/* The files of a multipart/form-data request, in its order. *out: of struct material_file, which borrow
 * the request's body. ERR_INVALID: something is wrong with the form, as ctx->issues says. */
enum err upload_read(struct ctx *ctx, const struct http_request *r, struct list *out);

#endif
