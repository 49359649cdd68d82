/* test/domain/secret_test.c: sealed secrets, and where the key comes from. */
#include "rig.h"

#include <sys/stat.h>

#include "domain/secret.h"

#define VARIABLE "AGENTD_SECRET_KEY"
/* The bytes 0 to 31, and 32 to 63. */
#define KEY_HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_BASE64 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define OTHER_KEY_BASE64 "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="

static const struct secret_row ROW = { { "workspace-1", 11 }, "provider_key", { "OPENAI", 6 } };
static const struct str PLAIN = { "sk-sesame", 9 };

static int set_up(void **state)
{
	unsetenv(VARIABLE);
	return folder_set_up(state);
}

static int tear_down(void **state)
{
	secret_unload();
	unsetenv(VARIABLE);
	return rig_tear_down(state);
}

/* Forgets the keys and loads what the variable says, or the file when it is NULL. */
static enum err load(struct rig *r, const char *variable)
{
	secret_unload();
	if (variable)
		setenv(VARIABLE, variable, 1);
	else
		unsetenv(VARIABLE);
	return secret_load(&r->ctx, rig_path(r, "secret.key"));
}

static struct str opened(struct rig *r, struct str sealed)
{
	struct str plain;

	assert_int_equal(secret_open(&r->ctx, &ROW, sealed, &plain), OK);
	return plain;
}

/* -- boxes --------------------------------------------------------------------------------------- */

static void a_secret_opens_in_its_row(void **state)
{
	struct rig *r = *state;
	static const size_t LENGTHS[] = { 0, 1, 15, 16, 17, 64, 4096 };
	char text[4096];

	assert_int_equal(load(r, NULL), OK);
	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < COUNT_OF(LENGTHS); i++) {
		struct str plain = { text, LENGTHS[i] };

		assert_true(str_eq(opened(r, secret_seal(&r->ctx, &ROW, plain)), plain));
	}
}

/* Computed from the algorithm's definition, by another program. What was once stored must open. */
static void the_format_is_that_of_what_was_stored_before(void **state)
{
	static const unsigned char STORED[] = {
		0x01, 0x91, 0x99, 0x02, 0x9b, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a,
		0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0xa7, 0x52, 0x28,
		0x03, 0xb5, 0x93, 0x18, 0x7b, 0xea, 0xd0, 0xf9, 0x90, 0xc5, 0x8d, 0x2a, 0xba, 0xe2, 0x7d, 0xc0,
		0xb3, 0x0e, 0xb8, 0x01, 0x46, 0xaa,
	};
	struct rig *r = *state;

	assert_int_equal(load(r, KEY_HEX), OK);
	assert_str(opened(r, (struct str){ (const char *)STORED, sizeof(STORED) }), "sk-sesame");
}

static void a_sealed_secret_shows_nothing_of_the_plain_one(void **state)
{
	struct rig *r = *state;
	struct str one, two;

	assert_int_equal(load(r, NULL), OK);
	one = secret_seal(&r->ctx, &ROW, PLAIN);
	two = secret_seal(&r->ctx, &ROW, PLAIN);
	assert_int_equal(str_find(one, PLAIN), -1);
	assert_int_equal(str_find(one, S("sesame")), -1);
	assert_false(str_eq(one, two));
	assert_false(str_eq(str_from(one, 29), str_from(two, 29)));
}

static void a_changed_byte_is_noticed(void **state)
{
	struct rig *r = *state;
	struct str sealed, plain;
	char *box;

	assert_int_equal(load(r, NULL), OK);
	sealed = secret_seal(&r->ctx, &ROW, PLAIN);
	box = arena_strz(&r->mem, sealed);
	for (size_t i = 0; i < sealed.n; i++) {
		box[i] ^= 0x20;
		assert_int_equal(secret_open(&r->ctx, &ROW, (struct str){ box, sealed.n }, &plain), ERR_INTERNAL);
		assert_null(strstr(r->ctx.why, "sesame"));
		box[i] ^= 0x20;
	}
	assert_str(opened(r, (struct str){ box, sealed.n }), "sk-sesame");
}

