#include "forwarder/spool/spool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "forwarder/spool/cursor.h"
#include "tests/app/program.h"
#include "tests/spool/blocks.h"
#include "tests/support/run_task.h"

namespace auditfwd {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

// A spool with three records in two blocks, and a cursor of sink "archive" behind the second.
class SpoolCommand : public ::testing::Test {
protected:
    SpoolCommand() {
        auto spool = Spool::open({.directory = path_, .free_percent_min = 0}, files_, clock_, metrics_).value();
        append(*spool, {R"({"a":1})", R"({"b":2})"});
        append(*spool, {R"({"c":3})"});
        Cursor cursor;
        cursor.spool_id = spool->state().id;
        cursor.done = Offset{2};
        cursor.counts.delivered = 2;
        testing::run_task(context_, spool->close());
        std::filesystem::create_directories(cursor_path(path_, "archive").parent_path());
        save_cursor(files_, cursor_path(path_, "archive"), cursor).value();
    }

    void append(Spool& spool, const std::vector<std::string>& lines) {
        std::vector<Block> blocks;
        blocks.push_back(testing::block_of(lines));
        auto appended = spool.append(std::move(blocks), Checkpoint{"file", "position"}, Durability::kSync);
        testing::run_task(context_, std::move(appended)).value();
    }

    Ran spool(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), "spool");
        arguments.insert(arguments.end(), {"--spool", path_.string()});
        return auditfwd_run(arguments);
    }

    testing::TemporaryDirectory directory_;
    const std::filesystem::path path_ = directory_ / "spool";
    SystemFileSystem files_;
    SystemClock clock_;
    Metrics metrics_;
    asio::io_context context_;
};

TEST_F(SpoolCommand, Ls_shows_segments_checkpoints_and_how_far_sinks_are) {
    const auto ran = spool({"ls"});
    EXPECT_EQ(ran.exit, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("records     1 to 3, "));
    EXPECT_THAT(ran.out, HasSubstr("\nsegment     "));
    EXPECT_THAT(ran.out, HasSubstr("\ncheckpoint  file: 8 bytes\n"));
    EXPECT_THAT(ran.out, HasSubstr("\nsink        archive: done to 2, 1 behind (delivered 2,"));
}

TEST_F(SpoolCommand, Finds_the_directory_by_the_configuration) {
    const auto config = write(directory_, "config.yaml", "spool: {directory: " + path_.string() + "}\n");
    EXPECT_EQ(auditfwd_run({"spool", "ls", "--config", config}).out, spool({"ls"}).out);
    EXPECT_EQ(auditfwd_run({"spool", "ls", "--config", GOLDEN_DIRECTORY "/ten-errors.yaml"}).exit, 1);
    EXPECT_EQ(auditfwd_run({"spool", "ls", "--config", config, "--spool", "x"}).exit, 2);
}

TEST_F(SpoolCommand, Cat_prints_records_of_a_range) {
    EXPECT_EQ(spool({"cat"}).out, "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n");
    EXPECT_EQ(spool({"cat", "--from", "2", "--to", "2"}).out, "{\"b\":2}\n");
    EXPECT_EQ(spool({"cat", "--from", "4"}).out, "");
    EXPECT_EQ(spool({"cat", "--from", "x"}).exit, 2);
}

TEST_F(SpoolCommand, Verify_says_good_or_where_the_damage_is) {
    const auto good = spool({"verify"});
    EXPECT_EQ(good.exit, 0);
    EXPECT_THAT(good.out, HasSubstr("3 records"));
    EXPECT_THAT(good.out, HasSubstr(": good\n"));

    // Flip bits in the middle of the segment's first block.
    for (const auto& entry : std::filesystem::recursive_directory_iterator{path_}) {
        if (entry.path().extension() != ".seg" && entry.path().string().find("segment") == std::string::npos) continue;
        std::fstream file{entry.path(), std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(static_cast<std::streamoff>(entry.file_size() / 2));
        file.write("\xff\x00\xff\x00\xff\x00\xff\x00", 8);
    }
    const auto damaged = spool({"verify"});
    EXPECT_EQ(damaged.exit, 1) << damaged.out;
    EXPECT_THAT(damaged.out, HasSubstr(" losses, "));
    EXPECT_EQ(spool({"cat"}).exit, 1);
    EXPECT_THAT(spool({"cat"}).err, HasSubstr("are damaged"));
}

TEST_F(SpoolCommand, Forget_removes_a_cursor_once) {
    EXPECT_EQ(spool({"forget", "archive"}).exit, 0);
    const auto again = spool({"forget", "archive"});
    EXPECT_EQ(again.exit, 1);
    EXPECT_THAT(again.err_lines(), SizeIs(1));
    EXPECT_EQ(spool({"forget"}).exit, 2);
}

TEST_F(SpoolCommand, Forget_is_refused_while_a_forwarder_owns_the_spool) {
    auto owner = Spool::open({.directory = path_, .free_percent_min = 0}, files_, clock_, metrics_).value();
    EXPECT_EQ(spool({"forget", "archive"}).exit, 3);
    EXPECT_EQ(spool({"ls"}).exit, 0);
    testing::run_task(context_, owner->close());
}

TEST(SpoolCommandWithout, Says_that_there_is_no_spool) {
    const testing::TemporaryDirectory directory;
    for (const auto* what : {"ls", "cat", "verify"}) {
        EXPECT_EQ(auditfwd_run({"spool", what, "--spool", (directory / "none").string()}).exit, 1);
        const auto empty = auditfwd_run({"spool", what, "--spool", directory.path().string()});
        EXPECT_EQ(empty.exit, 1) << what;
        EXPECT_THAT(empty.err, StartsWith("auditfwd: spool "));
    }
}

}  // namespace
}  // namespace auditfwd
