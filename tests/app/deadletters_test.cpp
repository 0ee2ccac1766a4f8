#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "forwarder/delivery/dead_letters.h"
#include "tests/app/program.h"

namespace auditfwd {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class DeadLettersCommand : public ::testing::Test {
protected:
    DeadLettersCommand() {
        DeadLetters letters{files_, path(), "archive", 1 << 20};
        for (std::uint64_t n = 1; n <= 3; ++n) {
            const RecordView record{Offset{n}, R"({"a":1})", {}};
            letters.add(record, std::string(32, 'a'), n == 1 ? "too odd" : "too large", SystemClock{}.wall()).value();
        }
        letters.sync().value();
    }
    const std::filesystem::path& path() const { return directory_.path(); }
    Ran deadletters(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), "deadletters");
        arguments.insert(arguments.end(), {"--spool", path().string()});
        return auditfwd_run(arguments);
    }

    testing::TemporaryDirectory directory_;
    SystemFileSystem files_;
};

TEST_F(DeadLettersCommand, Ls_counts_them_by_reason) {
    const auto ran = deadletters({"ls"});
    EXPECT_EQ(ran.exit, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("archive: 3 in "));
    EXPECT_THAT(ran.out, HasSubstr("         2  too large\n"));
    EXPECT_THAT(ran.out, HasSubstr("         1  too odd\n"));
}

TEST_F(DeadLettersCommand, Retry_asks_for_them_to_be_sent_again) {
    EXPECT_EQ(deadletters({"retry", "archive"}).exit, 0);
    EXPECT_THAT(deadletters({"ls"}).out, HasSubstr("to be sent again"));
}

TEST_F(DeadLettersCommand, Retry_refuses_sinks_without_and_intake) {
    for (const auto* sink : {"other", "intake"}) {
        const auto ran = deadletters({"retry", sink});
        EXPECT_EQ(ran.exit, 1) << sink;
        EXPECT_THAT(ran.err_lines(), SizeIs(1));
    }
    EXPECT_EQ(deadletters({"retry"}).exit, 2);
}

}  // namespace
}  // namespace auditfwd