static void a_shortened_secret_is_refused(void **state)
{
	struct rig *r = *state;
	struct str sealed, plain;

	assert_int_equal(load(r, NULL), OK);
	sealed = secret_seal(&r->ctx, &ROW, PLAIN);
	for (size_t n = 0; n < sealed.n; n++)
		assert_int_equal(secret_open(&r->ctx, &ROW, arena_str(&r->mem, (struct str){ sealed.p, n }), &plain),
				 ERR_INTERNAL);
}

static void a_secret_does_not_open_in_another_row(void **state)
{
	static const struct secret_row OTHERS[] = {
		{ { "workspace-2", 11 }, "provider_key", { "OPENAI", 6 } },
		{ { "workspace-1", 11 }, "webhook", { "OPENAI", 6 } },
		{ { "workspace-1", 11 }, "provider_key", { "GROQ", 4 } },
		{ { "workspace-1", 11 }, "provider_keyO", { "PENAI", 5 } },
		{ { "workspace-", 10 }, "1provider_key", { "OPENAI", 6 } },
	};
	struct rig *r = *state;
	struct str sealed, plain;

	assert_int_equal(load(r, NULL), OK);
	sealed = secret_seal(&r->ctx, &ROW, PLAIN);
	for (size_t i = 0; i < COUNT_OF(OTHERS); i++)
		assert_fails(&r->ctx, secret_open(&r->ctx, &OTHERS[i], sealed, &plain), ERR_INTERNAL,
			     "not of this row");
}

static void a_wiped_secret_is_gone(void **state)
{
	char text[] = "sk-sesame";
	struct str secret = str_of(text), none = { NULL, 0 };

	secret_wipe(&secret);
	assert_null(secret.p);
	for (size_t i = 0; i < sizeof(text); i++)
		assert_int_equal(text[i], 0);
	secret_wipe(&none);
}

/* -- keys ---------------------------------------------------------------------------------------- */

