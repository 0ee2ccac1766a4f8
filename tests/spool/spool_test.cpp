// The spool as a whole: its thread, its files, its readers.
#include "forwarder/spool/spool.h"

#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>
#include <random>

#include "forwarder/base/worker.h"
#include "tests/spool/blocks.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/run_task.h"
#include "tests/support/temporary_directory.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
using testing::block_of;
using testing::blocks_of;
using testing::run_task;

class SpoolTest : public ::testing::Test {
protected:
    void open() { spool_ = Spool::open(options_, files_, clock_, metrics_).value(); }
    void close() {
        run_task(context_, spool_->close());
        spool_.reset();
    }
    void TearDown() override {
        if (spool_) close();
    }

    Result<OffsetRange> append(std::vector<Block> blocks, std::optional<Checkpoint> checkpoint = std::nullopt,
                               Durability durability = Durability::kSync) {
        return run_task(context_, spool_->append(std::move(blocks), std::move(checkpoint), durability));
    }

    std::unique_ptr<SpoolReader> reader(Offset from = Offset{1}, WhenFull when_full = WhenFull::kRefuse) {
        return spool_->reader("sink", from, when_full, context_.get_executor());
    }

    // Another thread that appends.
    Worker& worker() { return *workers_.emplace_back(std::make_unique<Worker>("other")); }

    // All records from `from` on, as "offset:json".
    std::vector<std::string> records(Offset from = Offset{1}) {
        const auto all = reader(from);
        std::vector<std::string> found;
        for (;;) {
            const auto step = all->read(from).value();
            if (step.kind == SpoolStep::Kind::kEnd) return found;
            if (step.kind == SpoolStep::Kind::kBlock) {
                for (auto o = from; o <= step.offsets.last; o = o + 1) {
                    const auto record = step.block->record(number(o) - number(step.block->offsets.first));
                    found.push_back(std::to_string(number(record.offset)) + ":" + std::string{record.json});
                }
            }
            from = step.offsets.last + 1;
        }
    }

    testing::TemporaryDirectory directory_;
    SystemFileSystem files_;
    SystemClock clock_;
    Metrics metrics_;
    asio::io_context context_;
    Spool::Options options_{.directory = directory_.path() / "spool", .free_percent_min = 0};
    std::vector<std::unique_ptr<Worker>> workers_;
    std::unique_ptr<Spool> spool_;
};

TEST_F(SpoolTest, Gives_back_what_was_appended_in_order_with_consecutive_offsets) {
    open();
    const auto first = append(blocks_of({{"{\"a\":1}", "{\"a\":2}"}, {"{\"a\":3}"}})).value();
    EXPECT_EQ(number(first.first), 1u);
    EXPECT_EQ(number(first.last), 3u);
    EXPECT_EQ(number(append(blocks_of({{"{\"a\":4}"}})).value().first), 4u);
    EXPECT_EQ(records(), (std::vector<std::string>{"1:{\"a\":1}", "2:{\"a\":2}", "3:{\"a\":3}", "4:{\"a\":4}"}));
    EXPECT_EQ(records(Offset{2}).front(), "2:{\"a\":2}");
}

TEST_F(SpoolTest, Goes_on_where_it_was_closed) {
    open();
    append(blocks_of({{"{}"}}), Checkpoint{"file", "7"}).value();
    const auto id = spool_->state().id;
    close();
    open();
    EXPECT_EQ(spool_->state().id, id);
    EXPECT_EQ(number(spool_->state().last), 1u);
    EXPECT_EQ(spool_->checkpoint("file"), "7");
    EXPECT_EQ(spool_->checkpoint("other"), std::nullopt);
    append(blocks_of({{"[]"}})).value();
    EXPECT_EQ(records(), (std::vector<std::string>{"1:{}", "2:[]"}));
}

