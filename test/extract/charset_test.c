/* extract/charset: text of every kind of set, and what is no text. */
#include "../unit.h"

#include "base/ctx.h"
#include "extract/extract_internal.h"

static enum err decode(struct arena *mem, struct str bytes, const char *declared, struct str *out)
{
	struct ctx ctx = { .mem = mem };

	assert_int_equal(charset_load(&ctx, bytes), OK);
	return charset_decode(&ctx, bytes, str_of(declared), out);
}

static void assert_decoded(struct str bytes, const char *declared, const char *expected)
{
	ARENA(mem);
	struct str text;

	assert_int_equal(decode(&mem, bytes, declared, &text), OK);
	assert_str(text, expected);
}

static void unicode_is_seen_by_its_mark(void **state)
{
	assert_decoded(S("\xEF\xBB\xBFGr\xC3\xB6\xC3\x9F" "e"), NULL, "Größe");
	assert_decoded(S("\xFF\xFEG\0r\0\xF6\0\xDF\0e\0"), NULL, "Größe");
	assert_decoded(S("\xFE\xFF\0G\0r\0\xF6\0\xDF\0e"), NULL, "Größe");
	assert_decoded(S("\xFF\xFE\x3D\xD8\x00\xDE"), NULL, "😀");
	assert_decoded(S("\xFE\xFF"), NULL, "");
}

static void valid_utf8_is_utf8_whatever_is_said(void **state)
{
	assert_decoded(S("Gr\xC3\xB6\xC3\x9F" "e"), "iso-8859-1", "Größe");
	assert_decoded(S("plain"), "utf-16", "plain");
	assert_decoded(S(""), NULL, "");
}

static void utf16_without_a_mark_is_seen_by_its_zeros(void **state)
{
	assert_decoded(S("h\0e\0l\0l\0o\0\n\0"), NULL, "hello\n");
	assert_decoded(S("\0h\0e\0l\0l\0o\0\n"), NULL, "hello\n");
	assert_decoded(S("\x1F\x04@\x04" "8\x04" "2\x04" "5\x04" "B\x04 \0<\x04" "8\x04@\x04"), NULL,
		       "Привет мир");
	assert_decoded(S("\x2D\x4E\x87\x65\n\0\x2D\x4E\x87\x65\x57\x5B"), NULL, "中文\n中文字");
}

static void what_is_declared_counts_where_bytes_do_not_tell(void **state)
{
	assert_decoded(S("\xF0\xD2\xC9\xD7\xC5\xD4"), "koi8-r", "Привет");
	assert_decoded(S("\xCF\xF0\xE8\xE2\xE5\xF2"), " Windows-1251 ", "Привет");
	assert_decoded(S("\x93\xFA\x96\x7B"), "Shift_JIS", "日本");
	assert_decoded(S("\xC6\xFC\xCB\xDC"), "euc-jp", "日本");
	assert_decoded(S("\xD6\xD0\xCE\xC4"), "gb2312", "中文");
	assert_decoded(S("\x1B$BF|K\\\x1B(B"), "iso-2022-jp", "日本");
	assert_decoded(S("\xA4 5"), "iso-8859-15", "€ 5");
	assert_decoded(S("\xC0 caf\xEA"), "windows-1258", "À cafê");
	assert_decoded(S("bad \xFF byte"), "utf-8", "bad \xEF\xBF\xBD byte");
}

static void latin_1_is_read_as_windows_1252(void **state)
{
	assert_decoded(S("\x93quoted\x94 \x80 5"), "iso-8859-1", "“quoted” € 5");
	assert_decoded(S("undefined \x81"), "windows-1252", "undefined \xEF\xBF\xBD");
}

/* Nobody says what these are. */
static void western_text_is_guessed(void **state)
{
	assert_decoded(S("Caf\xE9 cr\xE8me, d\xE9j\xE0 vu et gar\xE7on na\xEF" "f.\n"), NULL,
		       "Café crème, déjà vu et garçon naïf.\n");
	assert_decoded(S("Gr\xF6\xDF" "e und Ma\xDF" "e f\xFCr T\xFCren, \xC4nderungen vorbehalten.\n"), NULL,
		       "Größe und Maße für Türen, Änderungen vorbehalten.\n");
	assert_decoded(S("It\x92s \x93quoted\x94 \x96 and more.\n"), NULL, "It’s “quoted” – and more.\n");
	assert_decoded(S("caf\xE9"), NULL, "café");
	assert_decoded(S("Se\xF1or Mu\xF1oz comi\xF3 \xBFqu\xE9?"), NULL, "Señor Muñoz comió ¿qué?");
	assert_decoded(S("S\xE3o Paulo, cora\xE7\xE3o; 5 m\xB2, 21 \xB0" "C"), NULL,
		       "São Paulo, coração; 5 m², 21 °C");
}

