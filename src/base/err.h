/* base/err.h: every way an operation can fail, in one table.
 *
 * A function that can fail returns enum err and takes a struct ctx first. Whoever discovers a
 * failure explains it once with fail(); everyone between passes it up with TRY(). The text is
 * for the caller: one line, nothing internal, never a secret.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

struct ctx;

/*        name          status  what it means                                                   */
#define ERRORS(X)                                                                                \
	X(INVALID,         400, "the request does not fit its schema")                           \
	X(UNAUTHENTICATED, 401, "no valid credential was sent")                                  \
	X(FORBIDDEN,       403, "the caller's role does not allow it")                           \
	X(NOT_FOUND,       404, "no such thing, or not the caller's to see")                     \
	X(NO_ROUTE,        404, "no such path")                                                  \
	X(BAD_METHOD,      405, "the path exists, but not with this method")                     \
	X(CONFLICT,        409, "it clashes with something that exists")                         \
	X(TOO_LARGE,       413, "the request is larger than the server accepts")                 \
	X(UNPROCESSABLE,   422, "well-formed, but it cannot be carried out")                     \
	X(INTERNAL,        500, "something went wrong on our side")                              \
	X(UPSTREAM,        502, "a service we depend on failed")                                 \
	X(BUSY,            503, "too much to do right now, or shutting down")                    \
	X(TIMEOUT,         504, "the deadline passed")                                           \
	X(GONE,            499, "the client went away before the answer was complete")

#define ERR_ENUM_ROW(name, status, text) ERR_##name,
enum [[nodiscard]] err { OK, ERRORS(ERR_ENUM_ROW) ERR_COUNT };

/* The HTTP status of an error; 200 for OK. */
int err_status(enum err e);
/* The table's own sentence. */
const char *err_text(enum err e);

/* Writes the explanation into ctx->why, cut to its size at the end of a character, and returns e, so
 * that a caller can `return fail(...)`. The arguments must not point into ctx->why. */
enum err fail(struct ctx *ctx, enum err e, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Passes an error up. The only macro in this program that hides a return. */
#define TRY(expression)                          \
	do {                                     \
		enum err try_ = (expression);    \
		if (try_ != OK)                  \
			return try_;             \
	} while (0)

#endif
