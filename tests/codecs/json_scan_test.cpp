// The masks against the obvious loop, on every instruction set this processor has.
#include "codecs/json_scan.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <vector>

namespace auditfwd {
namespace {

struct Found {
    std::vector<std::uint32_t> tokens;
    bool fault = false;
    bool high = false;
    bool operator==(const Found&) const = default;
};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20; }

// Behind the escape that begins at `at`; `fault` when there is no such escape.
std::size_t behind_escape(const std::string& text, std::size_t at, bool& fault) {
    if (at + 1 >= text.size()) return at + 1;
    const auto kind = text[at + 1];
    if (kind != 'u') {
        fault |= std::string_view{"\"\\/bfnrt"}.find(kind) == std::string_view::npos || kind == '\0';
        return at + 2;
    }
    for (std::size_t i = at + 2; i < at + 6 && i < text.size(); ++i)
        fault |= std::isxdigit(static_cast<unsigned char>(text[i])) == 0;
    return at + 2;
}

Found plain_index(const std::string& text) {
    Found found;
    bool scalar = false;
    for (std::size_t at = 0; at < text.size();) {
        const auto c = text[at];
        const auto position = static_cast<std::uint32_t>(at);
        if (c == '"') {
            found.tokens.push_back(position);
            scalar = false;
            for (++at; at < text.size() && text[at] != '"';) {
                found.fault |= is_control(text[at]);
                at = text[at] == '\\' ? behind_escape(text, at, found.fault) : at + 1;
            }
            ++at;
            continue;
        }
        const bool structural = std::string_view{"{}[]:,"}.find(c) != std::string_view::npos && c != '\0';
        const bool bare = !structural && static_cast<unsigned char>(c) > 0x20;
        if (structural || (bare && !scalar)) found.tokens.push_back(position);
        found.fault |= is_control(c) && !is_space(c);
        scalar = bare;
        ++at;
    }
    for (const char c : text) found.high |= static_cast<unsigned char>(c) > 0x7f;
    return found;
}

Found index(const ScanKernel& kernel, const std::string& text, std::size_t window) {
    Found found;
    ScanState state;
    for (std::size_t at = 0; at < text.size(); at += window) {
        // What lies behind the text is not looked at: no more than its bytes are there.
        const std::string piece = text.substr(at, window);
        std::vector<std::uint32_t> out(piece.size() + kIndexSlack);
        const auto indexed =
            kernel.index(piece.data(), piece.size(), static_cast<std::uint32_t>(at), state, out.data());
        found.tokens.insert(found.tokens.end(), out.begin(), out.begin() + static_cast<std::ptrdiff_t>(indexed.tokens));
        found.fault |= indexed.fault;
        found.high |= indexed.high;
    }
    return found;
}

class Random {
public:
    explicit Random(std::uint64_t seed) : engine_{seed} {}
    std::size_t below(std::size_t n) { return engine_() % n; }
    // Mostly strings closed and escapes whole outside of which no backslash stands, as the index promises no more.
    std::string text() {
        std::string out;
        for (auto parts = below(60); parts > 0; --parts) {
            static constexpr const char* kPieces[] = {"{",  "}",    "[",      "]",  ":",    ",",    " ",       "\n",
                                                      "\t", "null", "-1.5e3", "tr", "\x80", "\x01", "\xc3\xa9"};
            if (below(3) != 0)
                out += kPieces[below(std::size(kPieces))];
            else
                out += string();
        }
        return out;
    }

private:
    std::string string() {
        static constexpr const char* kPieces[] = {"a",
                                                  "bcdefgh",
                                                  "\\\\",
                                                  "\\\"",
                                                  "\\u00e9",
                                                  "\\n",
                                                  "{",
                                                  "]",
                                                  ":",
                                                  " ",
                                                  "\xe2\x82\xac",
                                                  "\\/",
                                                  "\\uD83D\\uDE00",
                                                  "0123456789012345678901234567"};
        static constexpr const char* kBad[] = {"\\x", "\\u12g4", "\n", "\x1f"};
        std::string out = "\"";
        for (auto parts = below(12); parts > 0; --parts) out += kPieces[below(std::size(kPieces))];
        if (below(20) == 0) out += std::string{kBad[below(std::size(kBad))]} + "zzzz";
        return out + "\"";
    }
    std::mt19937_64 engine_;
};

TEST(JsonScan, Finds_the_tokens_the_obvious_loop_finds) {
    const auto seed = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    for (int round = 0; round < 3000; ++round) {
        const auto text = random.text();
        const auto expected = plain_index(text);
        for (const auto& kernel : scan_kernels()) {
            ASSERT_EQ(index(kernel, text, 1 << 20), expected) << kernel.name << '\n' << text;
            ASSERT_EQ(index(kernel, text, 64), expected) << kernel.name << ", by windows\n" << text;
            ASSERT_EQ(index(kernel, text, 128), expected) << kernel.name << ", by windows\n" << text;
        }
    }
}

TEST(JsonScan, Carries_escapes_over_the_end_of_a_block) {
    for (std::size_t before = 50; before < 70; ++before) {
        for (const std::string escape : {"\\\"", "\\\\", "\\\\\\\"", "\\u00E9", "\\uD83D\\uDE00", "\\u00g9", "\\q"}) {
            const auto text = '"' + std::string(before, 'x') + escape + "\",1";
            for (const auto& kernel : scan_kernels()) EXPECT_EQ(index(kernel, text, 64), plain_index(text)) << text;
        }
    }
}

// Behind the bracket that closes the first one; 0 when there is none.
std::size_t plain_skip(const std::string& text, std::size_t& deepest) {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto c = text[at];
        if (in_string) {
            if (c == '\\') ++at;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            deepest = std::max(deepest, ++depth);
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return at + 1;
        }
    }
    return 0;
}

TEST(JsonScan, Skips_what_the_obvious_loop_skips) {
    const auto seed = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    for (int round = 0; round < 3000; ++round) {
        const auto text = "[" + random.text() + std::string(random.below(4), ']');
        std::size_t deepest = 0;
        const auto end = plain_skip(text, deepest);
        for (const auto& kernel : scan_kernels()) {
            const auto skipped = kernel.skip(text.data(), text.size(), 1024);
            ASSERT_EQ(skipped.end, end) << kernel.name << '\n' << text;
            if (end == 0) continue;
            EXPECT_FALSE(skipped.too_deep);
            EXPECT_TRUE(kernel.skip(text.data(), text.size(), deepest - 1).too_deep) << kernel.name << '\n' << text;
            EXPECT_FALSE(kernel.skip(text.data(), text.size(), deepest).too_deep) << kernel.name << '\n' << text;
        }
    }
}

TEST(JsonScan, Has_the_portable_kernel_everywhere) {
    ASSERT_FALSE(scan_kernels().empty());
    bool portable = false;
    for (const auto& kernel : scan_kernels()) portable |= std::string_view{kernel.name} == "portable";
    EXPECT_TRUE(portable);
}

}  // namespace
}  // namespace auditfwd
