/* json/write_internal.h: which bytes of a string stand in JSON as they are. */
#ifndef JSON_WRITE_INTERNAL_H
#define JSON_WRITE_INTERNAL_H

#include "base/str.h"

static inline bool needs_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}

/* A word with the top bit set of each byte that is zero (and, of higher bytes, perhaps of others). */
static inline uint64_t zero_bytes(uint64_t word)
{
	return (word - 0x0101010101010101u) & ~word & 0x8080808080808080u;
}

/* The same for bytes that need an escape; the lowest bit is right. */
static inline uint64_t escape_bits(uint64_t word)
{
	const uint64_t each = 0x0101010101010101u;

	return zero_bytes(word ^ each * '"') | zero_bytes(word ^ each * '\\') |
	       ((word - each * 0x20) & ~word & each * 0x80);
}

/* How many bytes from `from` on need no escape; eight are judged at a time. */
static inline size_t plain_run(struct str s, size_t from)
{
	const bool low_first = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	size_t i = from;
	uint64_t word, bits;

	for (; i + sizeof(word) <= s.n; i += sizeof(word)) {
		memcpy(&word, s.p + i, sizeof(word));
		bits = escape_bits(word);
		if (bits && low_first)
			return i + (size_t)__builtin_ctzll(bits) / 8 - from;
		if (bits)
			break;
	}
	while (i < s.n && !needs_escape((unsigned char)s.p[i]))
		i++;
	return i - from;
}

#endif
