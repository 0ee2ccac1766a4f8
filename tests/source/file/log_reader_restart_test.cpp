#include "forwarder/source/file/log_reader.h"

#include <gtest/gtest.h>

#include "tests/source/file/log_writer.h"
#include "tests/source/file/test_reader.h"

namespace auditfwd {
namespace {

namespace fs = std::filesystem;
using testing::LogReaderTest;
using testing::LogWriter;

class LogReaderRestart : public LogReaderTest {
protected:
    LogReaderRestart() {
        log_.write("one\ntwo\n");
        reader_.run();
        log_.write("three\n");
    }
    void expect_nothing_lost(const std::string& rest) {
        reader_.restart();
        reader_.run();
        EXPECT_EQ(reader_.text, "one\ntwo\n" + rest);
        EXPECT_EQ(reader_.lost(), 0);
    }
};

TEST_F(LogReaderRestart, Goes_on_in_the_live_file) { expect_nothing_lost("three\n"); }

TEST_F(LogReaderRestart, Finds_its_file_rotated_and_all_that_came_after) {
    log_.rotate();
    log_.write("four\n");
    log_.rotate();
    log_.write("five\n");
    expect_nothing_lost("three\nfour\nfive\n");
}

TEST_F(LogReaderRestart, Finds_its_file_compressed_and_reads_on_in_it) {
    log_.compress(log_.rotate());
    log_.write("four\n");
    log_.compress(log_.rotate());
    log_.write("five\n");
    expect_nothing_lost("three\nfour\nfive\n");
}

TEST_F(LogReaderRestart, Reads_the_plain_file_while_it_is_being_compressed) {
    const auto time = log_.rotate();
    log_.begin_compressing(time);
    log_.write("four\n");
    expect_nothing_lost("three\nfour\n");
    log_.compress(time);
    expect_nothing_lost("three\nfour\n");
}

TEST_F(LogReaderRestart, In_a_compressed_file_goes_on_there) {
    log_.compress(log_.rotate());
    log_.write("four\n");
    reader_.restart();
    while (reader_.text == "one\ntwo\n") reader_.step();
    EXPECT_EQ(reader_.text, "one\ntwo\nthree\n");
    expect_nothing_lost("three\nfour\n");
}

TEST_F(LogReaderRestart, Survives_another_device_number) {
    auto position = *parse_position(*reader_.durable_position);
    position.id.device += 17;
    reader_.durable_position = to_text(position);
    log_.rotate();
    log_.write("four\n");
    expect_nothing_lost("three\nfour\n");
}

TEST_F(LogReaderRestart, Without_its_file_goes_on_with_the_oldest_newer_one_and_counts) {
    const auto time = log_.rotate();
    log_.write("four\n");
    log_.rotate();
    log_.write("five\n");
    log_.remove(time);
    reader_.restart();
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\nfour\nfive\n");
    EXPECT_EQ(reader_.metrics.lost_positions.Value(), 1);
}

TEST_F(LogReaderRestart, Without_any_newer_file_begins_the_live_one) {
    log_.remove(log_.rotate());
    log_.write("four\n");
    reader_.restart();
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\nfour\n");
    EXPECT_EQ(reader_.lost(), 1);
}

TEST_F(LogReaderRestart, Begins_a_truncated_file_anew_and_counts) {
    log_.truncate(false);
    log_.write("another\nof the same length or more\n");
    reader_.restart();
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\nanother\nof the same length or more\n");
    EXPECT_EQ(reader_.metrics.truncations.Value(), 1);
}

TEST_F(LogReaderRestart, Begins_anew_a_file_that_lost_its_end_in_a_crash) {
    fs::resize_file(log_.live(), 4);
    LogWriter after_the_crash{log_.live()};
    after_the_crash.write("five\nsix\n");
    reader_.restart();
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\none\nfive\nsix\n");
    EXPECT_EQ(reader_.metrics.truncations.Value(), 1);
}

TEST_F(LogReaderRestart, Waits_for_a_volume_that_is_not_there_yet) {
    const auto away = directory_.path().string() + "-away";
    fs::rename(directory_.path(), away);
    reader_.restart();
    EXPECT_FALSE(reader_.step());
    EXPECT_TRUE(reader_.last_look_failed);
    fs::create_directory(directory_.path());
    EXPECT_FALSE(reader_.step());
    EXPECT_FALSE(reader_.last_look_failed);
    fs::remove(directory_.path());
    fs::rename(away, directory_.path());
    reader_.run();
    EXPECT_EQ(reader_.text, "one\ntwo\nthree\n");
    EXPECT_EQ(reader_.lost(), 0);
}

}  // namespace
}  // namespace auditfwd
