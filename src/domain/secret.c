/* domain/secret.c: the data keys, and boxes that only open in their row.
 *
 * Keys live in memory that libsodium locks and fences off; plain copies made on the way are
 * wiped. The key file appears under its name complete or not at all, and never replaces one that
 * another process made meanwhile: losing a data key loses every secret sealed with it.
 */
#include "domain/secret.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/id.h"
#include "base/log.h"

enum {
	KEY_BYTES = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
	NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	KEY_ID_BYTES = 4,
	VERSION = 1,
	NONCE_AT = 1 + KEY_ID_BYTES,
	HEADER_BYTES = NONCE_AT + NONCE_BYTES,
	KEYS_MAX = 16,
	KEY_TEXT_MAX = 4096,
};

#define KEY_VARIABLE "AGENTD_SECRET_KEY"

struct key {
	unsigned char bytes[KEY_BYTES];
	unsigned char id[KEY_ID_BYTES];
};

/* Written by secret_load and secret_unload alone. */
static struct key *keys;
static size_t n_keys;

void secret_wipe(struct str *plain)
{
	if (plain->p)
		sodium_memzero((void *)plain->p, plain->n);
	*plain = (struct str){ NULL, 0 };
}

/* -- keys as text -------------------------------------------------------------------------------- */

static bool key_from_text(struct str text, unsigned char out[static KEY_BYTES])
{
	size_t n = 0;

	if (text.n == 2 * KEY_BYTES)
		return sodium_hex2bin(out, KEY_BYTES, text.p, text.n, NULL, &n, NULL) == 0 && n == KEY_BYTES;
	return sodium_base642bin(out, KEY_BYTES, text.p, text.n, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       n == KEY_BYTES;
}

/* The id is told to whoever reads the store, so it is a digest: it says nothing about the key. */
static void name_key(struct key *key)
{
	static const char PURPOSE[] = "agentd data key id";
	unsigned char digest[crypto_generichash_BYTES];

	crypto_generichash(digest, sizeof(digest), (const unsigned char *)PURPOSE, sizeof(PURPOSE) - 1, key->bytes,
			   sizeof(key->bytes));
	memcpy(key->id, digest, KEY_ID_BYTES);
}

static bool separator(char c)
{
	return c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Cuts the next word off *rest; false at the end. */
static bool next_word(struct str *rest, struct str *word)
{
	size_t from = 0, to;

	while (from < rest->n && separator(rest->p[from]))
		from++;
	for (to = from; to < rest->n && !separator(rest->p[to]); to++)
		;
	*word = (struct str){ rest->p + from, to - from };
	*rest = str_from(*rest, to);
	return word->n > 0;
}

static enum err keys_from_text(struct ctx *ctx, const char *source, struct str text)
{
	struct str word;

	while (next_word(&text, &word)) {
		if (n_keys == KEYS_MAX)
			return fail(ctx, ERR_INVALID, "%s holds more than %d keys", source, KEYS_MAX);
		if (!key_from_text(word, keys[n_keys].bytes))
			return fail(ctx, ERR_INVALID, "%s does not hold 32 bytes in base64 or hex", source);
		name_key(&keys[n_keys++]);
	}
	return n_keys ? OK : fail(ctx, ERR_INVALID, "%s holds no key", source);
}

/* -- the key file -------------------------------------------------------------------------------- */

static enum err file_failed(struct ctx *ctx, const char *path)
{
	return fail(ctx, ERR_INTERNAL, "%s: %s", path, strerror(errno));
}

static void close_auto(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* ERR_NOT_FOUND: no such file. */
static enum err keys_from_file(struct ctx *ctx, const char *path)
{
	AUTO(close_auto) int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[KEY_TEXT_MAX];
	ssize_t n;
	enum err e;

	if (fd < 0 && errno == ENOENT)
		return fail(ctx, ERR_NOT_FOUND, "%s is missing", path);
	if (fd < 0)
		return file_failed(ctx, path);
	n = read(fd, text, sizeof(text));
	if (n < 0)
		return file_failed(ctx, path);
	e = keys_from_text(ctx, path, (struct str){ text, (size_t)n });
	sodium_memzero(text, sizeof(text));
	return e;
}

static bool write_key(int fd)
{
	unsigned char key[KEY_BYTES];
	char text[sodium_base64_ENCODED_LEN(KEY_BYTES, sodium_base64_VARIANT_ORIGINAL)];
	bool written;

	random_bytes(key, sizeof(key));
	sodium_bin2base64(text, sizeof(text), key, sizeof(key), sodium_base64_VARIANT_ORIGINAL);
	text[sizeof(text) - 1] = '\n';
	written = write(fd, text, sizeof(text)) == (ssize_t)sizeof(text) && fsync(fd) == 0;
	sodium_memzero(key, sizeof(key));
	sodium_memzero(text, sizeof(text));
	return written;
}

static bool sync_folder_of(struct ctx *ctx, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *folder = slash ? arena_strz(ctx->mem, (struct str){ path, (size_t)(slash - path) + 1 }) : ".";
	AUTO(close_auto) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && fsync(fd) == 0;
}

/* A link cannot replace a file: of two processes that make one at once, both use the first. */
static enum err make_key_file(struct ctx *ctx, const char *path)
{
	struct str draft = arena_printf(ctx->mem, "%s.XXXXXX", path);
	AUTO(close_auto) int fd = mkostemp((char *)draft.p, O_CLOEXEC);
	bool made;

	if (fd < 0)
		return file_failed(ctx, path);
	made = write_key(fd) && (link(draft.p, path) == 0 || errno == EEXIST) && sync_folder_of(ctx, path);
	if (!made)
		(void)file_failed(ctx, path);
	unlink(draft.p);
	return made ? OK : ERR_INTERNAL;
}

/* -- loading ------------------------------------------------------------------------------------- */

static enum err find_keys(struct ctx *ctx, const char *path)
{
	const char *text = getenv(KEY_VARIABLE);
	enum err e;

	if (text && *text)
		return keys_from_text(ctx, "the environment variable " KEY_VARIABLE, str_of(text));
	e = keys_from_file(ctx, path);
	if (e != ERR_NOT_FOUND)
		return e;
	TRY(make_key_file(ctx, path));
	return keys_from_file(ctx, path);
}

enum err secret_load(struct ctx *ctx, const char *path)
{
	enum err e;

	assert(!keys);
	if (sodium_init() < 0)
		return fail(ctx, ERR_INTERNAL, "libsodium could not be set up");
	keys = sodium_allocarray(KEYS_MAX, sizeof(*keys));
	if (!keys)
		return fail(ctx, ERR_INTERNAL, "no memory for the data key");
	e = find_keys(ctx, path);
	if (e == OK)
		sodium_mprotect_readonly(keys);
	else
		secret_unload();
	return e;
}

void secret_unload(void)
{
	sodium_free(keys);
	keys = NULL;
	n_keys = 0;
}

/* -- boxes --------------------------------------------------------------------------------------- */

/* Ids and kinds cannot contain the separator, so no two rows have the same text. */
static struct str associated_data(struct arena *mem, const struct secret_row *row)
{
	return arena_printf(mem, "%.*s\x1f%s\x1f%.*s", STR(row->workspace_id), row->kind, STR(row->id));
}

static const struct key *key_named(const unsigned char *id)
{
	for (size_t i = 0; i < n_keys; i++)
		if (memcmp(keys[i].id, id, KEY_ID_BYTES) == 0)
			return &keys[i];
	return NULL;
}

struct str secret_seal(struct ctx *ctx, const struct secret_row *row, struct str plain)
{
	struct str bound = associated_data(ctx->mem, row);
	size_t n = HEADER_BYTES + plain.n + TAG_BYTES;
	unsigned char *box = arena_alloc(ctx->mem, n);

	assert(n_keys > 0);
	box[0] = VERSION;
	memcpy(box + 1, keys[0].id, KEY_ID_BYTES);
	random_bytes(box + NONCE_AT, NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(box + HEADER_BYTES, NULL, (const unsigned char *)plain.p, plain.n,
						   (const unsigned char *)bound.p, bound.n, NULL, box + NONCE_AT,
						   keys[0].bytes);
	return (struct str){ (const char *)box, n };
}

enum err secret_open(struct ctx *ctx, const struct secret_row *row, struct str sealed, struct str *plain)
{
	struct str bound = associated_data(ctx->mem, row);
	const unsigned char *box = (const unsigned char *)sealed.p;
	const struct key *key;
	unsigned char *text;
	size_t n;

	assert(n_keys > 0);
	if (sealed.n < HEADER_BYTES + TAG_BYTES || box[0] != VERSION)
		return fail(ctx, ERR_INTERNAL, "a stored secret (%s) is damaged", row->kind);
	key = key_named(box + 1);
	if (!key)
		return fail(ctx, ERR_INTERNAL, "a stored secret (%s) was sealed with another data key", row->kind);
	n = sealed.n - HEADER_BYTES - TAG_BYTES;
	text = arena_zalloc(ctx->mem, n + 1);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(text, NULL, NULL, box + HEADER_BYTES, sealed.n - HEADER_BYTES,
						       (const unsigned char *)bound.p, bound.n, box + NONCE_AT,
						       key->bytes) != 0)
		return fail(ctx, ERR_INTERNAL, "a stored secret (%s) is damaged, or not of this row", row->kind);
	*plain = (struct str){ (const char *)text, n };
	return OK;
}
