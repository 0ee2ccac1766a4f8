#include "forwarder/redaction/form_scan.h"

#include <string_view>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace auditfwd {

namespace {

// Which bytes may stand first, second and third; an empty set: any. Of the third only the lower half counts.
struct Beginning {
    std::string_view first, second, third;
};

constexpr Beginning kBeginnings[8] = {
    {"e", "y", "J"},            // a JWT
    {"-", "-a", "-w"},          // PEM: -----BEGIN; the token of EKS: k8s-aws-v1.
    {"KSLH", "IAS4e", "A0sc"},  // AKIA, ASIA; LS0t and H4sI, base64 of PEM and gzip; Secret
    {":", "/\\", "/"},          // a URL, and one written :\/\/
    {"rR", "eE", "rR"},         // Bearer
    {"sS_", "iIaA", "cC"},      // Basic; secret_access_key
    {"\\", "u/", ""},           // escapes
    {"\" ", "{[\\", ""},        // a string that begins like JSON, or with an escape
};

struct Tables {
    alignas(16) std::array<std::uint8_t, 16> low[3]{};
    alignas(16) std::array<std::uint8_t, 16> high[2]{};

    constexpr Tables() {
        for (unsigned kind = 0; kind < 8; ++kind) {
            const std::string_view sets[3] = {kBeginnings[kind].first, kBeginnings[kind].second,
                                              kBeginnings[kind].third};
            for (unsigned place = 0; place < 3; ++place) {
                for (unsigned c = 0; c < 128; ++c) {
                    if (!sets[place].empty() && sets[place].find(static_cast<char>(c)) == std::string_view::npos)
                        continue;
                    low[place][c & 15] = static_cast<std::uint8_t>(low[place][c & 15] | 1u << kind);
                    if (place < 2) high[place][c >> 4] = static_cast<std::uint8_t>(high[place][c >> 4] | 1u << kind);
                }
            }
        }
    }
};
constinit const Tables kTables;

std::size_t find_portable(const char* text, std::uint32_t begin, std::uint32_t end, std::uint32_t* out) {
    std::size_t count = 0;
    for (auto at = begin; at < end; ++at) {
        const auto a = static_cast<unsigned char>(text[at]), b = static_cast<unsigned char>(text[at + 1]),
                   c = static_cast<unsigned char>(text[at + 2]);
        if ((a | b) >= 0x80) continue;
        const auto kinds = kTables.low[0][a & 15] & kTables.high[0][a >> 4] & kTables.low[1][b & 15] &
                           kTables.high[1][b >> 4] & (c < 0x80 ? kTables.low[2][c & 15] : 0xc0);
        if (kinds != 0) out[count++] = at;
    }
    return count;
}

#if defined(__x86_64__)

[[gnu::target("avx2,bmi")]] std::size_t find_avx2(const char* text, std::uint32_t begin, std::uint32_t end,
                                                  std::uint32_t* out) {
    const auto* const tables = reinterpret_cast<const __m128i*>(&kTables);
    const auto low_0 = _mm256_broadcastsi128_si256(_mm_load_si128(tables));
    const auto low_1 = _mm256_broadcastsi128_si256(_mm_load_si128(tables + 1));
    const auto low_2 = _mm256_broadcastsi128_si256(_mm_load_si128(tables + 2));
    const auto high_0 = _mm256_broadcastsi128_si256(_mm_load_si128(tables + 3));
    const auto high_1 = _mm256_broadcastsi128_si256(_mm_load_si128(tables + 4));
    const auto nibble = _mm256_set1_epi8(15), any = _mm256_set1_epi8(static_cast<char>(0xc0)),
               zero = _mm256_setzero_si256();
    std::size_t count = 0;
    for (auto at = begin; at < end; at += 32) {
        const auto a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + at));
        const auto b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + at + 1));
        const auto c = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + at + 2));
        // A byte above 0x7f looks nothing up: 0, which only a third byte that may be any must not be.
        const auto first =
            _mm256_and_si256(_mm256_shuffle_epi8(low_0, a),
                             _mm256_shuffle_epi8(high_0, _mm256_and_si256(_mm256_srli_epi16(a, 4), nibble)));
        const auto second =
            _mm256_and_si256(_mm256_shuffle_epi8(low_1, b),
                             _mm256_shuffle_epi8(high_1, _mm256_and_si256(_mm256_srli_epi16(b, 4), nibble)));
        const auto third = _mm256_or_si256(_mm256_shuffle_epi8(low_2, c), any);
        const auto kinds = _mm256_and_si256(_mm256_and_si256(first, second), third);
        auto found = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(kinds, zero)));
        if (end - at < 32) found &= (1u << (end - at)) - 1;
        for (; found != 0; found &= found - 1) out[count++] = at + static_cast<std::uint32_t>(__builtin_ctz(found));
    }
    return count;
}

