#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/app/events.h"
#include "tests/app/program.h"

namespace auditfwd {
namespace {

using ::testing::HasSubstr;

std::string large_event(const std::string& id, std::size_t bytes) {
    auto text = event(id);
    text.replace(text.find("c2VjcmV0"), 8, std::string(bytes, 'x') + "\\u00e9é\\\"");
    return text + '\n';
}

std::size_t longest_line(std::string_view text) {
    std::size_t longest = 0;
    for (std::size_t end; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1))
        longest = std::max(longest, end);
    return longest;
}

TEST(Fitting, Split_records_are_joined_to_what_they_were) {
    std::string input;
    for (int i = 0; i < 20; ++i) input += large_event(std::to_string(i), static_cast<std::size_t>(i) * 40'000);
    const auto whole = auditfwd_run({"pipe", "--policy", "all"}, input);
    const auto split = auditfwd_run({"pipe", "--policy", "all", "--limit", "262118", "--oversize", "split"}, input);
    EXPECT_EQ(split.exit, 0) << split.err;
    EXPECT_LE(longest_line(split.out), 262118u);
    EXPECT_NE(split.out, whole.out);
    const auto joined = auditfwd_run({"reassemble"}, split.out);
    EXPECT_EQ(joined.exit, 0) << joined.err;
    EXPECT_TRUE(joined.out == whole.out);
}

TEST(Fitting, Truncated_records_say_so) {
    const auto ran = auditfwd_run({"pipe", "--policy", "all", "--limit", "16KiB", "--oversize", "truncate"},
                                  large_event("a", 100'000));
    EXPECT_EQ(ran.exit, 0) << ran.err;
    EXPECT_LE(longest_line(ran.out), 16384u);
    EXPECT_THAT(ran.out, HasSubstr(R"("audit.k8s.io/truncated":"true")"));
    EXPECT_THAT(ran.out, HasSubstr(R"("removed":["/requestObject/*"])"));
}

TEST(Fitting, A_limit_below_16_KiB_is_an_error) {
    for (const auto* limit : {"16383", "0", "-1", "x"}) {
        const auto ran = auditfwd_run({"pipe", "--limit", limit}, event("a"));
        EXPECT_EQ(ran.exit, 2) << ran.err;
        EXPECT_EQ(ran.out, "");
    }
    EXPECT_EQ(auditfwd_run({"pipe", "--limit", "16384", "--oversize", "cut"}, event("a")).exit, 2);
    EXPECT_EQ(auditfwd_run({"pipe", "--oversize", "split"}, event("a")).exit, 2);
}

TEST(Fitting, Missing_parts_are_reported) {
    const auto split = auditfwd_run({"pipe", "--policy", "all", "--limit", "16384"}, large_event("a", 50'000));
    const auto second = split.out.find('\n') + 1;
    const auto third = split.out.find('\n', second) + 1;
    const auto joined = auditfwd_run({"reassemble"}, split.out.substr(0, second) + split.out.substr(third));
    EXPECT_EQ(joined.exit, 1);
    EXPECT_EQ(joined.out, split.out.substr(0, second));
    EXPECT_THAT(joined.err, HasSubstr("parts 2 is missing"));
}

}  // namespace
}  // namespace auditfwd
