/* extract/charset.c: text of any character set, made UTF-8.
 *
 * What the bytes themselves show beyond doubt comes first, since names are wrong more often: a byte order
 * mark, valid UTF-8, the zero bytes of UTF-16. Then what the sender or the document says. Then a guess by
 * uchardet, and Windows-1252 if that has none. ISO-8859-1 is read as Windows-1252, as browsers do: it is
 * what its C1 controls nearly always are.
 *
 * UTF-8, UTF-16 and Windows-1252 are decoded here; iconv knows the others. It loads a module for each, which
 * the cage forbids, so all of them are opened before it closes: a few milliseconds, spent only on text that
 * is of no Unicode form.
 */
#include <errno.h>
#include <iconv.h>
#include <uchardet/uchardet.h>

#include "base/library.h"
#include "base/utf8.h"
#include "extract/extract_internal.h"

#define UCHARDET_FUNCTIONS(X) \
	X(uchardet_new) X(uchardet_delete) X(uchardet_handle_data) X(uchardet_data_end) X(uchardet_get_charset)
LIBRARY(uchardet, "libuchardet.so.0", UCHARDET_FUNCTIONS)

enum {
	LABEL_MAX = 40,
	GUESS_BEFORE = 4 * 1024,             /* how much around the first byte that is not ASCII ... */
	GUESS_AFTER = 256 * 1024,            /* ... a guess is made from */
	ACCENTS_FEW = 32,
	ESCAPE = 0x1B,
};

/* -- the sets that are decoded here -------------------------------------------------------------- */

static void put(struct buf *out, uint32_t c)
{
	char bytes[UTF8_MAX_BYTES];

	buf_add(out, bytes, utf8_put(bytes, c));
}

static void decode_utf8(struct str bytes, struct buf *out)
{
	uint32_t c;

	while (utf8_next(&bytes, &c))
		put(out, c);
}

/* 0x80 to 0x9F; the five that mean nothing become U+FFFD. */
static const uint16_t WINDOWS_1252[32] = {
	0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
	0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
	0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
	0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
};

static void decode_windows_1252(struct str bytes, struct buf *out)
{
	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char c = (unsigned char)bytes.p[i];

		put(out, c >= 0x80 && c < 0xA0 ? WINDOWS_1252[c - 0x80] : c);
	}
}

