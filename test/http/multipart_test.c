/* multipart/form-data: what browsers and curl send, and what must not be taken for it. */
#include "http/multipart.h"

#include "base/buf.h"
#include "unit.h"

#define TYPE "multipart/form-data; boundary=xx"
#define PART(disposition, bytes) "--xx\r\nContent-Disposition: " disposition "\r\n\r\n" bytes "\r\n"
#define FILE_PART(bytes) PART("form-data; name=\"files\"; filename=\"a.txt\"", bytes)
#define END "--xx--\r\n"

/* The parts as "name/file name/bytes|", an absent file name as "-"; or how it was refused. */
static const char *told(struct arena *mem, const char *type, struct str body)
{
	struct ctx ctx = { .mem = mem };
	struct multipart m;
	struct multipart_part part;
	struct buf out = { .mem = mem };
	bool more;
	enum err e = multipart_begin(&ctx, str_of(type), body, &m);

	while (e == OK && (e = multipart_next(&ctx, &m, &part, &more)) == OK && more)
		buf_printf(&out, "%.*s/%.*s/%.*s|", STR(part.name), STR(part.file_name.p ? part.file_name : S("-")),
			   STR(part.bytes));
	if (e != OK) {
		assert_int_equal(e, ERR_INVALID);
		return arena_printf(mem, "%s", ctx.why).p;
	}
	buf_char(&out, '\0');
	return out.p;
}

#define TOLD(type, body, expected) assert_string_equal(told(&mem, type, S(body)), expected)
#define REFUSED(type, body, why)                                                            \
	do {                                                                                \
		const char *said_ = told(&mem, type, S(body));                              \
		if (!strstr(said_, why))                                                    \
			print_error("\"%s\" does not say \"%s\"\n", said_, why);            \
		assert_non_null(strstr(said_, why));                                        \
	} while (0)

static void parts_come_in_order_with_their_names_and_bytes(void **state)
{
	ARENA(mem);

	(void)state;
	TOLD(TYPE,
	     FILE_PART("one") PART("form-data; name=\"note\"", "two")
	     "--xx\r\ncontent-disposition: FORM-DATA;NAME=files ; FileName=\"b.pdf\"\r\n"
	     "Content-Type: image/png\r\n\r\n%PDF-\r\n" END,
	     "files/a.txt/one|note/-/two|files/b.pdf/%PDF-|");
	TOLD(TYPE, END, "");
}

static void bytes_are_slices_of_the_body(void **state)
{
	static const char BODY[] = FILE_PART("here") END;
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	struct multipart m;
	struct multipart_part part;
	bool more;

	(void)state;
	assert_int_equal(multipart_begin(&ctx, S(TYPE), str_of(BODY), &m), OK);
	assert_int_equal(multipart_next(&ctx, &m, &part, &more), OK);
	assert_true(more);
	assert_true(part.bytes.p == strstr(BODY, "here"));
	assert_true(part.file_name.p == strstr(BODY, "a.txt"));
}

static void bytes_may_be_anything_but_the_delimiter(void **state)
{
	ARENA(mem);

	(void)state;
	TOLD(TYPE, FILE_PART(""), "malformed multipart body: it ends without its final boundary");
	TOLD(TYPE, FILE_PART("") END, "files/a.txt/|");
	TOLD(TYPE, FILE_PART("\r\n\r\n") END, "files/a.txt/\r\n\r\n|");
	TOLD(TYPE, FILE_PART("\r\n-xx\n--xx--\r --xx") END, "files/a.txt/\r\n-xx\n--xx--\r --xx|");
	TOLD(TYPE, FILE_PART("\xff\xfe\x01") END, "files/a.txt/\xff\xfe\x01|");
}

static void what_stands_before_and_after_is_passed_over(void **state)
{
	ARENA(mem);

	(void)state;
	TOLD(TYPE, "for people --xx\r\n" FILE_PART("a") END "and more\r\n--xx\r\n", "files/a.txt/a|");
	TOLD(TYPE, "\r\n" FILE_PART("a") "--xx--", "files/a.txt/a|");
	TOLD(TYPE, "--xx \t\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--xx--  ", "a/-/1|");
}

