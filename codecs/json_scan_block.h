// What the kernels of json_scan.inc share, and the means to compile one for an instruction set beyond the build's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "codecs/json_scan.h"

#define KERNEL inline __attribute__((always_inline))
#define KERNEL_ENTRY __attribute__((noinline))

// Everything between is compiled for `names`; clang and g++ spell it differently.
#define TARGET_TEXT(text) _Pragma(#text)
#if defined(__clang__)
#define TARGET_BEGIN(names) TARGET_TEXT(clang attribute push(__attribute__((target(names))), apply_to = function))
#define TARGET_END TARGET_TEXT(clang attribute pop)
#else
#define TARGET_BEGIN(names) TARGET_TEXT(GCC push_options) TARGET_TEXT(GCC target(names))
#define TARGET_END TARGET_TEXT(GCC pop_options)
#endif

namespace auditfwd::scan {

// The end of a text, filled up with spaces: nothing behind it is read.
struct Tail {
    char bytes[64];
    KERNEL Tail(const char* text, std::size_t size) {
        std::memset(bytes, ' ', sizeof bytes);
        std::memcpy(bytes, text, size);
    }
};

// By the low half of a byte with bit 0x20 set: the structural character it may be, [ as { and ] as }. (Two control
// characters become one by that bit; the caller takes them out.)
alignas(16) inline constexpr char kStructural[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', '{', ',', '}', 0, 0};

// Eight at a time without a branch, since most blocks have fewer: up to seven numbers behind the last mean nothing.
KERNEL std::size_t write_positions_singly(std::uint64_t bits, std::uint32_t base, std::uint32_t* out) {
    constexpr auto kTop = std::uint64_t{1} << 63;  // counting the zeros of none at all is undefined
    const auto count = static_cast<std::size_t>(__builtin_popcountll(bits));
    for (std::size_t done = 0; done < count; done += 8) {
        for (std::size_t i = done; i < done + 8; ++i) {
            out[i] = base + static_cast<std::uint32_t>(__builtin_ctzll(bits | kTop));
            bits &= bits - 1;
        }
    }
    return count;
}

extern const ScanKernel kPortable;
#if defined(__x86_64__)
extern const ScanKernel kAvx2;
extern const ScanKernel kAvx512;
#endif

}  // namespace auditfwd::scan
