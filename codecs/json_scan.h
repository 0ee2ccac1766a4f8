// The two loops that read every byte: finding the tokens of JSON text, and finding where a bracketed value ends without
// looking at its tokens. 64 bytes at a time, on masks with one bit a byte.
//
// Method: G. Langdale and D. Lemire, "Parsing Gigabytes of JSON per Second", 2019. Pure; thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace auditfwd {

// What the end of one stretch of text means for the next.
struct ScanState {
    std::uint64_t escaped = 0;    // 1: its first byte follows a backslash that escapes it
    std::uint64_t in_string = 0;  // all ones: it begins inside a string
    std::uint64_t scalar = 0;     // 1: it begins inside a number or word
    std::uint64_t hex = 0;        // bit i: its byte i must be a hex digit of a \u escape
};

struct Indexed {
    std::size_t tokens = 0;
    bool high = false;   // a byte above 0x7f
    bool fault = false;  // a raw control character (white space outside strings apart), or a bad escape in a string
};

struct Skipped {
    std::size_t end = 0;  // behind the closing bracket; 0: it does not close
    bool high = false;
    bool too_deep = false;
};

// The same code for several instruction sets.
struct ScanKernel {
    const char* name;
    // Writes the positions, plus `base`, of every bracket, colon and comma outside strings, and of the first byte of
    // every string, number and word (whatever bytes it is made of). `bytes` is a multiple of 64 except at the end of
    // the text. `out` has room for bytes + kIndexSlack.
    Indexed (*index)(const char* text, std::size_t bytes, std::uint32_t base, ScanState& state, std::uint32_t* out);
    // `text` begins with the opening bracket; ends where as many brackets of either kind were closed as opened.
    // `depth_max` counts this bracket.
    Skipped (*skip)(const char* text, std::size_t bytes, std::size_t depth_max);
};
inline constexpr std::size_t kIndexSlack = 64;

// The fastest this processor can run.
const ScanKernel& scan_kernel();
// All it can run; for tests.
std::span<const ScanKernel> scan_kernels();

}  // namespace auditfwd
