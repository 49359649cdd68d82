/* base/utf8.c: one strict decoder; everything else avoids it where bytes are enough.
 *
 * Most text is ASCII most of the time, so validation skips eight such bytes at once and
 * counting never decodes.
 */
#include "base/utf8.h"

#include "base/buf.h"

#define EVERY_BYTE(b) (UINT64_MAX / 255 * (b))

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

size_t utf8_count(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += !is_continuation(s.p[i]);
	return n;
}

size_t utf8_units(struct str s)
{
	size_t n = utf8_count(s);

	for (size_t i = 0; i < s.n; i++)
		n += (unsigned char)s.p[i] >= 0xF0;
	return n;
}

/* What a lead byte promises. The second byte's range is narrower after some leads: that is
 * where overlong forms, surrogates and code points past U+10FFFF are refused. */
struct lead {
	uint8_t bytes, bits, second_min, second_max;
};

static struct lead lead_of(unsigned char c)
{
	if (c < 0x80)
		return (struct lead){ 1, c, 0, 0 };
	if (c < 0xC2)
		return (struct lead){ 0 };
	if (c < 0xE0)
		return (struct lead){ 2, c & 0x1F, 0x80, 0xBF };
	if (c < 0xF0)
		return (struct lead){ 3, c & 0x0F, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF };
	if (c < 0xF5)
		return (struct lead){ 4, c & 0x07, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF };
	return (struct lead){ 0 };
}

/* Bytes of the valid sequence that s begins with, or 0. */
static size_t decode(struct str s, uint32_t *code_point)
{
	struct lead lead = lead_of((unsigned char)s.p[0]);

	if (lead.bytes > s.n)
		return 0;
	*code_point = lead.bits;
	for (size_t i = 1; i < lead.bytes; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (!is_continuation(s.p[i]))
			return 0;
		if (i == 1 && (c < lead.second_min || c > lead.second_max))
			return 0;
		*code_point = *code_point << 6 | (c & 0x3F);
	}
	return lead.bytes;
}

static bool eight_are_ascii(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return (word & EVERY_BYTE(0x80)) == 0;
}

bool utf8_valid(struct str s)
{
	uint32_t code_point;
	size_t bytes;

	while (s.n) {
		if (s.n >= 8 && eight_are_ascii(s.p)) {
			s = str_from(s, 8);
			continue;
		}
		bytes = decode(s, &code_point);
		if (bytes == 0)
			return false;
		s = str_from(s, bytes);
	}
	return true;
}

bool utf8_next(struct str *rest, uint32_t *code_point)
{
	size_t bytes;

	if (rest->n == 0)
		return false;
	bytes = decode(*rest, code_point);
	if (bytes == 0) {
		*code_point = UTF8_REPLACEMENT;
		bytes = 1;
	}
	*rest = str_from(*rest, bytes);
	return true;
}

size_t utf8_put(char out[static UTF8_MAX_BYTES], uint32_t c)
{
	if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		c = UTF8_REPLACEMENT;
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

struct str utf8_repair(struct arena *mem, struct str text)
{
	struct buf out = { .mem = mem };
	uint32_t c;

	if (utf8_valid(text))
		return text;
	while (utf8_next(&text, &c)) {
		char bytes[UTF8_MAX_BYTES];

		buf_add(&out, bytes, utf8_put(bytes, c));
	}
	return buf_view(&out);
}

struct str utf8_cut(struct str text, size_t max_bytes)
{
	if (text.n <= max_bytes)
		return text;
	while (max_bytes > 0 && is_continuation(text.p[max_bytes]))
		max_bytes--;
	return (struct str){ text.p, max_bytes };
}

bool utf8_is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

bool utf8_is_space(uint32_t c)
{
	switch (c) {
	case 0x09 ... 0x0D:
	case 0x20:
	case 0x85:
	case 0xA0:
	case 0x1680:
	case 0x2000 ... 0x200A:
	case 0x2028:
	case 0x2029:
	case 0x202F:
	case 0x205F:
	case 0x3000:
		return true;
	default:
		return false;
	}
}

bool utf8_is_js_space(uint32_t c)
{
	return (utf8_is_space(c) && c != 0x85) || c == 0xFEFF;
}