static void other_scripts_are_guessed(void **state)
{
	assert_decoded(S("Witaj \xB6wiecie, za\xBF\xF3\xB3\xE6 g\xEA\xB6l\xB1 ja\xBC\xF1"), NULL,
		       "Witaj świecie, zażółć gęślą jaźń");
	assert_decoded(S("\xCF\xF0\xE8\xE2\xE5\xF2, \xEC\xE8\xF0! \xDD\xF2\xEE \xEE\xE1\xFB\xF7\xED\xFB\xE9 "
			 "\xF2\xE5\xEA\xF1\xF2 \xED\xE0 \xF0\xF3\xF1\xF1\xEA\xEE\xEC \xFF\xE7\xFB\xEA\xE5.\n"), NULL,
		       "Привет, мир! Это обычный текст на русском языке.\n");
	assert_decoded(S("\x82\xB1\x82\xEA\x82\xCD\x93\xFA\x96\x7B\x8C\xEA\x82\xCC\x83\x65\x83\x4C\x83\x58"
			 "\x83\x67\x82\xC5\x82\xB7\x81\x42"), NULL,
		       "これは日本語のテキストです。");
}

static void broken_utf8_is_still_utf8(void **state)
{
	assert_decoded(S("Gr\xC3\xB6\xC3\x9F" "e und Ma\xC3\x9F" "e, \xC3\x84nderungen vorbehalten, T\xC3"), NULL,
		       "Größe und Maße, Änderungen vorbehalten, T\xEF\xBF\xBD");
	assert_decoded(S("Gr\xC3\xB6\xC3\x9F" "e \xFF Ma\xC3\x9F"), NULL, "Größe \xEF\xBF\xBD Maß");
}

/* The first byte that tells may be far inside. */
static void a_late_accent_is_enough(void **state)
{
	ARENA(mem);
	struct buf bytes = { .mem = &mem };
	struct str text;

	for (int i = 0; i < 100000; i++)
		buf_z(&bytes, "plain words ");
	buf_z(&bytes, "d\xE9j\xE0 vu, gar\xE7on");
	assert_int_equal(decode(&mem, buf_view(&bytes), NULL, &text), OK);
	assert_true(str_ends(text, S("déjà vu, garçon")));
}

static void a_name_that_nobody_knows_is_no_name(void **state)
{
	assert_decoded(S("d\xE9j\xE0 vu, gar\xE7on na\xEF" "f"), "x-unknown", "déjà vu, garçon naïf");
	assert_decoded(S("d\xE9j\xE0 vu, gar\xE7on na\xEF" "f"), "", "déjà vu, garçon naïf");
}

static void binary_data_is_no_text(void **state)
{
	static const struct str BINARY[] = {
		S("nul\0in it"), S("a nul\0in it."), S("a\0\0b"), S("\x7F" "ELF\2\1\1\0"), S("\xFF\xFE\0\0a\0\0\0"),
		S("\x89PNG\r\n\x1A\n\0\0\0\r"),
		S("x\0y"), S("\x01\x02\x03\x04"), S("\xEF\xBB\xBF\0"),
	};

	for (size_t i = 0; i < COUNT_OF(BINARY); i++) {
		ARENA(mem);
		struct str text;

		assert_false(charset_is_text(BINARY[i]));
		assert_int_equal(decode(&mem, BINARY[i], NULL, &text), ERR_INVALID);
	}
}

static void a_few_control_characters_are_forgiven(void **state)
{
	ARENA(mem);
	struct buf bytes = { .mem = &mem };

	for (int i = 0; i < 100; i++)
		buf_z(&bytes, "a line of text\f\n");
	buf_z(&bytes, "\x01\x1A");
	assert_true(charset_is_text(buf_view(&bytes)));
}

static void a_label_is_matched_whole_in_any_case(void **state)
{
	assert_decoded(S("\xB1"), "latin1", "±");
	assert_decoded(S("\xB1"), "L2", "ą");
	assert_decoded(S("\xB1"), "Latin2", "ą");
	assert_decoded(S("\xB1"), "latin1 l1", "±");          /* no label at all: guessed */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unicode_is_seen_by_its_mark),
		cmocka_unit_test(valid_utf8_is_utf8_whatever_is_said),
		cmocka_unit_test(utf16_without_a_mark_is_seen_by_its_zeros),
		cmocka_unit_test(what_is_declared_counts_where_bytes_do_not_tell),
		cmocka_unit_test(latin_1_is_read_as_windows_1252),
		cmocka_unit_test(western_text_is_guessed),
		cmocka_unit_test(other_scripts_are_guessed),
		cmocka_unit_test(broken_utf8_is_still_utf8),
		cmocka_unit_test(a_late_accent_is_enough),
		cmocka_unit_test(a_name_that_nobody_knows_is_no_name),
		cmocka_unit_test(binary_data_is_no_text),
		cmocka_unit_test(a_few_control_characters_are_forgiven),
		cmocka_unit_test(a_label_is_matched_whole_in_any_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
