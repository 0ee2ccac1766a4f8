#include "codecs/edits.h"

#include <gtest/gtest.h>

#include <string>

namespace auditfwd {
namespace {

std::string applied(Edits& edits, std::string_view text) {
    std::string out;
    std::uint32_t at = 0;
    for (const auto& edit : edits.sorted()) {
        out += text.substr(at, edit.range.begin - at);
        out += edits.text(edit);
        at = edit.range.end;
    }
    return out += text.substr(at);
}

TEST(Edits, Are_applied_in_order_whatever_order_they_came_in) {
    Edits edits;
    edits.cut({8, 9});
    edits.replace({0, 2}, "x");
    edits.replace({4, 5}, "yyy");
    EXPECT_EQ(applied(edits, "0123456789"), "x23yyy5679");
}

TEST(Edits, Inside_a_wider_one_count_for_nothing) {
    for (const bool wide_first : {false, true}) {
        Edits edits;
        if (wide_first) edits.cut({2, 8});
        edits.replace({3, 5}, "secret");
        if (!wide_first) edits.cut({2, 8});
        EXPECT_EQ(applied(edits, "0123456789"), "0189");
    }
}

TEST(Edits, Can_be_taken_back) {
    Edits edits;
    edits.cut({1, 2});
    edits.cut({4, 5});
    edits.cut({7, 8});
    edits.forget({3, 6});
    EXPECT_EQ(applied(edits, "0123456789"), "02345689");
}

TEST(Edits, Say_when_there_are_too_many_and_keep_room_for_members) {
    Edits edits;
    for (std::uint32_t i = 0; i < Edits::kMax + 10; ++i) edits.cut({2 * i, 2 * i + 1});
    EXPECT_TRUE(edits.full());
    edits.cut({100'000, 100'010}, Edits::Room::kMembers);
    EXPECT_EQ(edits.sorted().back().range, (TextRange{100'000, 100'010}));
}

// Members a to e of an object, of which those in `cut` go.
std::string without(const std::string& names) {
    const std::string text = R"({"a":1,"b":2,"c":3,"d":4,"e":5})";
    Edits edits;
    MemberCutter cutter{edits};
    for (std::uint32_t i = 0; i < 5; ++i) {
        const TextRange member{1 + 6 * i, 6 + 6 * i};
        if (names.find(text[member.begin + 1]) != std::string::npos)
            cutter.cut(member);
        else
            cutter.keep(member);
    }
    cutter.end();
    return applied(edits, text);
}

TEST(MemberCutter, Takes_the_commas_along) {
    for (unsigned set = 0; set < 32; ++set) {
        std::string names, expected;
        for (unsigned i = 0; i < 5; ++i) {
            const auto name = static_cast<char>('a' + i);
            if ((set >> i & 1) != 0)
                names += name;
            else
                expected += (expected.empty() ? "\"" : ",\"") + std::string(1, name) + "\":" + std::to_string(i + 1);
        }
        EXPECT_EQ(without(names), "{" + expected + "}");
    }
}

std::string list(const Removed& removed) {
    std::string out;
    removed.append_to(out);
    return out;
}

TEST(Removed, Names_each_pointer_once) {
    Removed removed;
    EXPECT_TRUE(removed.empty());
    removed.add("/requestObject");
    removed.add("/responseObject");
    removed.add("/requestObject");
    EXPECT_EQ(list(removed), R"("/requestObject","/responseObject")");
}

TEST(Removed, Counts_what_has_no_room) {
    Removed removed;
    for (std::size_t i = 0; i < limits::kRecordListMax + 5; ++i) removed.add("/" + std::to_string(i));
    EXPECT_TRUE(list(removed).ends_with(R"(,"+5")")) << list(removed);
    Removed both;
    both.add("/a");
    both.add_all(removed);
    EXPECT_TRUE(list(both).ends_with(R"(,"+6")")) << list(both);
}

TEST(Removed, Is_JSON_whatever_a_client_calls_its_members) {
    Removed removed;
    removed.add("/requestObject/\"\\\n");
    EXPECT_EQ(list(removed), R"("/requestObject/\"\\\u000a")");
}

}  // namespace
}  // namespace auditfwd
