#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/app/program.h"

namespace auditfwd {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(CommandLine, Says_what_is_wrong_with_its_use_on_one_line_and_exits_2) {
    const std::vector<std::vector<std::string>> wrong{{},
                                                      {"rum"},
                                                      {"run", "--conifg", "x"},
                                                      {"run", "--config"},
                                                      {"validate"},
                                                      {"config"},
                                                      {"config", "all"},
                                                      {"pipe", "file"},
                                                      {"run", "--config", "a", "extra"}};
    for (const auto& arguments : wrong) {
        const auto ran = auditfwd_run(arguments);
        EXPECT_EQ(ran.exit, 2) << ::testing::PrintToString(arguments);
        EXPECT_THAT(ran.err_lines(), SizeIs(1)) << ran.err;
        EXPECT_THAT(ran.err, StartsWith("auditfwd: "));
        EXPECT_EQ(ran.out, "");
    }
}

TEST(CommandLine, Gives_version_and_help) {
    const auto version = auditfwd_run({"--version"});
    EXPECT_EQ(version.exit, 0);
    EXPECT_EQ(version.out, "auditfwd " AUDITFWD_VERSION "\n");
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--help"}, {"run", "--help"}}) {
        const auto help = auditfwd_run(arguments);
        EXPECT_EQ(help.exit, 0);
        EXPECT_THAT(help.out, HasSubstr("run"));
        EXPECT_EQ(help.err, "");
    }
}

TEST(CommandLine, Prints_the_reference_and_a_default_file_that_validates) {
    const auto reference = auditfwd_run({"config", "reference"});
    EXPECT_EQ(reference.exit, 0);
    EXPECT_EQ(reference.out, read_whole(CONFIG_REFERENCE));

    const testing::TemporaryDirectory directory;
    const auto file = write(directory, "default.yaml", auditfwd_run({"config", "default"}).out);
    const auto validated = auditfwd_run({"validate", "--config", file});
    EXPECT_EQ(validated.exit, 0);
    EXPECT_EQ(validated.err, "");
    EXPECT_THAT(validated.out, StartsWith(file + " is good\n"));
    EXPECT_THAT(validated.out, HasSubstr("policy  eks: 17 rules"));
}

TEST(CommandLine, A_reader_that_goes_away_is_no_error_but_a_full_disk_is) {
    const auto broken = auditfwd_run({"config", "reference"}, {}, Stdout::kNobodyReads);
    EXPECT_EQ(broken.exit, 0);
    EXPECT_EQ(broken.err, "");
    const auto full = auditfwd_run({"config", "reference"}, {}, Stdout::kFull);
    EXPECT_EQ(full.exit, 3);
    EXPECT_THAT(full.err_lines(), SizeIs(1));
    EXPECT_THAT(full.err, HasSubstr("No space left"));
}

TEST(CommandLine, Run_refuses_a_bad_configuration_with_all_its_errors) {
    const auto ran = auditfwd_run({"run", "--config", GOLDEN_DIRECTORY "/ten-errors.yaml"});
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err_lines(), SizeIs(10));
}

}  // namespace
}  // namespace auditfwd
