#include "forwarder/source/file/file_source.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "forwarder/base/task_group.h"
#include "forwarder/base/units.h"
#include "tests/source/file/fake_intake.h"
#include "tests/source/file/log_writer.h"
#include "tests/support/run_task.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
using testing::FakeIntake;
using testing::LogWriter;
using testing::run_task;

// Every pause is over at once.
class ImpatientClock final : public Clock {
public:
    WallTime wall() const override { return {}; }
    SteadyTime steady() const override { return {}; }
};

class FileSourceTest : public ::testing::Test {
protected:
    FileSourceTest() {
        options_.path = directory_.path() / "audit.log";
        options_.name = "apiserver";
        options_.cluster = "prod-1";
        options_.poll = 1ms;
    }

    // Runs a source from the last checkpoint until `enough` (asked after each submission, and now and then).
    void run_until(std::function<bool()> enough) {
        asio::io_context context;
        FileSource source{options_, context.get_executor(), intake_, budget_, files_, clock_,
                          metrics_, intake_.checkpoint};
        run_task(context, run_and_stop(source, enough));
    }
    static Task<void> run_and_stop(FileSource& source, std::function<bool()> enough) {
        const Executor executor = co_await asio::this_coro::executor;
        TaskGroup group{executor};
        group.spawn(source.run());
        Signal never{executor};
        const auto give_up = std::chrono::steady_clock::now() + 60s;
        while (!enough() && std::chrono::steady_clock::now() < give_up)
            co_await never.wait_until(std::chrono::steady_clock::now() + 1ms);
        source.stop();
        co_await group.join();
    }
    void run_until_text_is(const std::string& text) {
        run_until([&] { return intake_.text.size() >= text.size(); });
        EXPECT_EQ(intake_.text, text);
    }

    double counted(const std::string& name) {
        return metrics_.counter("auditfwd_file_" + name + "_total", "", {{"source", "apiserver"}}).Value();
    }

    testing::TemporaryDirectory directory_;
    LogWriter log_{directory_.path() / "audit.log"};
    FileSourceOptions options_;
    FakeIntake intake_;
    ByteBudget budget_{16_MiB};
    SystemFileSystem files_;
    SystemClock clock_;
    Metrics metrics_;
};

TEST_F(FileSourceTest, Submits_lines_with_their_origin_and_the_position_behind_them) {
    log_.write("one\ntwo\n");
    run_until_text_is("one\ntwo\n");
    EXPECT_TRUE(intake_.all_as_agreed);
    EXPECT_EQ(intake_.last_origin.cluster, "prod-1");
    EXPECT_EQ(intake_.last_origin.source, "apiserver");
    EXPECT_EQ(parse_position(*intake_.checkpoint)->past.offset, 8u);
    EXPECT_EQ(counted("lines"), 2);
    EXPECT_EQ(counted("bytes"), 8);
    log_.write("three\n");
    run_until_text_is("one\ntwo\nthree\n");
}

TEST_F(FileSourceTest, Goes_on_while_the_log_is_rotated_under_it) {
    std::string expected;
    for (int i = 0; i < 50; ++i) {
        const auto line = "line " + std::to_string(i) + "\n";
        expected += line;
    }
    int written = 0;
    run_until([&] {
        if (written < 50) log_.write("line " + std::to_string(written++) + "\n");
        if (written % 7 == 0) log_.rotate();
        return intake_.text.size() >= expected.size();
    });
    EXPECT_EQ(intake_.text, expected);
}

TEST_F(FileSourceTest, Submits_a_chunk_again_after_a_definite_failure_and_loses_nothing) {
    log_.write("one\n");
    intake_.failures = {ErrorCode::kFull, ErrorCode::kBroken, ErrorCode::kUnavailable};
    const ImpatientClock clock;
    asio::io_context context;
    FileSource source{options_, context.get_executor(), intake_, budget_, files_, clock, metrics_, {}};
    run_task(context, run_and_stop(source, [&] { return !intake_.text.empty(); }));
    EXPECT_EQ(intake_.text, "one\n");
    EXPECT_EQ(counted("retries"), 3);
    EXPECT_EQ(intake_.submissions, 4u);
}