[[gnu::target("avx512f,avx512bw,avx512vl,bmi")]] std::size_t find_avx512(const char* text, std::uint32_t begin,
                                                                         std::uint32_t end, std::uint32_t* out) {
    const auto* const tables = reinterpret_cast<const __m128i*>(&kTables);
    const auto low_0 = _mm512_maskz_broadcast_i32x4(0xffff, _mm_load_si128(tables));
    const auto low_1 = _mm512_maskz_broadcast_i32x4(0xffff, _mm_load_si128(tables + 1));
    const auto low_2 = _mm512_maskz_broadcast_i32x4(0xffff, _mm_load_si128(tables + 2));
    const auto high_0 = _mm512_maskz_broadcast_i32x4(0xffff, _mm_load_si128(tables + 3));
    const auto high_1 = _mm512_maskz_broadcast_i32x4(0xffff, _mm_load_si128(tables + 4));
    const auto nibble = _mm512_set1_epi8(15), any = _mm512_set1_epi8(static_cast<char>(0xc0));
    std::size_t count = 0;
    for (auto at = begin; at < end; at += 64) {
        // Behind the end nothing is loaded but the two bytes that a beginning may reach over it.
        const auto left = end - at;
        const auto here = left < 64 ? (std::uint64_t{1} << left) - 1 : ~std::uint64_t{0};
        const auto a = _mm512_maskz_loadu_epi8(here, text + at);
        const auto b = _mm512_maskz_loadu_epi8(here, text + at + 1);
        const auto c = _mm512_maskz_loadu_epi8(here, text + at + 2);
        const auto first =
            _mm512_and_si512(_mm512_shuffle_epi8(low_0, a),
                             _mm512_shuffle_epi8(high_0, _mm512_and_si512(_mm512_srli_epi16(a, 4), nibble)));
        const auto second =
            _mm512_and_si512(_mm512_shuffle_epi8(low_1, b),
                             _mm512_shuffle_epi8(high_1, _mm512_and_si512(_mm512_srli_epi16(b, 4), nibble)));
        const auto third = _mm512_or_si512(_mm512_shuffle_epi8(low_2, c), any);
        auto found = _mm512_test_epi8_mask(_mm512_and_si512(first, second), third) & here;
        for (; found != 0; found &= found - 1) out[count++] = at + static_cast<std::uint32_t>(__builtin_ctzll(found));
    }
    return count;
}

#endif

// Fastest last.
struct Kernels {
    FormKernel all[3];
    std::size_t count = 0;

    Kernels() {
        all[count++] = {"portable", find_portable};
#if defined(__x86_64__)
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi")) all[count++] = {"avx2", find_avx2};
        if (count == 2 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
            all[count++] = {"avx512", find_avx512};
#endif
    }
};

const Kernels& kernels() {
    static const Kernels found;
    return found;
}

}  // namespace

const FormKernel& form_kernel() { return kernels().all[kernels().count - 1]; }

std::span<const FormKernel> form_kernels() { return {kernels().all, kernels().count}; }

}  // namespace auditfwd