static void the_boundary_is_what_the_content_type_says(void **state)
{
	ARENA(mem);

	(void)state;
	TOLD("Multipart/Form-Data ; charset=utf-8; Boundary=\"a b\"",
	     "--a b\r\nContent-Disposition: form-data; name=n\r\n\r\n1\r\n--a b--",
	     "n/-/1|");
	TOLD("multipart/form-data;boundary=----=_Part/1",
	     "------=_Part/1\r\nContent-Disposition: form-data; name=n\r\n\r\n1\r\n------=_Part/1--",
	     "n/-/1|");
	REFUSED("application/json", END, "must be multipart/form-data");
	REFUSED("multipart/mixed; boundary=xx", END, "must be multipart/form-data");
	REFUSED("multipart/form-data", END, "boundary");
	REFUSED("multipart/form-data; boundary=", END, "boundary");
	REFUSED("multipart/form-data; boundary=\"xx", END, "boundary");
	REFUSED("multipart/form-data; boundary=\"xx \"", END, "boundary");
	REFUSED("multipart/form-data; boundary=xx; boundary=yy", END, "boundary");
	REFUSED("multipart/form-data; boundary=x\"x", END, "boundary");
	REFUSED("multipart/form-data; boundary=x{x", END, "boundary");
	REFUSED("multipart/form-data; "
		"boundary=\"0123456789012345678901234567890123456789012345678901234567890123456789+\"", END,
		"1 to 70");
	assert_non_null(strstr(told(&mem, NULL, S(END)), "must be multipart/form-data"));
}

static void names_are_unescaped_as_senders_escape_them(void **state)
{
	ARENA(mem);

	(void)state;
	TOLD(TYPE, PART("form-data; name=\"a\\\"b\"; filename=\"C:\\dir\\\\x.txt\"", "1") END, "a\"b/C:\\dir\\x.txt/1|");
	TOLD(TYPE, PART("form-data; name=a; filename=\"na\xc3\xafve.txt\"; size=3", "1") END, "a/na\xc3\xafve.txt/1|");
	TOLD(TYPE, PART("form-data; name=a; filename=\"x.txt\"; filename*=UTF-8'en'%e2%82%ac%20.txt", "1") END,
	     "a/\xe2\x82\xac .txt/1|");
	TOLD(TYPE, PART("form-data; name=a; filename*=utf-8''b.txt", "1") END, "a/b.txt/1|");
	TOLD(TYPE, PART("form-data; name=a; filename=\"\"", "") END, "a//|");
	REFUSED(TYPE, PART("form-data; name=a; filename*=iso-8859-1''%e4", "1") END, "filename* is not in UTF-8");
	REFUSED(TYPE, PART("form-data; name=a; filename*=UTF-8''%zz", "1") END, "filename* is not in UTF-8");
	REFUSED(TYPE, PART("form-data; name=a; filename*=plain", "1") END, "filename* is not in UTF-8");
	REFUSED(TYPE, PART("form-data; name=a; filename*=UTF-8''a%00b", "1") END, "not in UTF-8");
	REFUSED(TYPE, PART("form-data; name=a; filename=\"\xe4.txt\"", "1") END, "not in UTF-8");
	REFUSED(TYPE, PART("form-data; name=\"\xff\"", "1") END, "not in UTF-8");
}

static void a_part_must_say_once_and_rightly_what_it_is(void **state)
{
	ARENA(mem);

	(void)state;
	REFUSED(TYPE, "--xx\r\n\r\n1\r\n" END, "no Content-Disposition");
	REFUSED(TYPE, "--xx\r\nContent-Type: text/plain\r\n\r\n1\r\n" END, "no Content-Disposition");
	REFUSED(TYPE, PART("form-data", "1") END, "no name");
	REFUSED(TYPE, PART("form-data; filename=a.txt", "1") END, "no name");
	REFUSED(TYPE, PART("attachment; name=a", "1") END, "not form-data");
	REFUSED(TYPE, PART("form-data; name=a; name=b", "1") END, "not form-data");
	REFUSED(TYPE, PART("form-data; name=", "1") END, "not form-data");
	REFUSED(TYPE, PART("form-data; name=\"a", "1") END, "not form-data");
	REFUSED(TYPE, PART("form-data; name=\"a\" b", "1") END, "not form-data");
	REFUSED(TYPE, PART("form-data; name=a;", "1") END, "not form-data");
	REFUSED(TYPE, PART("form-data name=a", "1") END, "not form-data");
	REFUSED(TYPE, PART("form-data; name=a\r\nContent-Disposition: form-data; name=b", "1") END,
		"two Content-Dispositions");
	REFUSED(TYPE, PART("form-data; name=a\r\nContent-Transfer-Encoding: base64", "MQ==") END, "Content-Transfer-Encoding");
	TOLD(TYPE, PART("form-data; name=a\r\nContent-Transfer-Encoding: Binary", "1") END, "a/-/1|");
}

