/* test/base/id_test.c: identifiers, digests, secrets. */
#include "../unit.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/id.h"

static void a_new_id_is_a_uuid_of_version_7_and_of_now(void **state)
{
	int64_t before = now_us() / 1000;
	struct str id, same;
	char ms[13];
	ARENA(a);

	(void)state;
	id = uuid_new(&a);
	assert_int_equal(id.n, UUID_TEXT);
	assert_true(uuid_parse(&a, id, &same));
	assert_ptr_equal(same.p, id.p);
	assert_int_equal(id.p[14], '7');
	assert_non_null(strchr("89ab", id.p[19]));
	snprintf(ms, sizeof(ms), "%.8s%.4s", id.p, id.p + 9);
	assert_true(strtoll(ms, NULL, 16) >= before);
	/* Ids of a busy millisecond may borrow from the next ones. */
	assert_true(strtoll(ms, NULL, 16) <= now_us() / 1000 + 1000);
}

static void ids_sort_as_they_were_made(void **state)
{
	struct str last = S("");
	ARENA(a);

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct str id = uuid_new(&a);

		assert_true(str_cmp(last, id) < 0);
		last = id;
	}
}

enum { THREADS = 4, PER_THREAD = 5000 };

struct maker {
	struct arena mem;
	struct str ids[PER_THREAD];
};

static void *make_ids(void *arg)
{
	struct maker *m = arg;

	for (int i = 0; i < PER_THREAD; i++)
		m->ids[i] = uuid_new(&m->mem);
	return NULL;
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void threads_never_make_the_same_id(void **state)
{
	struct maker *makers = xcalloc(THREADS, sizeof(*makers));
	struct str *all = xcalloc(THREADS, sizeof(makers->ids));
	pthread_t threads[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++) {
		arena_init(&makers[i].mem, 0);
		assert_int_equal(pthread_create(&threads[i], NULL, make_ids, &makers[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		memcpy(all + i * PER_THREAD, makers[i].ids, sizeof(makers[i].ids));
	}
	qsort(all, THREADS * PER_THREAD, sizeof(*all), by_text);
	for (int i = 1; i < THREADS * PER_THREAD; i++)
		assert_false(str_eq(all[i - 1], all[i]));
	for (int i = 0; i < THREADS; i++)
		arena_fini(&makers[i].mem);
	free(makers);
	free(all);
}

static void an_id_in_capitals_is_read_in_lower_case(void **state)
{
	struct str out;
	ARENA(a);

	(void)state;
	assert_true(uuid_parse(&a, S("5D0F2B7E-6A0E-4C3F-9A55-1F2C0C6A9D10"), &out));
	assert_str(out, "5d0f2b7e-6a0e-4c3f-9a55-1f2c0c6a9d10");
}

static void what_is_no_id_is_refused(void **state)
{
	static const char *const BAD[] = {
		"", "5d0f2b7e", "5d0f2b7e6a0e4c3f9a551f2c0c6a9d10", "5d0f2b7e-6a0e-4c3f-9a55-1f2c0c6a9d1",
		"5d0f2b7e-6a0e-4c3f-9a55-1f2c0c6a9d100", "5d0f2b7g-6a0e-4c3f-9a55-1f2c0c6a9d10",
		"5d0f2b7e-6a0e-4c3f-9a551-f2c0c6a9d10", "{5d0f2b7e-6a0e-4c3f-9a55-1f2c0c6a9d1",
		"5d0f2b7e_6a0e_4c3f_9a55_1f2c0c6a9d10",
	};
	struct str out;
	ARENA(a);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(BAD); i++)
		assert_false(uuid_parse(&a, str_of(BAD[i]), &out));
	assert_false(uuid_parse(&a, (struct str){ NULL, 0 }, &out));
}

static void an_id_is_also_read_bare_in_braces_and_as_a_urn(void **state)
{
	static const char *const GOOD[] = {
		"5d0f2b7e-6a0e-4c3f-9a55-1f2c0c6a9d10", "5D0F2B7E6A0E4C3F9A551F2C0C6A9D10",
		"{5d0f2b7e-6a0e-4c3f-9a55-1f2c0c6a9d10}", "{5d0f2b7e6a0e4c3f9a551f2c0c6a9d10}",
		"urn:uuid:5d0f2b7e-6a0e-4c3f-9a55-1f2c0c6a9d10",
	};
	static const char *const BAD[] = {
		"", "{}", "{5d0f2b7e-6a0e-4c3f-9a55-1f2c0c6a9d10", "5d0f2b7e-6a0e4c3f9a551f2c0c6a9d10", "urn:uuid:",
		"5d0f2b7e6a0e4c3f9a551f2c0c6a9d1", "5d0f2b7e6a0e4c3f9a551f2c0c6a9d1g",
	};
	struct str out;
	ARENA(a);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(GOOD); i++) {
		assert_true(uuid_parse_any(&a, str_of(GOOD[i]), &out));
		assert_str(out, "5d0f2b7e-6a0e-4c3f-9a55-1f2c0c6a9d10");
	}
	for (size_t i = 0; i < COUNT_OF(BAD); i++)
		assert_false(uuid_parse_any(&a, str_of(BAD[i]), &out));
	assert_false(uuid_parse_any(&a, (struct str){ NULL, 0 }, &out));
	assert_false(uuid_parse_any(&a, (struct str){ "5d0f2b7e\0006a0e4c3f9a551f2c0c6a9d1", 32 }, &out));
}

/* The second is a vector of the studio contract, section 14: the digest of a key of 43 A. */
static void digests_are_those_of_the_standard(void **state)
{
	ARENA(a);

	(void)state;
	assert_str(sha256_hex(&a, S("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_str(sha256_hex(&a, S("tas_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
		   "ca6dfe1825e19b8b9d18cd7e33bf5694c79d7130803493760d3e2052d3774c8e");
	assert_str(sha256_hex(&a, (struct str){ NULL, 0 }),
		   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void bytes_are_written_as_hex_and_base64url(void **state)
{
	ARENA(a);

	(void)state;
	assert_str(hex_text(&a, "\x00\xff\x1a", 3), "00ff1a");
	assert_str(base64url_text(&a, "\xfb\xff\xfe", 3), "-__-");
	assert_str(base64url_text(&a, "ab", 2), "YWI");
	assert_int_equal(base64url_text(&a, "0123456789abcdef0123456789abcdef", 32).n, 43);
}

static void random_bytes_differ(void **state)
{
	unsigned char a[32] = { 0 }, b[32] = { 0 };

	(void)state;
	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_id_is_a_uuid_of_version_7_and_of_now),
		cmocka_unit_test(ids_sort_as_they_were_made),
		cmocka_unit_test(threads_never_make_the_same_id),
		cmocka_unit_test(an_id_in_capitals_is_read_in_lower_case),
		cmocka_unit_test(what_is_no_id_is_refused),
		cmocka_unit_test(an_id_is_also_read_bare_in_braces_and_as_a_urn),
		cmocka_unit_test(digests_are_those_of_the_standard),
		cmocka_unit_test(bytes_are_written_as_hex_and_base64url),
		cmocka_unit_test(random_bytes_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