TEST_F(SpoolTest, Stores_a_checkpoint_without_records) {
    open();
    const auto range = append({}, Checkpoint{"file", "1"}).value();
    EXPECT_EQ(range.size(), 0u);
    append(blocks_of({{"{}"}})).value();
    append({}, Checkpoint{"file", "2"}).value();
    close();
    open();
    EXPECT_EQ(spool_->checkpoint("file"), "2");
    EXPECT_EQ(records(), (std::vector<std::string>{"1:{}"}));
}

TEST_F(SpoolTest, An_append_that_may_wait_shares_the_sync_of_one_that_may_not) {
    open();
    auto& other = worker();
    std::optional<Result<OffsetRange>> patient;
    asio::co_spawn(other.executor(), spool_->append(blocks_of({{"{}"}}), std::nullopt, Durability::kInterval),
                   [&](std::exception_ptr, Result<OffsetRange> result) { patient = std::move(result); });
    append(blocks_of({{"[]"}})).value();
    append(blocks_of({{"[]"}})).value();
    close();
    other.stop();
    ASSERT_TRUE(patient && *patient);
}

TEST_F(SpoolTest, Wakes_a_reader_when_something_became_durable) {
    open();
    const auto waiting = reader();
    auto& other = worker();
    asio::co_spawn(other.executor(), spool_->append(blocks_of({{"{}"}}), std::nullopt, Durability::kSync),
                   [](std::exception_ptr, Result<OffsetRange>) {});
    run_task(context_, waiting->wait_for(Offset{1}, std::chrono::steady_clock::now() + 10s));
    EXPECT_EQ(waiting->read(Offset{1}).value().kind, SpoolStep::Kind::kBlock);
}

TEST_F(SpoolTest, Stops_waiting_when_the_time_is_up) {
    open();
    const auto waiting = reader();
    run_task(context_, waiting->wait_for(Offset{1}, std::chrono::steady_clock::now() + 1ms));
    EXPECT_EQ(waiting->read(Offset{1}).value().kind, SpoolStep::Kind::kEnd);
}

