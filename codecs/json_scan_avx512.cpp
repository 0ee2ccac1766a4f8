#include "codecs/json_scan_block.h"

#if defined(__x86_64__)

#include <immintrin.h>

// g++ 12 takes the registers its own header leaves undefined on purpose for a mistake of ours.
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace auditfwd::scan {

namespace {

TARGET_BEGIN("avx512f,avx512bw,avx512vl,avx512vbmi2,pclmul,bmi,bmi2,popcnt")

struct Block {
    __m512i bytes;
    KERNEL explicit Block(const char* text) : bytes{_mm512_loadu_si512(text)} {}
    KERNEL __m512i folded() const { return _mm512_or_si512(bytes, _mm512_set1_epi8(0x20)); }  // [ to {, ] to }, A to a
    KERNEL std::uint64_t equal(char c) const { return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(c)); }
    KERNEL std::uint64_t at_most(char c) const { return _mm512_cmple_epu8_mask(bytes, _mm512_set1_epi8(c)); }
    KERNEL std::uint64_t open() const { return _mm512_cmpeq_epi8_mask(folded(), _mm512_set1_epi8('{')); }
    KERNEL std::uint64_t close() const { return _mm512_cmpeq_epi8_mask(folded(), _mm512_set1_epi8('}')); }
    KERNEL std::uint64_t structural() const {
        const auto text = folded();
        const auto table = _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(kStructural)));
        return _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(table, text), text);
    }
    KERNEL std::uint64_t hex_digits() const {
        const auto digit = _mm512_sub_epi8(bytes, _mm512_set1_epi8('0'));
        const auto letter = _mm512_sub_epi8(folded(), _mm512_set1_epi8('a'));
        return _mm512_cmple_epu8_mask(digit, _mm512_set1_epi8(9)) | _mm512_cmple_epu8_mask(letter, _mm512_set1_epi8(5));
    }
};

struct Union {
    __m512i bytes;
    KERNEL Union() : bytes{_mm512_setzero_si512()} {}
    KERNEL void add(const Block& block) { bytes = _mm512_or_si512(bytes, block.bytes); }
    KERNEL bool high() const { return _mm512_movepi8_mask(bytes) != 0; }
};

KERNEL std::uint64_t prefix_xor(std::uint64_t bits) {
    const auto wide = _mm_set_epi64x(0, static_cast<long long>(bits));
    return static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_clmulepi64_si128(wide, _mm_set1_epi8(-1), 0)));
}

KERNEL void write_quarter(__m128i positions, __m512i base, std::uint32_t* out) {
    _mm512_storeu_si512(out, _mm512_add_epi32(_mm512_cvtepu8_epi32(positions), base));
}

KERNEL std::size_t write_positions(std::uint64_t bits, std::uint32_t base, std::uint32_t* out) {
    const auto iota =
        _mm512_set_epi8(63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40,
                        39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16,
                        15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const auto packed = _mm512_maskz_compress_epi8(bits, iota);
    const auto wide_base = _mm512_set1_epi32(static_cast<int>(base));
    const auto count = static_cast<std::size_t>(__builtin_popcountll(bits));
    write_quarter(_mm512_castsi512_si128(packed), wide_base, out);
    if (count > 16) {
        write_quarter(_mm512_extracti32x4_epi32(packed, 1), wide_base, out + 16);
        if (count > 32) {
            write_quarter(_mm512_extracti32x4_epi32(packed, 2), wide_base, out + 32);
            write_quarter(_mm512_extracti32x4_epi32(packed, 3), wide_base, out + 48);
        }
    }
    return count;
}

#include "codecs/json_scan.inc"

TARGET_END

}  // namespace

const ScanKernel kAvx512{"avx512", index, skip};

}  // namespace auditfwd::scan

#endif
