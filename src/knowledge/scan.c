/* knowledge/scan.c: the kernels.
 *
 * A component of a question is two bytes, so each byte of a code is multiplied twice; memory is slower
 * than that still. What counts is to ask for the codes early: the processor's own prefetching stops at
 * each page, and a kernel that leaves it at that needs a third longer.
 *
 * No intermediate saturates or wraps: high and low are 64 at most, so that two products fit 16 bits and
 * EMBED_DIMENSIONS_MAX of them 32.
 */
#include "knowledge/scan.h"

#include "model/embed.h"

/* How far ahead codes are fetched into the second-level cache and into the first: early enough, but not so
 * early that they have left it again when their turn comes. Past the end of a block that does nothing. */
enum { FAR_BYTES = 24 * 1024, NEAR_BYTES = 2 * 1024 };

/* The same place of another row: only one part of each row may be wanted. */
static inline size_t whole_rows(const struct code_question *q, size_t ahead)
{
	return (ahead / q->stride + 1) * q->stride;
}

_Static_assert(2 * 255 * 64 <= INT16_MAX, "two products fit 16 bits");
_Static_assert(INT64_C(255) * 64 * EMBED_DIMENSIONS_MAX <= INT32_MAX, "all products fit 32 bits");

static inline int64_t joined(const struct code_part *part, int32_t high, int32_t low)
{
	return 128 * (int64_t)high + low - part->zero;
}

/* -- portable ------------------------------------------------------------------------------------ */

static bool runs_everywhere(void)
{
	return true;
}

/* Of a fixed length, which compilers make vector instructions of. */
static inline int32_t line_product(const uint8_t *codes, const int8_t *question)
{
	int32_t sum = 0;

	for (size_t i = 0; i < CODE_ALIGN; i++)
		sum += codes[i] * question[i];
	return sum;
}

static void products_portable(const struct code_question *q, const struct code_part *part,
			      const uint8_t *rows, size_t n, int64_t *products)
{
	for (size_t r = 0; r < n; r++, rows += q->stride) {
		int32_t high = 0, low = 0;

		for (size_t i = part->from; i < part->to; i += CODE_ALIGN) {
			high += line_product(rows + i, q->high + i);
			low += line_product(rows + i, q->low + i);
		}
		products[r] = joined(part, high, low);
	}
}

static const struct scan_kernel PORTABLE = { "portable", runs_everywhere, products_portable };

#ifdef __x86_64__

#include <immintrin.h>

static inline void fetch_ahead(const uint8_t *at, size_t far, size_t near)
{
	_mm_prefetch((const char *)at + far, _MM_HINT_T1);
	_mm_prefetch((const char *)at + near, _MM_HINT_T0);
}

/* -- AVX2 ---------------------------------------------------------------------------------------- */

#define WITH_AVX2 __attribute__((target("avx2")))

static bool has_avx2(void)
{
	return __builtin_cpu_supports("avx2");
}

WITH_AVX2 static inline int32_t sum_8(__m256i v)
{
	__m128i four = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
	__m128i two = _mm_add_epi32(four, _mm_unpackhi_epi64(four, four));

	return _mm_cvtsi128_si32(two) + _mm_extract_epi32(two, 1);
}

WITH_AVX2 static inline __m256i add_products_32(__m256i sum, __m256i codes, const int8_t *question)
{
	__m256i pairs = _mm256_maddubs_epi16(codes, _mm256_load_si256((const __m256i *)question));

	return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

WITH_AVX2 static void products_avx2(const struct code_question *q, const struct code_part *part,
				    const uint8_t *rows, size_t n, int64_t *products)
{
	size_t far = whole_rows(q, FAR_BYTES), near = whole_rows(q, NEAR_BYTES);

	for (size_t r = 0; r < n; r++, rows += q->stride) {
		__m256i high = _mm256_setzero_si256(), low = _mm256_setzero_si256();

		for (size_t i = part->from; i < part->to; i += 32) {
			__m256i codes = _mm256_load_si256((const __m256i *)(rows + i));

			fetch_ahead(rows + i, far, near);
			high = add_products_32(high, codes, q->high + i);
			low = add_products_32(low, codes, q->low + i);
		}
		fetch_ahead(rows + q->width, far, near);
		products[r] = joined(part, sum_8(high), sum_8(low));
	}
}

static const struct scan_kernel AVX2 = { "avx2", has_avx2, products_avx2 };

/* -- AVX-512 VNNI -------------------------------------------------------------------------------- */

#define WITH_VNNI __attribute__((target("avx512f,avx512vnni")))

static bool has_vnni(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vnni");
}

WITH_VNNI static void products_vnni(const struct code_question *q, const struct code_part *part,
				    const uint8_t *rows, size_t n, int64_t *products)
{
	size_t far = whole_rows(q, FAR_BYTES), near = whole_rows(q, NEAR_BYTES);

	for (size_t r = 0; r < n; r++, rows += q->stride) {
		__m512i high = _mm512_setzero_si512(), low = _mm512_setzero_si512();

		for (size_t i = part->from; i < part->to; i += 64) {
			__m512i codes = _mm512_load_si512(rows + i);

			fetch_ahead(rows + i, far, near);
			high = _mm512_dpbusd_epi32(high, codes, _mm512_load_si512(q->high + i));
			low = _mm512_dpbusd_epi32(low, codes, _mm512_load_si512(q->low + i));
		}
		fetch_ahead(rows + q->width, far, near);
		products[r] = joined(part, _mm512_reduce_add_epi32(high), _mm512_reduce_add_epi32(low));
	}
}

static const struct scan_kernel VNNI = { "avx512vnni", has_vnni, products_vnni };

#endif

/* -- which --------------------------------------------------------------------------------------- */

const struct scan_kernel *const scan_kernels[] = {
#ifdef __x86_64__
	&VNNI, &AVX2,
#endif
	&PORTABLE, NULL,
};

/* What the processor can do is known from the start: asking costs a load. */
const struct scan_kernel *scan_kernel(void)
{
	const struct scan_kernel *const *kernel = scan_kernels;

	while (!(*kernel)->runs_here())
		kernel++;
	return *kernel;
}