static void the_key_file_is_made_once_and_for_its_owner_only(void **state)
{
	struct rig *r = *state;
	struct str sealed;
	struct stat st;

	assert_int_equal(load(r, NULL), OK);
	sealed = secret_seal(&r->ctx, &ROW, PLAIN);
	assert_int_equal(stat(rig_path(r, "secret.key"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_size, 45);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(load(r, NULL), OK);
	assert_str(opened(r, sealed), "sk-sesame");
}

static void the_variable_counts_before_the_file(void **state)
{
	struct rig *r = *state;
	struct stat st;

	assert_int_equal(load(r, KEY_BASE64), OK);
	assert_int_equal(stat(rig_path(r, "secret.key"), &st), -1);
	assert_int_equal(load(r, ""), OK);
	assert_int_equal(stat(rig_path(r, "secret.key"), &st), 0);
}

static void hex_and_base64_say_the_same(void **state)
{
	struct rig *r = *state;
	struct str sealed;

	assert_int_equal(load(r, KEY_HEX), OK);
	sealed = secret_seal(&r->ctx, &ROW, PLAIN);
	assert_int_equal(load(r, KEY_BASE64 "\n"), OK);
	assert_str(opened(r, sealed), "sk-sesame");
}

static void a_key_that_is_none_is_refused_and_not_told(void **state)
{
	static const char *const BAD[] = {
		"sesame", KEY_HEX "00", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==", KEY_BASE64 "," "sesame", ",",
		"zz0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	};
	struct rig *r = *state;

	for (size_t i = 0; i < COUNT_OF(BAD); i++) {
		assert_fails(&r->ctx, load(r, BAD[i]), ERR_INVALID, VARIABLE);
		assert_null(strstr(r->ctx.why, "AAEC"));
		assert_null(strstr(r->ctx.why, "sesame"));
		assert_null(strstr(r->ctx.why, "0102"));
	}
}

static void an_old_key_opens_and_the_new_one_seals(void **state)
{
	struct rig *r = *state;
	struct str old, new, plain;

	assert_int_equal(load(r, KEY_BASE64), OK);
	old = secret_seal(&r->ctx, &ROW, PLAIN);
	assert_int_equal(load(r, OTHER_KEY_BASE64 "," KEY_BASE64), OK);
	assert_str(opened(r, old), "sk-sesame");
	new = secret_seal(&r->ctx, &ROW, PLAIN);
	assert_int_equal(load(r, OTHER_KEY_BASE64), OK);
	assert_str(opened(r, new), "sk-sesame");
	assert_fails(&r->ctx, secret_open(&r->ctx, &ROW, old, &plain), ERR_INTERNAL, "another data key");
}

static void a_key_file_that_cannot_be_made_is_told(void **state)
{
	struct rig *r = *state;
	const char *path = rig_path(r, "missing/secret.key");

	assert_fails(&r->ctx, secret_load(&r->ctx, path), ERR_INTERNAL, path);
}

static void an_empty_key_file_is_not_replaced(void **state)
{
	struct rig *r = *state;
	struct stat st;

	fclose(fopen(rig_path(r, "secret.key"), "we"));
	assert_fails(&r->ctx, load(r, NULL), ERR_INVALID, "holds no key");
	assert_int_equal(stat(rig_path(r, "secret.key"), &st), 0);
	assert_int_equal(st.st_size, 0);
}

enum { N_PROCESSES = 8 };

/* Seals with what it finds or makes, once the gate is open, and writes the box to the pipe. */
static void seal_in_child(struct rig *r, const int *gate, int to)
{
	struct str sealed;
	char unused;

	close(gate[1]);
	if (read(gate[0], &unused, 1) != 0 || secret_load(&r->ctx, rig_path(r, "secret.key")) != OK)
		_exit(1);
	sealed = secret_seal(&r->ctx, &ROW, PLAIN);
	_exit(write(to, sealed.p, sealed.n) == (ssize_t)sealed.n ? 0 : 1);
}

/* Starts a process and returns where its box can be read. */
static int start_sealing(struct rig *r, const int *gate)
{
	int box[2];
	pid_t pid;

	assert_int_equal(pipe(box), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		seal_in_child(r, gate, box[1]);
	close(box[1]);
	return box[0];
}

static void processes_that_make_the_key_at_once_agree(void **state)
{
	struct rig *r = *state;
	int from[N_PROCESSES], gate[2], status;
	char box[128];

	assert_int_equal(pipe(gate), 0);
	for (size_t i = 0; i < N_PROCESSES; i++)
		from[i] = start_sealing(r, gate);
	close(gate[0]);
	close(gate[1]);
	for (size_t i = 0; i < N_PROCESSES; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(load(r, NULL), OK);
	for (size_t i = 0; i < N_PROCESSES; i++) {
		ssize_t n = read(from[i], box, sizeof(box));

		assert_true(n > 0);
		assert_str(opened(r, (struct str){ box, (size_t)n }), "sk-sesame");
		close(from[i]);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_secret_opens_in_its_row),
		TEST(the_format_is_that_of_what_was_stored_before),
		TEST(a_sealed_secret_shows_nothing_of_the_plain_one),
		TEST(a_changed_byte_is_noticed),
		TEST(a_shortened_secret_is_refused),
		TEST(a_secret_does_not_open_in_another_row),
		TEST(a_wiped_secret_is_gone),
		TEST(the_key_file_is_made_once_and_for_its_owner_only),
		TEST(the_variable_counts_before_the_file),
		TEST(hex_and_base64_say_the_same),
		TEST(a_key_that_is_none_is_refused_and_not_told),
		TEST(an_old_key_opens_and_the_new_one_seals),
		TEST(a_key_file_that_cannot_be_made_is_told),
		TEST(an_empty_key_file_is_not_replaced),
		TEST(processes_that_make_the_key_at_once_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
