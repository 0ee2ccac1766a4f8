#include "codecs/piece.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/codecs/plain_json.h"

namespace auditfwd {
namespace {

std::string escaped(std::string_view text) {
    std::string out;
    append_piece(out, text);
    return out;
}

TEST(Piece, Counts_what_it_escapes_and_cuts_no_character) {
    std::mt19937_64 random{7};
    constexpr const char* kUnits[] = {
        "a", "\"", "\\", "é", "\U0001f600", "\u2028", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (int round = 0; round < 300; ++round) {
        std::string text;
        for (auto n = random() % 300; n > 0; --n) text += kUnits[random() % std::size(kUnits)];
        const auto max = random() % (2 * text.size() + 2);
        const auto bytes = piece_bytes(text, max);
        const auto piece = escaped(text.substr(0, bytes));
        EXPECT_LE(piece.size(), max);
        EXPECT_EQ(plain::decode("\"" + piece + "\""), text.substr(0, bytes));
        EXPECT_TRUE(plain::valid("[\"" + piece + "\"]"));
        // No room for one more character.
        auto next = bytes + 1;
        while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xc0) == 0x80) ++next;
        if (bytes < text.size()) {
            EXPECT_GT(escaped(text.substr(0, next)).size(), max);
        }
    }
}

}  // namespace
}  // namespace auditfwd
