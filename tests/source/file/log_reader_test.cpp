#include "forwarder/source/file/log_reader.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/source/file/log_writer.h"
#include "tests/source/file/test_reader.h"

namespace auditfwd {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;
using testing::LogReaderTest;
using testing::LogWriter;
using testing::TestReader;
using testing::write_file;

TEST_F(LogReaderTest, Takes_complete_lines_only_and_each_once) {
    log_.write("one\ntwo\nthr");
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\n");
    log_.write("ee\n");
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\nthree\n");
    EXPECT_EQ(reader_.durable_lines, 3u);
}

TEST_F(LogReaderTest, Passes_on_whatever_a_line_holds) {
    const auto odd = "\n\r\n{\"a\":\"\xff\xfe\"}\r\nx\0y\n \n"s;
    log_.write(odd);
    reader_.run();
    EXPECT_EQ(reader_.text, odd);
}

TEST_F(LogReaderTest, Cuts_chunks_between_lines_and_takes_a_larger_line_alone) {
    const auto small = std::string(30, 'a') + "\n";
    const auto large = std::string(150, 'b') + "\n";
    log_.write(small + small + small + large + small);
    reader_.run();
    EXPECT_EQ(reader_.text, small + small + small + large + small);
    EXPECT_EQ(reader_.chunks, 4u);  // two, one, the large one, one
    EXPECT_EQ(reader_.largest_read, large.size());
}

TEST_F(LogReaderTest, A_refused_chunk_is_read_again) {
    log_.write("one\ntwo\n");
    for (int i = 0; i < 5; ++i) reader_.step(false);
    EXPECT_EQ(reader_.text, "");
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\n");
}

TEST_F(LogReaderTest, Drains_a_rotated_file_then_those_between_then_the_new_one) {
    log_.write("one\n");
    reader_.run();
    log_.write("two\n");
    log_.rotate();
    log_.write("three\n");
    log_.rotate();
    log_.write("four\n");
    log_.rotate();
    log_.write("five\n");
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\nthree\nfour\nfive\n");
    EXPECT_EQ(reader_.metrics.rotations.Value(), 3);
    EXPECT_EQ(reader_.lost(), 0);
}

TEST_F(LogReaderTest, Is_not_misled_by_a_clock_that_was_set_back) {
    log_.set_time_ms(5000);
    log_.write("one\n");
    log_.rotate();
    log_.write("two\n");
    reader_.run();
    log_.set_time_ms(1000);
    log_.write("three\n");
    log_.rotate();
    log_.write("four\n");
    reader_.run();
    log_.rotate();
    log_.write("five\n");
    reader_.run();
    log_.write("six\n");
    log_.rotate();
    log_.write("seven\n");
    reader_.restart();
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\nthree\nfour\nfive\nsix\nseven\n");
    EXPECT_EQ(reader_.lost(), 0);
}

TEST_F(LogReaderTest, Stays_with_a_renamed_file_while_nobody_writes_to_the_new_one) {
    log_.write("one\n");
    reader_.run();
    fs::rename(log_.live(), log_.live().parent_path() / "audit-2026-11-23T23-26-13.664.log");
    write_file(log_.live(), "");
    log_.write("two\n");  // the writer was not told
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\n");
}

TEST_F(LogReaderTest, Keeps_what_it_has_open_when_that_is_removed) {
    log_.write("one\n");
    reader_.run();
    log_.write("two\n");
    const auto time = log_.rotate();
    reader_.step(false);
    log_.remove(time);
    log_.write("three\n");
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\nthree\n");
    EXPECT_EQ(reader_.lost(), 0);
}

TEST_F(LogReaderTest, Does_not_read_its_own_file_again_when_that_was_compressed_unseen) {
    log_.write("one\n");
    reader_.run();
    log_.write("two\n");
    log_.compress(log_.rotate());
    log_.write("three\n");
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\nthree\n");
    EXPECT_EQ(reader_.lost(), 0);
}

TEST_F(LogReaderTest, Does_so_even_before_it_has_read_a_line) {
    log_.write("one\n");
    reader_.step();
    reader_.step();
    reader_.step(false);
    log_.compress(log_.rotate());
    log_.write("two\n");
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\n");
}

TEST_F(LogReaderTest, Submits_the_unterminated_last_line_of_a_rotated_file_once) {
    log_.write("one\nhalf");
    reader_.run();
    log_.rotate();
    reader_.run();
    EXPECT_EQ(reader_.text, "one\n") << "the writer may still go on";
    log_.write("two\n");
    reader_.run();
    reader_.restart();
    reader_.run();
    EXPECT_EQ(reader_.text, "one\nhalf\ntwo\n");
}

TEST_F(LogReaderTest, Begins_a_truncated_file_anew) {
    for (const bool hole : {false, true}) {
        log_.write("before\n");
        reader_.run();
        log_.write("lost\n");
        log_.truncate(hole);
        log_.write("after " + std::to_string(hole) + "\n");
        reader_.run();
    }
    EXPECT_EQ(reader_.text, "before\nafter 0\nbefore\nafter 1\n");
    EXPECT_EQ(reader_.metrics.truncations.Value(), 2);
    EXPECT_GT(reader_.metrics.hole_bytes.Value(), 0);
}

TEST_F(LogReaderTest, Notices_a_truncation_although_the_file_has_grown_beyond_its_place_again) {
    log_.write("before\n");
    reader_.run();
    log_.truncate(false);
    log_.write("this is longer than what was there before\n");
    reader_.run();
    EXPECT_EQ(reader_.text, "before\nthis is longer than what was there before\n");
    EXPECT_EQ(reader_.lost(), 1);
}

TEST_F(LogReaderTest, Notices_a_truncation_between_look_and_read) {
    FileMetrics& metrics = reader_.metrics;
    LogReader reader{options(), std::nullopt, files_, metrics};
    log_.write("before\n");
    auto look = reader.look();
    while (look->kind != Look::Kind::kRead) look = reader.look();
    log_.truncate(false);
    Body body{look->bytes, {}};
    const auto chunk = reader.read(*look, body);
    ASSERT_TRUE(chunk);
    EXPECT_FALSE(*chunk);
    EXPECT_EQ(body.size(), 0u);
    EXPECT_EQ(metrics.truncations.Value(), 1);
}

TEST_F(LogReaderTest, Goes_on_at_its_place_when_a_file_was_cut_behind_it) {
    log_.write("one\n");
    reader_.run();
    log_.write("two\nthree\nfour\n");
    reader_.step(false);
    fs::resize_file(log_.live(), 8);
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\n");
    EXPECT_EQ(reader_.metrics.truncations.Value(), 1);
}

TEST_F(LogReaderTest, Counts_a_truncation_of_a_file_it_has_not_come_to) {
    log_.write("one\n");
    reader_.run();
    log_.write("two\n");
    log_.rotate();
    log_.write("lost\n");
    reader_.step(false);
    log_.truncate(false);
    log_.write("3\n");
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\n3\n");
    EXPECT_EQ(reader_.metrics.truncations.Value(), 1);
}

TEST_F(LogReaderTest, Passes_over_lines_above_the_bound_whatever_their_length) {
    log_.write("one\n" + std::string(200, 'x') + "\ntwo\n" + std::string(500'000, 'y') + "\n");
    reader_.run();
    log_.write(std::string(500'000, 'z'));
    reader_.run();
    log_.write("\nthree\n" + std::string(300, 'x'));
    log_.rotate();
    log_.write("four\n");
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\nthree\nfour\n");
    EXPECT_EQ(reader_.metrics.oversize_lines.Value(), 4);
    EXPECT_LE(reader_.largest_read, 200u);
}

TEST_F(LogReaderTest, Reads_on_behind_a_damaged_gzip_file_and_counts_it) {
    log_.write("one\ntwo\n");
    const auto time = log_.rotate();
    log_.write("three\n");
    log_.begin_compressing(time);
    fs::remove(log_.rotated(time));
    reader_.run();
    EXPECT_TRUE(reader_.text.ends_with("three\n"));
    EXPECT_EQ(reader_.metrics.damaged_files.Value(), 1);
}

TEST_F(LogReaderTest, Counts_a_rotated_file_that_went_away_unread) {
    log_.write("one\n");
    reader_.run();
    log_.write("two\n");
    log_.rotate();
    log_.write("three\n");
    const auto lost = log_.rotate();
    log_.write("four\n");
    reader_.step(false);
    log_.remove(lost);
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\nfour\n");
    EXPECT_EQ(reader_.metrics.lost_files.Value(), 1);
}

TEST_F(LogReaderTest, Counts_that_files_may_have_come_and_gone_between_two_looks) {
    log_.write("one\n");
    reader_.run();
    log_.remove(log_.rotate());
    log_.write("two\n");
    log_.remove(log_.rotate());
    log_.write("three\n");
    reader_.run();
    EXPECT_EQ(reader_.text, "one\nthree\n");
    EXPECT_EQ(reader_.metrics.gaps.Value(), 1);
}

TEST_F(LogReaderTest, Begins_with_the_oldest_rotated_file) {
    log_.write("one\n");
    log_.compress(log_.rotate());
    log_.write("two\n");
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\n");
}

TEST_F(LogReaderTest, At_the_end_begins_with_the_next_line_also_after_a_restart_before_there_was_one) {
    log_.write("old\n");
    log_.rotate();
    log_.write("old\nha");
    TestReader reader{options(true), files_};
    reader.run();
    EXPECT_EQ(reader.text, "");
    EXPECT_TRUE(reader.durable_position);
    log_.write("lf\n");
    log_.rotate();
    log_.write("new\n");
    reader.restart();
    reader.run();
    EXPECT_EQ(reader.text, "half\nnew\n");
    EXPECT_EQ(reader.lost(), 0);
}

TEST_F(LogReaderTest, At_the_end_of_nothing_begins_with_the_first_line) {
    fs::remove(log_.live());
    TestReader reader{options(true), files_};
    reader.run();
    LogWriter log{log_.live()};
    log.write("one\n");
    log.rotate();
    log.write("two\n");
    reader.restart();
    reader.run();
    EXPECT_EQ(reader.text, "one\ntwo\n");
}

TEST_F(LogReaderTest, Follows_nothing_but_regular_files) {
    fs::remove(log_.live());
    ASSERT_EQ(::mkfifo(log_.live().c_str(), 0600), 0);
    ASSERT_EQ(::mkfifo(log_.rotated("2026-11-23T23-26-13.664").c_str(), 0600), 0);
    fs::create_symlink("nowhere", log_.rotated("2026-11-23T23-26-14.664"));
    fs::create_directory(log_.rotated("2026-11-23T23-26-15.664"));
    EXPECT_FALSE(reader_.step());
    EXPECT_TRUE(reader_.last_look_failed);
    fs::remove(log_.live());
    write_file(log_.live(), "one\n");
    reader_.run();
    EXPECT_EQ(reader_.text, "one\n");
}

TEST_F(LogReaderTest, Says_how_far_behind_it_is) {
    log_.write("one\n");
    reader_.run();
    log_.write("half");
    log_.rotate();
    log_.write("longer line\n");
    log_.rotate();
    log_.write("last\n");
    reader_.step(false);
    EXPECT_EQ(reader_.metrics.lag_bytes.Value(), 4 + 12 + 5);
    reader_.run();
    EXPECT_EQ(reader_.metrics.lag_bytes.Value(), 0);
}

}  // namespace
}  // namespace auditfwd
