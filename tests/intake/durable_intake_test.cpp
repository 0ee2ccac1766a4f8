#include "forwarder/intake/durable_intake.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>

#include "tests/intake/fake_spool.h"
#include "tests/support/run_task.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
using testing::FakeSpool;
using testing::run_task;

std::string event(std::string_view id) {
    return R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":")" + std::string{id} +
           R"(","stage":"ResponseComplete","requestURI":"/api/v1/pods","verb":"list","user":{"username":"u"}})";
}

class DurableIntakeTest : public ::testing::Test {
protected:
    DurableIntakeTest()
        : spool{context.get_executor()},
          ledger{metrics},
          rejections{::testing::TempDir() + "/rejections", files, clock, metrics},
          intake{context.get_executor(), rules(), spool, ledger, rejections} {}
    ~DurableIntakeTest() override { run_task(context, intake.close()); }

    static std::shared_ptr<const Rules> rules() {
        auto rules = std::make_shared<Rules>();
        rules->policy = Policy::built_in("metadata");
        return rules;
    }

    Submission submission(const std::string& text) {
        auto memory = run_task(context, budget.reserve(memory_for_body(text.size()), SteadyTime::max()));
        Body body{text.size(), *std::move(memory)};
        body.append(text);
        return {std::move(body), Origin{"prod", "webhook", "", false}};
    }

    Result<Accepted> submit(Submission s) { return run_task(context, intake.submit(std::move(s))); }

    asio::io_context context;
    SystemFileSystem files;
    SystemClock clock;
    Metrics metrics;
    ByteBudget budget{64_MiB};
    FakeSpool spool;
    Ledger ledger;
    Rejections rejections;
    DurableIntake intake;
};

TEST_F(DurableIntakeTest, Counts_what_became_of_each_item) {
    const auto accepted = submit(submission(event("a") + "\n{\"no\":\"event\"}\n" + event("b") + "\n"));
    ASSERT_TRUE(accepted) << accepted.error().message;
    EXPECT_EQ(accepted->received, 3u);
    EXPECT_EQ(accepted->stored, 2u);
    EXPECT_EQ(accepted->rejected, 1u);
    EXPECT_NE(accepted->first_rejection.find("item 1"), std::string::npos);
    EXPECT_EQ(spool.records, 2u);
    EXPECT_EQ(ledger.totals().received, 3u);
    EXPECT_EQ(ledger.totals().stored + ledger.totals().dropped + ledger.totals().rejected, 3u);
    EXPECT_EQ(budget.in_use(), 0u);
}

TEST_F(DurableIntakeTest, Appends_nothing_of_a_body_that_is_not_JSON) {
    const auto accepted = submit(submission(R"({"kind":"EventList","items":[)" + event("a") + "}"));
    ASSERT_FALSE(accepted);
    EXPECT_EQ(accepted.error().code, ErrorCode::kInvalid);
    EXPECT_EQ(spool.appends, 0);
    EXPECT_EQ(ledger.totals().received, 0u);
}

TEST_F(DurableIntakeTest, A_body_with_a_checkpoint_becomes_one_block_however_large) {
    std::string lines;
    for (int i = 0; i < 9000; ++i) lines += event(std::to_string(i)) + "\n";
    ASSERT_GT(lines.size(), limits::kBlockBytes);
    auto with = submission(lines);
    with.framing = Framing::kLines;
    with.checkpoint = Checkpoint{"log", "here"};
    with.durability = Durability::kInterval;
    ASSERT_TRUE(submit(std::move(with)));
    EXPECT_EQ(spool.block_count, 1u);
    EXPECT_EQ(spool.last_checkpoint, (Checkpoint{"log", "here"}));
    EXPECT_EQ(spool.last_durability, Durability::kInterval);

    ASSERT_TRUE(submit(submission(lines)));
    EXPECT_GT(spool.block_count, 2u);
}

TEST_F(DurableIntakeTest, A_checkpoint_is_made_durable_even_without_records) {
    auto empty = submission("\n");
    empty.framing = Framing::kLines;
    empty.checkpoint = Checkpoint{"log", "here"};
    ASSERT_TRUE(submit(std::move(empty)));
    EXPECT_EQ(spool.last_checkpoint, (Checkpoint{"log", "here"}));
}

TEST_F(DurableIntakeTest, Counts_what_a_source_had_to_pass_over) {
    auto lines = submission(event("a") + "\n");
    lines.framing = Framing::kLines;
    lines.passed_over = 2;
    const auto accepted = submit(std::move(lines));
    ASSERT_TRUE(accepted);
    EXPECT_EQ(accepted->received, 3u);
    EXPECT_EQ(accepted->rejected, 2u);
    EXPECT_EQ(ledger.totals().received, ledger.totals().stored + ledger.totals().rejected);
}

TEST_F(DurableIntakeTest, Answers_at_the_deadline_and_counts_what_becomes_durable_later) {
    spool.held = true;
    auto late = submission(event("a"));
    late.until = std::chrono::steady_clock::now();
    auto scenario = [](DurableIntake& to, ByteBudget& memory, FakeSpool& slow, Submission s) -> Task<void> {
        const auto accepted = co_await to.submit(std::move(s));
        EXPECT_FALSE(accepted);
        EXPECT_EQ(accepted.error().code, ErrorCode::kTimeout);
        EXPECT_GT(memory.in_use(), 0u) << "the blocks still wait in memory";
        slow.let_go();
    };
    run_task(context, scenario(intake, budget, spool, std::move(late)));
    EXPECT_EQ(ledger.totals().stored, 1u);
    EXPECT_EQ(budget.in_use(), 0u);
    EXPECT_NE(metrics.text().find("auditfwd_appends_after_answer_total 1"), std::string::npos);
}

TEST_F(DurableIntakeTest, A_failed_append_is_no_received_event) {
    spool.failure = Error{ErrorCode::kFull, "disk bound"};
    const auto accepted = submit(submission(event("a")));
    ASSERT_FALSE(accepted);
    EXPECT_EQ(accepted.error().code, ErrorCode::kFull);
    EXPECT_EQ(ledger.totals().received, 0u);
    EXPECT_NE(metrics.text().find(R"(auditfwd_bodies_refused_total{reason="full"} 1)"), std::string::npos);
}

TEST_F(DurableIntakeTest, Refuses_after_close) {
    run_task(context, intake.close());
    const auto accepted = submit(submission(event("a")));
    ASSERT_FALSE(accepted);
    EXPECT_EQ(accepted.error().code, ErrorCode::kUnavailable);
}

TEST_F(DurableIntakeTest, New_rules_hold_for_the_next_body) {
    ASSERT_TRUE(submit(submission(event("a"))));
    auto eks = std::make_shared<Rules>();
    eks->policy = Policy::built_in("eks");
    intake.set_rules(eks);
    const std::string health =
        R"({"level":"Metadata","auditID":"h","stage":"ResponseComplete","requestURI":"/healthz","verb":"get","user":{"username":"u"}})";
    const auto accepted = submit(submission(health));
    ASSERT_TRUE(accepted);
    EXPECT_EQ(accepted->dropped, 1u);
}

}  // namespace
}  // namespace auditfwd
