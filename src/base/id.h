/* base/id.h: identifiers and secrets out of the operating system's random numbers.
 *
 * Rows get UUIDv7 (RFC 9562): they sort by creation, so indexes grow at one end and "newest
 * first" needs no second column. Within a millisecond a counter keeps the order.
 * Threads: any.
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include "base/arena.h"

enum { UUID_TEXT = 36 };

/* A new UUIDv7 as text in `mem`. */
struct str uuid_new(struct arena *mem);
/* True when text is 8-4-4-4-12 hex; *out is then its lower-case form in mem (or text itself). */
bool uuid_parse(struct arena *mem, struct str text, struct str *out);
/* The same of what databases take for one too: without hyphens, in braces, behind "urn:uuid:". */
bool uuid_parse_any(struct arena *mem, struct str text, struct str *out);

void random_bytes(void *out, size_t n);
/* Lower-case hex of bytes, in mem. */
struct str hex_text(struct arena *mem, const void *bytes, size_t n);
/* base64url without padding, in mem. */
struct str base64url_text(struct arena *mem, const void *bytes, size_t n);

enum { SHA256_BYTES = 32 };
void sha256(unsigned char out[static SHA256_BYTES], struct str data);
/* RFC 2104, with a key of any length. */
enum { HMAC_SHA256_BYTES = 32 };
void hmac_sha256(unsigned char out[static HMAC_SHA256_BYTES], struct str key, struct str data);
/* Compared in a time that tells nothing but the lengths. */
bool same_secret(struct str a, struct str b);
/* Lower-case hex of the digest, in mem. */
struct str sha256_hex(struct arena *mem, struct str data);

#endif
