/* json/write_internal.h: bytes of strings that stand in JSON as they are, and room for them. */
#ifndef JSON_WRITE_INTERNAL_H
#define JSON_WRITE_INTERNAL_H

#include "base/buf.h"

/* As buf_room, whose call it spares where there is room already. */
static inline char *room(struct buf *out, size_t n)
{
	return n > out->cap - out->n ? buf_room(out, n) : out->p + out->n;
}

static inline bool needs_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}

/* A word with the top bit set of each byte that needs an escape (and, of bytes behind one, perhaps of others). Taking
 * 1 from a zero byte, or a blank from what is less, sets the top bit; where it is set before, the byte is not ASCII. */
static inline uint64_t escape_bits(uint64_t word)
{
	const uint64_t each = 0x0101010101010101u;
	uint64_t quotes = (word ^ each * '"') - each, backslashes = (word ^ each * '\\') - each;

	return (quotes | backslashes | (word - each * ' ')) & ~word & each * 0x80;
}

/* Copies what needs no escape from the beginning of s, and returns how much that is. Eight bytes are judged and copied
 * at a time; `to` has room for all of s. */
static inline size_t copy_plain(char *to, struct str s)
{
	const bool low_first = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	size_t i = 0;
	uint64_t word, bits;

	for (; i + sizeof(word) <= s.n; i += sizeof(word)) {
		memcpy(&word, s.p + i, sizeof(word));
		memcpy(to + i, &word, sizeof(word));
		bits = escape_bits(word);
		if (bits && low_first)
			return i + (size_t)__builtin_ctzll(bits) / 8;
		if (bits)
			break;
	}
	for (; i < s.n && !needs_escape((unsigned char)s.p[i]); i++)
		to[i] = s.p[i];
	return i;
}

#endif