TEST_F(FileSourceTest, Goes_on_behind_a_chunk_that_is_refused_for_good_and_counts_it) {
    log_.write("one\n");
    intake_.failures = {ErrorCode::kInvalid};
    bool refused = false;
    run_until([&] {
        if (counted("refused_chunks") == 1 && !std::exchange(refused, true)) log_.write("two\n");
        return !intake_.text.empty();
    });
    EXPECT_EQ(intake_.text, "two\n");
    EXPECT_EQ(counted("lines"), 1);
}

TEST_F(FileSourceTest, Asks_for_a_sync_at_once_only_while_it_is_behind) {
    const std::string line(1000, 'x');
    std::string text;
    while (text.size() < 1'200'000) text += line + "\n";
    log_.write(text);
    run_until_text_is(text);
    EXPECT_EQ(intake_.durabilities, (std::vector{Durability::kSync, Durability::kSync, Durability::kInterval}));
}

TEST_F(FileSourceTest, Waits_for_a_log_that_is_not_there_yet) {
    std::filesystem::remove(options_.path);
    bool created = false;
    std::optional<LogWriter> log;
    run_until([&] {
        if (!std::exchange(created, true)) log.emplace(options_.path);
        if (log && intake_.text.empty()) log->write("x\n");
        return intake_.text.size() >= 2;
    });
    EXPECT_TRUE(intake_.text.starts_with("x\n"));
}

TEST_F(FileSourceTest, Waits_for_a_directory_that_cannot_be_read) {
    log_.write("one\n");
    const auto away = directory_.path().string() + "-away";
    std::filesystem::rename(directory_.path(), away);
    run_until([&] {
        if (counted("errors") > 0 && std::filesystem::exists(away)) std::filesystem::rename(away, directory_.path());
        return !intake_.text.empty();
    });
    EXPECT_EQ(intake_.text, "one\n");
}

TEST_F(FileSourceTest, Makes_a_start_at_the_end_durable_before_there_is_a_line) {
    options_.start_at_end = true;
    log_.write("old\n");
    run_until([&] { return intake_.checkpoint.has_value(); });
    EXPECT_EQ(intake_.text, "");
    log_.write("new\n");
    run_until_text_is("new\n");
}

TEST_F(FileSourceTest, A_checkpoint_that_cannot_be_read_is_a_lost_position_and_all_is_read) {
    options_.start_at_end = true;
    intake_.checkpoint = "2 from the future";
    log_.write("one\n");
    run_until_text_is("one\n");
    EXPECT_EQ(counted("lost_positions"), 1);
}

TEST_F(FileSourceTest, Stop_lets_the_submission_in_hand_finish) {
    log_.write("one\n");
    asio::io_context context;
    FileSource source{options_, context.get_executor(), intake_, budget_, files_, clock_, metrics_, {}};
    intake_.on_submit = [&] { source.stop(); };
    run_task(context, source.run());
    EXPECT_EQ(intake_.text, "one\n");
    EXPECT_EQ(counted("lines"), 1);
    EXPECT_EQ(budget_.in_use(), 0u);
}

TEST_F(FileSourceTest, Stop_before_run_ends_it_at_once) {
    asio::io_context context;
    FileSource source{options_, context.get_executor(), intake_, budget_, files_, clock_, metrics_, {}};
    source.stop();
    run_task(context, source.run());
    EXPECT_EQ(intake_.submissions, 0u);
}

TEST_F(FileSourceTest, Survives_cancellation) {
    log_.write("one\n");
    asio::io_context context;
    FileSource source{options_, context.get_executor(), intake_, budget_, files_, clock_, metrics_, {}};
    auto scenario = [](FileSource& s, FakeIntake& intake) -> Task<void> {
        TaskGroup group{co_await asio::this_coro::executor};
        group.spawn(s.run());
        while (intake.text.empty()) co_await asio::post(use);
        group.cancel();
        co_await group.join();
    };
    try {
        run_task(context, scenario(source, intake_));
    } catch (const boost::system::system_error&) {
    }
    EXPECT_EQ(budget_.in_use(), 0u);
}