static uint32_t unit_at(struct str bytes, size_t i, bool big_endian)
{
	const unsigned char *p = (const unsigned char *)bytes.p + i;

	return big_endian ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

static bool is_high_surrogate(uint32_t unit)
{
	return unit >= 0xD800 && unit < 0xDC00;
}

static bool is_low_surrogate(uint32_t unit)
{
	return unit >= 0xDC00 && unit < 0xE000;
}

/* The code point at *i, which moves behind it. An unpaired surrogate is returned as it is. */
static uint32_t utf16_next(struct str bytes, size_t *i, bool big_endian)
{
	uint32_t first = unit_at(bytes, *i, big_endian), second;

	*i += 2;
	if (!is_high_surrogate(first) || *i + 2 > bytes.n)
		return first;
	second = unit_at(bytes, *i, big_endian);
	if (!is_low_surrogate(second))
		return first;
	*i += 2;
	return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

static void decode_utf16(struct str bytes, bool big_endian, struct buf *out)
{
	for (size_t i = 0; i + 2 <= bytes.n;)
		put(out, utf16_next(bytes, &i, big_endian));
	if (bytes.n % 2)
		put(out, UTF8_REPLACEMENT);
}

static void decode_utf16le(struct str bytes, struct buf *out)
{
	decode_utf16(bytes, false, out);
}

static void decode_utf16be(struct str bytes, struct buf *out)
{
	decode_utf16(bytes, true, out);
}

/* -- all sets ------------------------------------------------------------------------------------ */

/* Labels are those of the web's Encoding Standard, and the names that uchardet gives. */
static const struct charset {
	const char *labels;                  /* in lower case, blanks between */
	void (*decode)(struct str bytes, struct buf *out);
	const char *iconv;                   /* its name there, when nothing here decodes it */
} CHARSETS[] = {
	{ "utf-8 utf8 unicode-1-1-utf-8", decode_utf8, NULL },
	{ "utf-16le utf-16 ucs-2 unicode iso-10646-ucs-2", decode_utf16le, NULL },
	{ "utf-16be unicodefffe", decode_utf16be, NULL },
	{ "windows-1252 cp1252 x-cp1252 iso-8859-1 iso8859-1 iso88591 iso_8859-1 latin1 l1 ascii us-ascii cp819",
	  decode_windows_1252, NULL },
	{ "windows-1250 cp1250 x-cp1250", NULL, "CP1250" },
	{ "windows-1251 cp1251 x-cp1251", NULL, "CP1251" },
	{ "windows-1253 cp1253 x-cp1253", NULL, "CP1253" },
	{ "windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 iso_8859-9 latin5 l5", NULL, "CP1254" },
	{ "windows-1255 cp1255 x-cp1255", NULL, "CP1255" },
	{ "windows-1256 cp1256 x-cp1256", NULL, "CP1256" },
	{ "windows-1257 cp1257 x-cp1257", NULL, "CP1257" },
	{ "windows-1258 cp1258 x-cp1258", NULL, "CP1258" },
	{ "windows-874 iso-8859-11 iso8859-11 tis-620 dos-874", NULL, "CP874" },
	{ "iso-8859-2 iso8859-2 iso_8859-2 latin2 l2", NULL, "ISO-8859-2" },
	{ "iso-8859-3 iso8859-3 iso_8859-3 latin3 l3", NULL, "ISO-8859-3" },
	{ "iso-8859-4 iso8859-4 iso_8859-4 latin4 l4", NULL, "ISO-8859-4" },
	{ "iso-8859-5 iso8859-5 iso_8859-5 cyrillic", NULL, "ISO-8859-5" },
	{ "iso-8859-6 iso8859-6 iso_8859-6 arabic", NULL, "ISO-8859-6" },
	{ "iso-8859-7 iso8859-7 iso_8859-7 greek", NULL, "ISO-8859-7" },
	{ "iso-8859-8 iso8859-8 iso_8859-8 iso-8859-8-i hebrew", NULL, "ISO-8859-8" },
	{ "iso-8859-10 iso8859-10 latin6 l6", NULL, "ISO-8859-10" },
	{ "iso-8859-13 iso8859-13", NULL, "ISO-8859-13" },
	{ "iso-8859-14 iso8859-14", NULL, "ISO-8859-14" },
	{ "iso-8859-15 iso8859-15 iso_8859-15 latin9 l9", NULL, "ISO-8859-15" },
	{ "iso-8859-16", NULL, "ISO-8859-16" },
	{ "koi8-r koi8 koi", NULL, "KOI8-R" },
	{ "koi8-u koi8-ru", NULL, "KOI8-U" },
	{ "ibm852 cp852", NULL, "IBM852" },
	{ "ibm855 cp855", NULL, "IBM855" },
	{ "ibm865 cp865", NULL, "IBM865" },
	{ "ibm866 cp866", NULL, "IBM866" },
	{ "macintosh x-mac-roman mac", NULL, "MACINTOSH" },
	{ "x-mac-cyrillic mac-cyrillic x-mac-ukrainian", NULL, "MAC-CYRILLIC" },
	{ "mac-centraleurope x-mac-ce", NULL, "MAC-CENTRALEUROPE" },
	{ "georgian-academy", NULL, "GEORGIAN-ACADEMY" },
	{ "georgian-ps", NULL, "GEORGIAN-PS" },
	{ "viscii", NULL, "VISCII" },
	{ "gb18030 gbk gb2312 x-gbk gb_2312-80 chinese", NULL, "GB18030" },
	{ "big5 big5-hkscs x-x-big5 cn-big5", NULL, "BIG5-HKSCS" },
	{ "euc-tw", NULL, "EUC-TW" },
	{ "shift_jis shift-jis sjis x-sjis windows-31j ms_kanji cp932", NULL, "CP932" },
	{ "euc-jp x-euc-jp", NULL, "EUC-JP" },
	{ "iso-2022-jp csiso2022jp", NULL, "ISO-2022-JP" },
	{ "euc-kr ks_c_5601-1987 ksc5601 korean windows-949 uhc cp949", NULL, "UHC" },
	{ "johab", NULL, "JOHAB" },
	{ "iso-2022-kr", NULL, "ISO-2022-KR" },
	{ "iso-2022-cn", NULL, "ISO-2022-CN" },
};
static const struct charset *const UTF_8 = &CHARSETS[0], *const UTF_16LE = &CHARSETS[1], *const UTF_16BE = &CHARSETS[2],
			    *const FALLBACK = &CHARSETS[3];

/* Opened by charset_load; those that the C library lacks stay NULL. */
static iconv_t opened[COUNT_OF(CHARSETS)];

static bool has_label(struct str labels, struct str label)
{
	while (labels.p)
		if (str_eq_nocase(str_cut(&labels, ' '), label))
			return true;
	return false;
}

/* NULL: a name that nobody knows, or none. */
static const struct charset *charset_called(struct str label)
{
	label = str_trim(label);
	if (label.n == 0 || label.n > LABEL_MAX)
		return NULL;
	for (size_t i = 0; i < COUNT_OF(CHARSETS); i++)
		if (has_label(str_of(CHARSETS[i].labels), label))
			return &CHARSETS[i];
	return NULL;
}

static bool can_decode(const struct charset *set)
{
	return set && (set->decode || opened[set - CHARSETS]);
}

/* -- what bytes show ----------------------------------------------------------------------------- */

static const struct mark {
	struct str bytes;
	const struct charset *set;
} MARKS[] = {
	{ { "\xEF\xBB\xBF", 3 }, &CHARSETS[0] },
	{ { "\xFF\xFE", 2 },     &CHARSETS[1] },
	{ { "\xFE\xFF", 2 },     &CHARSETS[2] },
};

static const struct mark *mark_of(struct str bytes)
{
	for (size_t i = 0; i < COUNT_OF(MARKS); i++)
		if (str_starts(bytes, MARKS[i].bytes))
			return &MARKS[i];
	return NULL;
}

/* Control characters that no text uses; a page break, an escape and DOS's end of file are used. */
static bool is_binary(uint32_t c)
{
	return c < 0x09 || c == 0x0B || (c >= 0x0E && c < 0x1A) || (c > ESCAPE && c < 0x20);
}

/* Every character is one that text uses. The last one may be torn. */
static bool is_utf16(struct str bytes, bool big_endian)
{
	for (size_t i = 0; i + 2 <= bytes.n;) {
		uint32_t c = utf16_next(bytes, &i, big_endian);
		bool torn = is_high_surrogate(c) && i + 2 > bytes.n;

		if (is_binary(c) || is_low_surrogate(c) || (is_high_surrogate(c) && !torn))
			return false;
	}
	return true;
}

static bool is_printable_ascii(char c)
{
	return c >= 0x20 && c < 0x7F;
}

/* UTF-16 without a mark. The upper byte of what all scripts share, blanks and digits and line feeds, is
 * zero, and hardly ever a lower byte. And it does not look like ASCII with a stray zero, of which any two
 * letters would make a Chinese character. */
static const struct charset *utf16_without_mark(struct str bytes)
{
	size_t zeros[2] = {0}, ascii_pairs = 0;
	bool big_endian;

	for (size_t i = 0; i + 2 <= bytes.n; i += 2) {
		zeros[0] += bytes.p[i] == '\0';
		zeros[1] += bytes.p[i + 1] == '\0';
		ascii_pairs += is_printable_ascii(bytes.p[i]) && is_printable_ascii(bytes.p[i + 1]);
	}
	big_endian = zeros[0] > zeros[1];
	if (bytes.n % 2 || zeros[!big_endian] <= 8 * zeros[big_endian] || ascii_pairs > bytes.n / 4)
		return NULL;
	if (!is_utf16(bytes, big_endian))
		return NULL;
	return big_endian ? UTF_16BE : UTF_16LE;
}

static bool has(struct str bytes, char c)
{
	return str_index(bytes, c) >= 0;
}

/* NULL: it is of no Unicode form, or, with an escape character, of one that looks like ASCII. */
static const struct charset *charset_shown(struct str bytes)
{
	const struct mark *mark = mark_of(bytes);

	if (mark)
		return mark->set;
	if (has(bytes, '\0'))
		return utf16_without_mark(bytes);
	return !has(bytes, ESCAPE) && utf8_valid(bytes) ? UTF_8 : NULL;
}

static bool utf16_has_nul(struct str bytes)
{
	for (size_t i = 0; i + 2 <= bytes.n; i += 2)
		if (bytes.p[i] == '\0' && bytes.p[i + 1] == '\0')
			return true;
	return false;
}

static bool is_text(struct str bytes, const struct charset *shown)
{
	size_t n_binary = 0;

	if (shown == UTF_16LE || shown == UTF_16BE)
		return !utf16_has_nul(bytes);
	for (size_t i = 0; i < bytes.n; i++)
		n_binary += is_binary((unsigned char)bytes.p[i]);
	/* A few strays are forgiven; in compressed data every tenth byte is one. */
	return !has(bytes, '\0') && n_binary <= bytes.n / 64;
}

bool charset_is_text(struct str bytes)
{
	return is_text(bytes, charset_shown(bytes));
}

/* -- guessing ------------------------------------------------------------------------------------ */

/* What a guess is made from: ASCII alone says nothing. */
static struct str telling_part(struct str bytes)
{
	size_t first = 0, from;

	while (first < bytes.n && !((unsigned char)bytes.p[first] & 0x80) && bytes.p[first] != ESCAPE)
		first++;
	from = first > GUESS_BEFORE ? first - GUESS_BEFORE : 0;
	bytes = str_from(bytes, from);
	return (struct str){ bytes.p, bytes.n < GUESS_BEFORE + GUESS_AFTER ? bytes.n : GUESS_BEFORE + GUESS_AFTER };
}

/* UTF-8 with something broken in it, such as its end cut off. */
static bool is_mostly_utf8(struct str bytes)
{
	size_t characters = 0, strays = 0;

	while (bytes.n > 0) {
		bool high = (unsigned char)bytes.p[0] >= 0x80;
		size_t before = bytes.n;
		uint32_t c;

		utf8_next(&bytes, &c);
		characters += before - bytes.n > 1;
		strays += high && before - bytes.n == 1;
	}
	return characters > strays;
}

/* In Windows-1252, what may stand between letters: others, and the apostrophe. */
static bool is_western_letter(unsigned char c)
{
	return memchr("\x8A\x8C\x8E\x92\x9A\x9C\x9E\x9F\xB7", c, 9) || (c >= 0xC0 && c != 0xD7 && c != 0xF7);
}

/* ASCII but for a few accents, of which uchardet makes too much: of "Señor Muñoz" it makes Latvian. When
 * they are many it is better at telling them. */
static bool looks_western(struct str bytes)
{
	size_t letters = 0, accents = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char c = (unsigned char)bytes.p[i];
		bool inside = i > 0 && i + 1 < bytes.n && is_letter(bytes.p[i - 1]) && is_letter(bytes.p[i + 1]);

		if (c == ESCAPE || (c >= 0x80 && inside && !is_western_letter(c)))
			return false;
		letters += is_letter(bytes.p[i]);
		accents += c >= 0x80;
	}
	return accents <= ACCENTS_FEW && 3 * accents <= letters;
}

static const struct charset *charset_guessed(struct str bytes)
{
	const struct charset *set = NULL;
	uchardet_t detector;

	bytes = telling_part(bytes);
	if (is_mostly_utf8(bytes))
		return UTF_8;
	if (looks_western(bytes))
		return FALLBACK;
	detector = uchardet.uchardet_new();
	if (uchardet.uchardet_handle_data(detector, bytes.p, bytes.n) == 0) {
		uchardet.uchardet_data_end(detector);
		set = charset_called(str_of(uchardet.uchardet_get_charset(detector)));
	}
	uchardet.uchardet_delete(detector);
	return set;
}

/* -- decoding ------------------------------------------------------------------------------------ */

enum { ICONV_ROOM = 16 };                    /* more than any one character becomes */

/* One call. False: it met what it cannot read. */
static bool iconv_some(iconv_t cd, char **from, size_t *left, struct buf *out)
{
	char *to = buf_room(out, *left + ICONV_ROOM);
	size_t room = out->cap - out->n;
	bool ok = iconv(cd, from, left, &to, &room) != (size_t)-1 || errno == E2BIG;

	out->n = (size_t)(to - out->p);
	return ok;
}

/* What iconv cannot read is skipped a byte at a time. */
static void decode_by_iconv(iconv_t cd, struct str bytes, struct buf *out)
{
	char *from = (char *)bytes.p;
	size_t left = bytes.n, none = 0;

	iconv(cd, NULL, NULL, NULL, NULL);
	while (left > 0) {
		if (iconv_some(cd, &from, &left, out))
			continue;
		from++;
		left--;
		put(out, UTF8_REPLACEMENT);
	}
	/* Some hold a letter back, in case an accent follows. */
	iconv_some(cd, NULL, &none, out);
}

static struct str decode(struct arena *mem, const struct charset *set, struct str bytes)
{
	struct buf out = { .mem = mem };

	if (set == UTF_8 && utf8_valid(bytes))
		return bytes;
	if (set->decode)
		set->decode(bytes, &out);
	else
		decode_by_iconv(opened[set - CHARSETS], bytes, &out);
	return buf_view(&out);
}

enum err charset_load(struct ctx *ctx, struct str bytes)
{
	if (charset_shown(bytes))
		return OK;
	for (size_t i = 0; i < COUNT_OF(CHARSETS); i++) {
		if (CHARSETS[i].decode || opened[i])
			continue;
		opened[i] = iconv_open("UTF-8", CHARSETS[i].iconv);
		if (opened[i] == (iconv_t)-1)
			opened[i] = NULL;
	}
	return library_load(ctx, &uchardet_library);
}

enum err charset_decode(struct ctx *ctx, struct str bytes, struct str declared, struct str *out)
{
	const struct mark *mark = mark_of(bytes);
	const struct charset *set = charset_shown(bytes);

	if (!is_text(bytes, set))
		return fail(ctx, ERR_INVALID, "the document is not text: it holds binary data");
	if (!set)
		set = charset_called(declared);
	if (!can_decode(set))
		set = charset_guessed(bytes);
	if (!can_decode(set))
		set = FALLBACK;
	*out = decode(ctx->mem, set, mark ? str_from(bytes, mark->bytes.n) : bytes);
	return OK;
}
