/* json/js.c: JavaScript's grammar of a number in a string (ECMA-262, StringNumericLiteral). */
#include "json/js.h"

#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"

struct str js_trim(struct str text)
{
	struct str rest = text, trimmed = { text.p, 0 };
	uint32_t c;

	while (utf8_next(&rest, &c)) {
		if (!utf8_is_js_space(c))
			trimmed.n = (size_t)(rest.p - trimmed.p);
		else if (trimmed.n == 0)
			trimmed.p = rest.p;
	}
	return trimmed;
}

static int base_of(struct str text)
{
	if (text.n < 2 || text.p[0] != '0')
		return 10;
	switch (text.p[1] | 0x20) {
	case 'x':
		return 16;
	case 'o':
		return 8;
	case 'b':
		return 2;
	default:
		return 10;
	}
}

static bool whole_number(struct str digits, int base, double *out)
{
	*out = 0;
	for (size_t i = 0; i < digits.n; i++) {
		int digit = hex_digit(digits.p[i]);

		if (digit < 0 || digit >= base)
			return false;
		*out = *out * base + digit;
	}
	return digits.n > 0;
}

static size_t count_digits(struct str text, size_t from)
{
	size_t at = from;

	while (at < text.n && is_digit(text.p[at]))
		at++;
	return at - from;
}

/* Digits with a point somewhere, and perhaps an exponent. */
static bool is_decimal(struct str text)
{
	size_t whole = count_digits(text, 0), at = whole, fraction = 0, exponent;

	if (at < text.n && text.p[at] == '.') {
		fraction = count_digits(text, at + 1);
		at += 1 + fraction;
	}
	if (whole + fraction == 0)
		return false;
	if (at == text.n)
		return true;
	if ((text.p[at++] | 0x20) != 'e')
		return false;
	if (at < text.n && (text.p[at] == '+' || text.p[at] == '-'))
		at++;
	exponent = count_digits(text, at);
	return exponent > 0 && at + exponent == text.n;
}

static bool decimal(struct arena *mem, struct str text, double *out)
{
	bool negative = text.p[0] == '-';

	if (negative || text.p[0] == '+')
		text = str_from(text, 1);
	if (str_is(text, "Infinity"))
		*out = INFINITY;
	else if (is_decimal(text))
		*out = strtod(arena_strz(mem, text), NULL);
	else
		return false;
	if (negative)
		*out = -*out;
	return true;
}

bool js_number(struct arena *mem, struct str text, double *out)
{
	int base;

	text = js_trim(text);
	*out = 0;
	if (text.n == 0)
		return true;
	base = base_of(text);
	return base == 10 ? decimal(mem, text, out) : whole_number(str_from(text, 2), base, out);
}