TEST_F(FileSourceTest, Takes_the_longest_line_that_the_memory_can_ever_hold) {
    ByteBudget small{1_MiB};
    const auto longest = (small.total() - memory_for_body(0)) / limits::kMemoryPerBodyByte;
    std::string text = std::string(longest, 'x') + "\n" + std::string(longest - 1, 'y') + "\nz\n";
    log_.write(text);
    asio::io_context context;
    FileSource source{options_, context.get_executor(), intake_, small, files_, clock_, metrics_, {}};
    run_task(context, run_and_stop(source, [&] { return intake_.text.ends_with("z\n"); }));
    EXPECT_EQ(intake_.text, text.substr(longest + 1));
    EXPECT_EQ(counted("oversize_lines"), 1);
    EXPECT_EQ(intake_.passed_over, 1u);
}

// A writer on a thread of its own, which rotates and compresses as fast as it can.
TEST_F(FileSourceTest, Loses_and_repeats_nothing_while_the_log_is_rotated_at_any_moment) {
    std::string expected;
    for (int i = 0; i < 20'000; ++i) expected += R"({"auditID":")" + std::to_string(i) + "\"}\n";
    std::atomic<bool> done{false};
    std::thread writer{[&] {
        std::string before;
        std::size_t at = 0;
        for (int i = 0; at < expected.size(); ++i) {
            const auto end = expected.find('\n', at) + 1;
            log_.write(std::string_view{expected}.substr(at, end - at));
            at = end;
            if (i % 150 != 0) continue;
            if (!before.empty() && i % 300 == 0) log_.compress(before);
            before = log_.rotate();
        }
        done = true;
    }};
    // Restarted now and then, from what was durable.
    while (intake_.text.size() < expected.size()) {
        const auto until = intake_.text.size() + 50'000;
        run_until([&] { return intake_.text.size() >= std::min(until, expected.size()); });
        if (::testing::Test::HasFailure() || (done && intake_.text.size() >= expected.size())) break;
    }
    writer.join();
    EXPECT_EQ(intake_.text.size(), expected.size());
    EXPECT_TRUE(intake_.text == expected);
    for (const auto* loss : {"truncations", "lost_positions", "lost_files", "gaps", "damaged_files", "refused_chunks"})
        EXPECT_EQ(counted(loss), 0) << loss;
}

std::string recorded_log() {
    const char* shared = std::getenv("AUDITFWD_SHARED");
    const std::filesystem::path folder = shared ? shared : AUDITFWD_ROOT "/../shared";
    const auto compressed = testing::read_all(folder / "corpus/kube/events.ndjson.zst");
    std::string text;
    std::string block(1_MiB, '\0');
    const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context{ZSTD_createDCtx(), ZSTD_freeDCtx};
    ZSTD_inBuffer in{compressed.data(), compressed.size(), 0};
    while (in.pos < in.size) {
        ZSTD_outBuffer out{block.data(), block.size(), 0};
        EXPECT_FALSE(ZSTD_isError(ZSTD_decompressStream(context.get(), &out, &in)));
        text.append(block, 0, out.pos);
    }
    return text;
}

TEST_F(FileSourceTest, Takes_every_line_of_a_recorded_log_once_while_it_is_rotated) {
    const auto expected = recorded_log();
    if (expected.empty()) GTEST_SKIP() << "no recorded traffic: set AUDITFWD_SHARED";
    std::size_t at = 0;
    std::vector<std::string> rotated;
    unsigned turn = 0;
    const auto write_some = [&] {
        if (at == expected.size()) return;
        // Events are written one by one; a piece of 300 KB leaves the last one half written.
        const auto end = std::min(at + 300'000, expected.size());
        log_.write(std::string_view{expected}.substr(at, end - at));
        at = end;
        if (++turn % 8 != 0 || expected[at - 1] != '\n') {
            const auto line_end = expected.find('\n', at);
            if (turn % 8 != 0 || line_end == std::string::npos) return;
            log_.write(std::string_view{expected}.substr(at, line_end + 1 - at));
            at = line_end + 1;
        }
        rotated.push_back(log_.rotate());
        if (rotated.size() % 2 == 0) log_.compress(rotated[rotated.size() - 2]);
    };
    intake_.on_submit = write_some;
    while (intake_.text.size() < expected.size() && !HasFatalFailure()) {
        const auto until = std::min(intake_.text.size() + 10'000'000, expected.size());
        run_until([&] {
            write_some();
            return intake_.text.size() >= until;
        });
    }
    EXPECT_EQ(intake_.text.size(), expected.size());
    EXPECT_TRUE(intake_.text == expected);
    EXPECT_EQ(counted("lost_positions"), 0);
}

}  // namespace
}  // namespace auditfwd
