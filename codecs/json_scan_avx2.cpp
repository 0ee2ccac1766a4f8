#include "codecs/json_scan_block.h"

#if defined(__x86_64__)

#include <immintrin.h>

namespace auditfwd::scan {

namespace {

TARGET_BEGIN("avx2,pclmul,bmi,popcnt")

struct Block {
    __m256i a, b;
    KERNEL explicit Block(const char* text)
        : a{_mm256_loadu_si256(reinterpret_cast<const __m256i*>(text))},
          b{_mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + 32))} {}
    static KERNEL std::uint64_t mask(__m256i low, __m256i high) {
        return static_cast<std::uint32_t>(_mm256_movemask_epi8(low)) |
               (std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(high))} << 32);
    }
    static KERNEL __m256i same(__m256i bytes, char c) { return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(c)); }
    static KERNEL __m256i fold(__m256i bytes) { return _mm256_or_si256(bytes, _mm256_set1_epi8(0x20)); }
    static KERNEL __m256i within(__m256i bytes, char first, char last) {
        const auto shifted = _mm256_sub_epi8(bytes, _mm256_set1_epi8(first));
        const auto size = _mm256_set1_epi8(static_cast<char>(last - first));
        return _mm256_cmpeq_epi8(_mm256_min_epu8(shifted, size), shifted);
    }
    static KERNEL __m256i structure(__m256i bytes) {
        const auto text = fold(bytes);
        const auto table = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(kStructural)));
        return _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, text), text);
    }
    static KERNEL __m256i hex(__m256i bytes) {
        return _mm256_or_si256(within(bytes, '0', '9'), within(fold(bytes), 'a', 'f'));
    }
    KERNEL std::uint64_t equal(char c) const { return mask(same(a, c), same(b, c)); }
    KERNEL std::uint64_t at_most(char c) const { return mask(within(a, 0, c), within(b, 0, c)); }
    KERNEL std::uint64_t open() const { return mask(same(fold(a), '{'), same(fold(b), '{')); }
    KERNEL std::uint64_t close() const { return mask(same(fold(a), '}'), same(fold(b), '}')); }
    KERNEL std::uint64_t structural() const { return mask(structure(a), structure(b)); }
    KERNEL std::uint64_t hex_digits() const { return mask(hex(a), hex(b)); }
};

struct Union {
    __m256i bytes;
    KERNEL Union() : bytes{_mm256_setzero_si256()} {}
    KERNEL void add(const Block& block) { bytes = _mm256_or_si256(bytes, _mm256_or_si256(block.a, block.b)); }
    KERNEL bool high() const { return _mm256_movemask_epi8(bytes) != 0; }
};

KERNEL std::uint64_t prefix_xor(std::uint64_t bits) {
    const auto wide = _mm_set_epi64x(0, static_cast<long long>(bits));
    return static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_clmulepi64_si128(wide, _mm_set1_epi8(-1), 0)));
}

KERNEL std::size_t write_positions(std::uint64_t bits, std::uint32_t base, std::uint32_t* out) {
    return write_positions_singly(bits, base, out);
}

#include "codecs/json_scan.inc"

TARGET_END

}  // namespace

const ScanKernel kAvx2{"avx2", index, skip};

}  // namespace auditfwd::scan

#endif
