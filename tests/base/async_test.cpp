#include <gtest/gtest.h>

#include <thread>

#include "forwarder/base/byte_budget.h"
#include "forwarder/base/helper_thread.h"
#include "forwarder/base/task_group.h"
#include "tests/support/run_task.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
using testing::run_task;

const auto kNever = SteadyTime::max();

Task<void> set_when_notified(Signal& signal, int& count) {
    co_await signal.wait();
    ++count;
}

TEST(Signal, Notify_wakes_every_waiter) {
    asio::io_context context;
    Signal signal{context.get_executor()};
    int count = 0;
    auto scenario = [](Signal& s, int& n) -> Task<void> {
        TaskGroup group{co_await asio::this_coro::executor};
        group.spawn(set_when_notified(s, n));
        group.spawn(set_when_notified(s, n));
        co_await asio::post(use);
        s.notify_all();
        co_await group.join();
    };
    run_task(context, scenario(signal, count));
    EXPECT_EQ(count, 2);
}

Task<void> fail() {
    co_await asio::post(use);
    throw std::runtime_error{"first"};
}

TEST(TaskGroup, The_first_failure_cancels_the_others_and_is_thrown_by_join) {
    asio::io_context context;
    Signal never{context.get_executor()};
    int count = 0;
    auto scenario = [](Signal& s, int& n) -> Task<void> {
        TaskGroup group{co_await asio::this_coro::executor};
        auto waiting = [](Signal& signal, int& ended) -> Task<void> {
            try {
                co_await set_when_notified(signal, ended);
                co_await signal.wait();
            } catch (const boost::system::system_error&) {
                ended += 10;
                throw;
            }
        };
        group.spawn(waiting(s, n));
        group.spawn(fail());
        co_await group.join();
    };
    EXPECT_THROW(run_task(context, scenario(never, count)), std::runtime_error);
    EXPECT_GE(count, 10);
}

TEST(ByteBudget, Refuses_more_than_there_will_ever_be) {
    asio::io_context context;
    ByteBudget budget{100};
    const auto result = run_task(context, budget.reserve(101, kNever));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kTooLarge);
}

TEST(ByteBudget, A_waiter_times_out_and_holds_nothing) {
    asio::io_context context;
    ByteBudget budget{100};
    auto first = run_task(context, budget.reserve(60, kNever));
    const auto second = run_task(context, budget.reserve(50, std::chrono::steady_clock::now()));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kTimeout);
    EXPECT_EQ(budget.in_use(), 60u);
}

Task<void> reserve_in_turn(ByteBudget& budget, std::size_t bytes, std::vector<std::size_t>& order) {
    auto held = co_await budget.reserve(bytes, kNever);
    order.push_back(bytes);
    co_await asio::post(use);
}

TEST(ByteBudget, Grants_first_come_first_served) {
    asio::io_context context;
    ByteBudget budget{100};
    std::vector<std::size_t> order;
    auto scenario = [](ByteBudget& b, std::vector<std::size_t>& o) -> Task<void> {
        TaskGroup group{co_await asio::this_coro::executor};
        auto all = co_await b.reserve(100, kNever);
        group.spawn(reserve_in_turn(b, 90, o));
        group.spawn(reserve_in_turn(b, 5, o));
        group.spawn(reserve_in_turn(b, 20, o));
        co_await asio::post(use);
        all->shrink_to(50);  // enough for the small ones, which must not overtake
        co_await asio::post(use);
        EXPECT_TRUE(o.empty());
        all->release();
        co_await group.join();
    };
    run_task(context, scenario(budget, order));
    EXPECT_EQ(order, (std::vector<std::size_t>{90, 5, 20}));
}

TEST(ByteBudget, Stays_within_its_bound_across_threads) {
    ByteBudget budget{64};
    std::atomic<int> done{0};
    auto hammer = [&](unsigned seed) {
        asio::io_context context;
        auto loop = [](ByteBudget& b, unsigned s, std::atomic<int>& d) -> Task<void> {
            for (unsigned i = 0; i < 500; ++i) {
                auto held = co_await b.reserve(1 + (s * 31 + i * 7) % 64, kNever);
                EXPECT_LE(b.in_use(), 64u);
                co_await asio::post(use);
                ++d;
            }
        };
        run_task(context, loop(budget, seed, done));
    };
    std::vector<std::thread> threads;
    for (unsigned seed = 0; seed < 4; ++seed) threads.emplace_back(hammer, seed);
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(done, 2000);
    EXPECT_EQ(budget.in_use(), 0u);
}

TEST(HelperThread, Runs_there_and_resumes_here) {
    asio::io_context context;
    HelperThread helper{"helper"};
    auto scenario = [](HelperThread& h) -> Task<bool> {
        const auto here = std::this_thread::get_id();
        auto where = [] { return std::this_thread::get_id(); };
        const auto there = co_await h.run(where);
        co_return there != here&& std::this_thread::get_id() == here;
    };
    EXPECT_TRUE(run_task(context, scenario(helper)));
}

}  // namespace
}  // namespace auditfwd