TEST_F(SpoolTest, Refuses_a_second_owner) {
    open();
    const auto second = Spool::open(options_, files_, clock_, metrics_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
    EXPECT_NE(second.error().message.find("another process"), std::string::npos);
}

TEST_F(SpoolTest, Refuses_appends_after_it_was_closed) {
    open();
    run_task(context_, spool_->close());
    EXPECT_EQ(append(blocks_of({{"{}"}})).error().code, ErrorCode::kUnavailable);
}

TEST_F(SpoolTest, Refuses_a_checkpoint_that_is_too_large) {
    open();
    EXPECT_EQ(append({}, Checkpoint{"file", std::string(5000, 'x')}).error().code, ErrorCode::kTooLarge);
    EXPECT_EQ(append({}, Checkpoint{std::string(200, 'x'), ""}).error().code, ErrorCode::kTooLarge);
}

TEST_F(SpoolTest, Two_readers_at_the_same_position_share_the_block) {
    open();
    append(blocks_of({{"{}"}})).value();
    const auto a = reader();
    const auto b = reader();
    EXPECT_EQ(a->read(Offset{1}).value().block, b->read(Offset{1}).value().block);
}

TEST_F(SpoolTest, Keeps_the_same_promises_in_memory_but_that_of_durability) {
    options_.in_memory = true;
    options_.bytes_max = 64 << 20;
    open();
    append(blocks_of({{"{}"}, {"[]"}}), Checkpoint{"file", "7"}).value();
    EXPECT_EQ(records(), (std::vector<std::string>{"1:{}", "2:[]"}));
    EXPECT_EQ(spool_->checkpoint("file"), "7");
    EXPECT_FALSE(std::filesystem::exists(options_.directory));
}

// A minute's patience for what takes a second.
TEST_F(SpoolTest, Heals_with_its_disk_although_nobody_appends) {
    testing::ForgetfulFileSystem files{1};
    options_.directory = "/spool";
    spool_ = Spool::open(options_, files, clock_, metrics_).value();
    files.judge([](auto call, const auto&) {
        using Call = testing::ForgetfulFileSystem::Call;
        using Fate = testing::ForgetfulFileSystem::Fate;
        return call == Call::kSync ? Fate::kFail : Fate::kWork;
    });
    EXPECT_EQ(append(blocks_of({{"{}"}})).error().code, ErrorCode::kBroken);
    EXPECT_TRUE(spool_->state().failed);
    EXPECT_NE(metrics_.text().find("auditfwd_spool_failed 1"), std::string::npos);
    files.judge(nullptr);
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (spool_->state().failed && std::chrono::steady_clock::now() < until) {
        asio::steady_timer pause{context_, 10ms};
        pause.async_wait([](auto) {});
        context_.restart();
        context_.run();
    }
    EXPECT_FALSE(spool_->state().failed);
    EXPECT_TRUE(append(blocks_of({{"[]"}})));
    close();
}

TEST_F(SpoolTest, An_append_that_may_wait_is_done_in_the_end_without_company) {
    open();
    EXPECT_TRUE(append(blocks_of({{"{}"}}), std::nullopt, Durability::kInterval));
}

TEST_F(SpoolTest, Deletes_what_its_readers_released) {
    options_.segment_bytes = 1000;
    open();
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(append(blocks_of({{std::to_string(i)}})));
    const auto before = spool_->state().bytes;
    auto only = reader();
    only->release(Offset{51});
    run_task(context_, spool_->close());  // behind what release() asked for
    EXPECT_LT(spool_->state().bytes, before / 2);
    EXPECT_GT(number(spool_->state().first), 40u);
    only.reset();
}

TEST_F(SpoolTest, In_memory_too_it_keeps_to_its_bound) {
    options_.in_memory = true;
    options_.bytes_max = 8 << 20;
    open();
    const auto slow = reader(Offset{1}, WhenFull::kExpire);
    std::mt19937 random{1};
    std::string noise(500'000, ' ');
    for (auto& c : noise) c = static_cast<char>('!' + random() % 90);
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(append(blocks_of({{noise}})));
    EXPECT_LE(spool_->state().bytes, options_.bytes_max);
    EXPECT_EQ(slow->read(Offset{1}).value().kind, SpoolStep::Kind::kExpired);
}

TEST_F(SpoolTest, Tells_what_it_holds_when_it_is_asked) {
    open();
    ASSERT_TRUE(append(blocks_of({{"{}", "[]"}})));
    const auto text = metrics_.text();
    for (const auto* line : {"auditfwd_last_offset 2", "auditfwd_spool_segments 1", "auditfwd_spool_records_total 2",
                             "auditfwd_spool_blocks_total 1", "auditfwd_spool_sync_seconds_count 1"})
        EXPECT_NE(text.find(line), std::string::npos) << line;
}

TEST_F(SpoolTest, Bounds_that_make_no_sense_are_refused) {
    options_.syncs_per_second_max = 0;
    EXPECT_EQ(Spool::open(options_, files_, clock_, metrics_).error().code, ErrorCode::kInvalid);
}

TEST_F(SpoolTest, Appends_from_many_workers_all_arrive_once) {
    open();
    constexpr int kWorkers = 4;
    constexpr int kEach = 50;
    for (int w = 0; w < kWorkers; ++w) {
        auto work = [](Spool& spool, int name) -> Task<void> {
            for (int i = 0; i < kEach; ++i) {
                auto blocks = blocks_of({{std::to_string(name * kEach + i)}});
                auto appended = co_await spool.append(std::move(blocks), std::nullopt, Durability::kSync);
                EXPECT_TRUE(appended);
            }
        };
        asio::co_spawn(worker().executor(), work(*spool_, w), [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
        });
    }
    for (const auto& worker : workers_) worker->stop();  // when it has run dry
    auto found = records();
    EXPECT_EQ(found.size(), static_cast<std::size_t>(kWorkers * kEach));
    for (auto& record : found) record.erase(0, record.find(':') + 1);
    std::sort(found.begin(), found.end());
    EXPECT_EQ(std::unique(found.begin(), found.end()), found.end());
}

}  // namespace
}  // namespace auditfwd