static void headers_that_are_none_are_refused(void **state)
{
	ARENA(mem);
	struct buf large = { .mem = &mem };

	(void)state;
	REFUSED(TYPE, PART("form-data;\r\n name=a", "1") END, "not form-data");
	REFUSED(TYPE, "--xx\r\nContent-Type: text/plain;\r\n charset=utf-8\r\n\r\n1\r\n" END, "a header of a part is none");
	REFUSED(TYPE, "--xx\r\nnonsense\r\n\r\n1\r\n" END, "a header of a part is none");
	REFUSED(TYPE, "--xx\r\nContent-Disposition : form-data; name=a\r\n\r\n1\r\n" END, "a header of a part is none");
	REFUSED(TYPE, "--xx\r\nContent-Disposition: form-data; name=\"a\nb\"\r\n\r\n1\r\n" END, "a header of a part is none");
	REFUSED(TYPE, "--xx\r\nX: a\0b\r\n\r\n1\r\n" END, "a header of a part is none");
	REFUSED(TYPE, "--xx\nContent-Disposition: form-data; name=a\n\n1\n--xx--\n", "goes on behind a boundary");
	REFUSED(TYPE, "--xx\r\nContent-Disposition: form-data; name=a", "ends in the headers");
	buf_z(&large, "--xx\r\nX: ");
	memset(buf_room(&large, MULTIPART_HEAD_MAX), 'x', MULTIPART_HEAD_MAX);
	large.n += MULTIPART_HEAD_MAX;
	buf_z(&large, "\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" END);
	assert_non_null(strstr(told(&mem, TYPE, buf_view(&large)), "too large"));
}

static void a_body_must_come_to_its_end(void **state)
{
	static const char WHOLE[] = FILE_PART("one") FILE_PART("two") "--xx--";
	ARENA(mem);

	(void)state;
	assert_string_equal(told(&mem, TYPE, str_of(WHOLE)), "files/a.txt/one|files/a.txt/two|");
	for (size_t n = 0; n < sizeof(WHOLE) - 1; n++)
		assert_non_null(strstr(told(&mem, TYPE, (struct str){ WHOLE, n }), "malformed multipart body"));
	REFUSED(TYPE, FILE_PART("one") "--xxx\r\n" END, "goes on behind a boundary");
	REFUSED(TYPE, FILE_PART("one") "--xx--x", "goes on behind the final boundary");
	REFUSED(TYPE, "", "does not contain its boundary");
	REFUSED(TYPE, "--yy--", "does not contain its boundary");
}

static void there_may_be_so_many_parts_and_no_more(void **state)
{
	ARENA(mem);
	struct buf body = { .mem = &mem };

	(void)state;
	for (int i = 0; i < MULTIPART_PARTS_MAX; i++)
		buf_z(&body, FILE_PART("x"));
	assert_null(strstr(told(&mem, TYPE, str_of(arena_printf(&mem, "%.*s" END, STR(buf_view(&body))).p)), "at most"));
	buf_z(&body, FILE_PART("x") END);
	assert_non_null(strstr(told(&mem, TYPE, buf_view(&body)), "at most 100 parts"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_come_in_order_with_their_names_and_bytes),
		cmocka_unit_test(bytes_are_slices_of_the_body),
		cmocka_unit_test(bytes_may_be_anything_but_the_delimiter),
		cmocka_unit_test(what_stands_before_and_after_is_passed_over),
		cmocka_unit_test(the_boundary_is_what_the_content_type_says),
		cmocka_unit_test(names_are_unescaped_as_senders_escape_them),
		cmocka_unit_test(a_part_must_say_once_and_rightly_what_it_is),
		cmocka_unit_test(headers_that_are_none_are_refused),
		cmocka_unit_test(a_body_must_come_to_its_end),
		cmocka_unit_test(there_may_be_so_many_parts_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
