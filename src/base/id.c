/* base/id.c: UUIDv7 and digests; libsodium does what must not be written twice. */
#include "base/id.h"

#include <pthread.h>
#include <sodium.h>

#include "base/clock.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t last_ms;              /* under lock */
static unsigned counter;             /* under lock; 12 bits go into the id */

/* Milliseconds and a counter that never step back, whatever the clock does. */
static void next_stamp(int64_t *ms, unsigned *count)
{
	int64_t now = now_us() / 1000;

	pthread_mutex_lock(&lock);
	if (now > last_ms) {
		last_ms = now;
		counter = randombytes_uniform(0x400);
	} else if (++counter > 0xfff) {
		last_ms++;
		counter = 0;
	}
	*ms = last_ms;
	*count = counter;
	pthread_mutex_unlock(&lock);
}

/* Eight random bytes, drawn from the system a good many at a time: it is asked for an id with
 * each request. Not for secrets, which should not lie about in memory before they are used. */
static void id_bytes(unsigned char out[static 8])
{
	static _Thread_local unsigned char pool[512];
	static _Thread_local size_t left;

	if (left == 0) {
		random_bytes(pool, sizeof(pool));
		left = sizeof(pool);
	}
	left -= 8;
	memcpy(out, pool + left, 8);
}

struct str uuid_new(struct arena *mem)
{
	char *text = arena_alloc(mem, UUID_TEXT + 1), *to = text;
	unsigned char b[16];
	unsigned count;
	int64_t ms;

	next_stamp(&ms, &count);
	id_bytes(b + 8);
	for (int i = 0; i < 6; i++)
		b[i] = (unsigned char)(ms >> 8 * (5 - i));
	b[6] = (unsigned char)(0x70 | count >> 8);
	b[7] = (unsigned char)count;
	b[8] = 0x80 | (b[8] & 0x3f);
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*to++ = '-';
		*to++ = "0123456789abcdef"[b[i] >> 4];
		*to++ = "0123456789abcdef"[b[i] & 15];
	}
	*to = '\0';
	return (struct str){ text, UUID_TEXT };
}

bool uuid_parse(struct arena *mem, struct str text, struct str *out)
{
	bool upper = false;
	char *copy;

	if (text.n != UUID_TEXT)
		return false;
	for (size_t i = 0; i < UUID_TEXT; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text.p[i] != '-' : hex_digit(text.p[i]) < 0)
			return false;
		upper |= text.p[i] >= 'A' && text.p[i] <= 'F';
	}
	*out = text;
	if (!upper)
		return true;
	copy = arena_strz(mem, text);
	for (size_t i = 0; i < UUID_TEXT; i++)
		copy[i] = to_lower(copy[i]);
	out->p = copy;
	return true;
}

bool uuid_parse_any(struct arena *mem, struct str text, struct str *out)
{
	if (str_starts(text, S("urn:uuid:")))
		text = str_from(text, 9);
	else if (text.n > 2 && text.p[0] == '{' && text.p[text.n - 1] == '}')
		text = (struct str){ text.p + 1, text.n - 2 };
	if (text.n == UUID_TEXT - 4)
		text = arena_printf(mem, "%.8s-%.4s-%.4s-%.4s-%.12s", text.p, text.p + 8, text.p + 12, text.p + 16,
				    text.p + 20);
	return uuid_parse(mem, text, out);
}

void random_bytes(void *out, size_t n)
{
	randombytes_buf(out, n);
}

struct str hex_text(struct arena *mem, const void *bytes, size_t n)
{
	char *text = arena_alloc(mem, 2 * n + 1);

	sodium_bin2hex(text, 2 * n + 1, bytes, n);
	return (struct str){ text, 2 * n };
}

struct str base64url_text(struct arena *mem, const void *bytes, size_t n)
{
	size_t size = sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *text = arena_alloc(mem, size);

	sodium_bin2base64(text, size, bytes, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return str_of(text);
}

void sha256(unsigned char out[static SHA256_BYTES], struct str data)
{
	crypto_hash_sha256(out, (const unsigned char *)(data.p ? data.p : ""), data.n);
}

void hmac_sha256(unsigned char out[static HMAC_SHA256_BYTES], struct str key, struct str data)
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, (const unsigned char *)(key.p ? key.p : ""), key.n);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)(data.p ? data.p : ""), data.n);
	crypto_auth_hmacsha256_final(&state, out);
	sodium_memzero(&state, sizeof(state));
}

bool same_secret(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0);
}

struct str sha256_hex(struct arena *mem, struct str data)
{
	unsigned char digest[SHA256_BYTES];

	sha256(digest, data);
	return hex_text(mem, digest, sizeof(digest));
}
