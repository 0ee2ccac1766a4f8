#include "forwarder/delivery/batcher.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

#include "forwarder/delivery/parts.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;

struct Line {
    std::size_t bytes = 10;
    RecordFacts facts{};
};

std::shared_ptr<const StoredBlock> block_of(std::uint64_t first, const std::vector<Line>& lines) {
    auto block = std::make_shared<StoredBlock>();
    block->offsets = {Offset{first}, Offset{first + lines.size() - 1}};
    for (const auto& line : lines) {
        block->line_starts.push_back(block->text.size());
        block->text += std::string(line.bytes, 'x') + '\n';
        block->facts.push_back(line.facts);
        block->facts.back().bytes = static_cast<std::uint32_t>(line.bytes);
    }
    return block;
}

std::vector<std::uint64_t> offsets_of(const LoadedBatch& batch) {
    std::vector<std::uint64_t> offsets;
    for (const auto& record : batch.records) offsets.push_back(number(record.offset));
    return offsets;
}

using Offsets = std::vector<std::uint64_t>;

constexpr Line kNotice{.facts = {.priority = Priority::kNotice}};

TEST(Batcher, A_batch_spans_blocks) {
    Batcher batcher{{}, {}};
    batcher.restart(Offset{1});
    batcher.add(block_of(1, std::vector<Line>(2)));
    batcher.add(block_of(3, std::vector<Line>(2)));
    EXPECT_FALSE(batcher.full());
    EXPECT_EQ(offsets_of(batcher.take()), (Offsets{1, 2, 3, 4}));
    EXPECT_EQ(batcher.next(), Offset{5});
}

TEST(Batcher, Begins_inside_a_block) {
    Batcher batcher{{}, {}};
    batcher.restart(Offset{3});
    batcher.add(block_of(1, std::vector<Line>(4)));
    EXPECT_EQ(offsets_of(batcher.take()), (Offsets{3, 4}));
}

TEST(Batcher, Ends_at_the_number_of_records) {
    Batcher batcher{{.batch_records_max = 3}, {}};
    batcher.restart(Offset{1});
    const auto block = block_of(1, std::vector<Line>(4));
    batcher.add(block);
    EXPECT_TRUE(batcher.full());
    EXPECT_EQ(offsets_of(batcher.take()), (Offsets{1, 2, 3}));
    batcher.add(block);
    EXPECT_EQ(offsets_of(batcher.take()), (Offsets{4}));
}

TEST(Batcher, Bytes_count_with_the_overhead_of_each_record) {
    Batcher batcher{{.batch_bytes_max = 36, .record_overhead_bytes = 26}, {}};
    batcher.restart(Offset{1});
    const auto block = block_of(1, std::vector<Line>(2));
    batcher.add(block);
    EXPECT_EQ(offsets_of(batcher.take()), (Offsets{1}));
    batcher.add(block);
    EXPECT_EQ(offsets_of(batcher.take()), (Offsets{2}));
}

TEST(Batcher, A_record_beyond_the_batch_goes_alone_if_the_sink_takes_it) {
    Batcher batcher{{.batch_bytes_max = 15}, {}};
    batcher.restart(Offset{1});
    const auto block = block_of(1, {{10}, {100}, {10}});
    for (const auto& expected : {Offsets{1}, Offsets{2}, Offsets{3}}) {
        batcher.add(block);
        const auto batch = batcher.take();
        EXPECT_EQ(offsets_of(batch), expected);
        EXPECT_FALSE(batch.too_large);
    }
}

TEST(Batcher, A_record_beyond_what_the_sink_takes_is_alone_and_marked) {
    Batcher batcher{{.record_bytes_max = 50}, {}};
    batcher.restart(Offset{1});
    const auto block = block_of(1, {{10}, {51}, {50}});
    batcher.add(block);
    EXPECT_EQ(offsets_of(batcher.take()), (Offsets{1}));
    batcher.add(block);
    const auto batch = batcher.take();
    EXPECT_EQ(offsets_of(batch), (Offsets{2}));
    EXPECT_TRUE(batch.too_large);
    batcher.add(block);
    EXPECT_FALSE(batcher.take().too_large);
}

TEST(Batcher, Stage_times_of_a_batch_lie_within_the_span) {
    Batcher batcher{{.batch_span_max = 1000ms}, {}};
    batcher.restart(Offset{1});
    const auto at = [](std::int64_t ms) { return Line{.facts = {.stage_time_ms = ms}}; };
    const auto block = block_of(1, {at(5000), at(4500), at(0), at(5500), at(5501)});
    batcher.add(block);
    EXPECT_EQ(offsets_of(batcher.take()), (Offsets{1, 2, 3, 4}));
    batcher.add(block);
    EXPECT_EQ(offsets_of(batcher.take()), (Offsets{5}));
}

TEST(Batcher, Records_account_for_the_unwanted_before_them) {
    Batcher batcher{{}, {.priority = Priority::kNotice}};
    batcher.restart(Offset{1});
    batcher.add(block_of(1, {Line{}, kNotice, Line{}, Line{}, kNotice, Line{}}));
    const auto batch = batcher.take();
    EXPECT_EQ(offsets_of(batch), (Offsets{2, 5}));
    EXPECT_EQ(batch.owned_from, (std::vector<Offset>{Offset{1}, Offset{3}}));
    const auto rest = batcher.take_filtered();
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->first, Offset{6});
    EXPECT_EQ(rest->last, Offset{6});
    EXPECT_FALSE(batcher.take_filtered());
}

TEST(Batcher, Does_not_hold_more_blocks_than_a_few) {
    Batcher batcher{{}, {.priority = Priority::kNotice}};
    batcher.restart(Offset{1});
    std::uint64_t next = 1;
    std::vector<std::weak_ptr<const StoredBlock>> blocks;
    while (!batcher.full()) {
        const auto block = block_of(next, {kNotice, Line{.bytes = 1_MiB}});
        blocks.push_back(block);
        batcher.add(block);
        next += 2;
        ASSERT_LT(next, 100u);
    }
    EXPECT_EQ(blocks.size(), kHeldBytesMax / 1_MiB);
    batcher.take();
    for (const auto& block : blocks) EXPECT_TRUE(block.expired());
}

TEST(Batcher, Does_not_hold_blocks_nobody_wanted) {
    Batcher batcher{{}, {.priority = Priority::kNotice}};
    batcher.restart(Offset{1});
    auto block = block_of(1, std::vector<Line>(3));
    batcher.add(block);
    EXPECT_EQ(block.use_count(), 1);
}

TEST(Batcher, Every_offset_is_accounted_for_once_whatever_the_limits) {
    std::mt19937_64 random{11};
    for (int round = 0; round < 300; ++round) {
        const SinkLimits limits{.batch_bytes_max = 10 + random() % 300,
                                .batch_records_max = 1 + random() % 7,
                                .batch_span_max = std::chrono::milliseconds{random() % 50},
                                .record_bytes_max = 20 + random() % 100,
                                .record_overhead_bytes = random() % 30};
        Batcher batcher{limits, {.priority = random() % 2 == 0 ? Priority::kNone : Priority::kNotice}};
        batcher.restart(Offset{1});
        std::uint64_t next = 1;
        std::uint64_t accounted = 0;
        const auto account = [&](OffsetRange range) {
            ASSERT_EQ(number(range.first), accounted + 1);
            accounted = number(range.last);
        };
        for (int blocks = 0; blocks < 10; ++blocks) {
            std::vector<Line> lines(1 + random() % 10);
            for (auto& line : lines) {
                line.bytes = 1 + random() % 120;
                line.facts.stage_time_ms = static_cast<std::int64_t>(random() % 100);
                if (random() % 3 == 0) line.facts.priority = Priority::kAlert;
            }
            const auto block = block_of(next, lines);
            next += lines.size();
            while (number(batcher.next()) < next) {
                batcher.add(block);
                if (!batcher.full() && random() % 2 == 0) continue;
                auto batch = batcher.take();
                ASSERT_LE(batch.records.size(), limits.batch_records_max);
                const Part part{batch.records, batch.owned_from};
                for_each_owned_range(part, [&](OffsetRange range, std::uint64_t) { account(range); });
            }
        }
        const auto last = batcher.take();
        for_each_owned_range({last.records, last.owned_from},
                             [&](OffsetRange range, std::uint64_t) { account(range); });
        if (const auto filtered = batcher.take_filtered()) account(*filtered);
        ASSERT_EQ(accounted, next - 1);
    }
}

TEST(Selector, Each_condition_that_is_given_must_hold) {
    const Selector selector{{.priority = Priority::kWarning,
                             .levels = {Level::kMetadata, Level::kRequest},
                             .verbs = {VerbClass::kDelete},
                             .codes = {CodeClass::k4xx, CodeClass::k5xx}}};
    const RecordFacts good{
        .level = Level::kRequest, .verb = VerbClass::kDelete, .code = CodeClass::k4xx, .priority = Priority::kCritical};
    EXPECT_TRUE(selector.wants(good));
    auto facts = good;
    facts.priority = Priority::kNotice;
    EXPECT_FALSE(selector.wants(facts));
    facts = good;
    facts.level = Level::kRequestResponse;
    EXPECT_FALSE(selector.wants(facts));
    facts = good;
    facts.verb = VerbClass::kGet;
    EXPECT_FALSE(selector.wants(facts));
    facts = good;
    facts.code = CodeClass::k2xx;
    EXPECT_FALSE(selector.wants(facts));
}

TEST(Selector, Without_conditions_all_are_wanted) {
    const Selector selector{{}};
    EXPECT_TRUE(selector.trivial());
    EXPECT_TRUE(selector.wants({}));
    EXPECT_TRUE(selector.wants({.level = Level::kRequestResponse, .priority = Priority::kEmergency}));
}

RecordView view(std::string_view json, Priority priority = Priority::kNone) {
    return {Offset{1}, json, {.bytes = static_cast<std::uint32_t>(json.size()), .priority = priority}};
}

constexpr std::string_view kPaid =
    R"({"user":{"username":"system:node:\u0061"},"objectRef":{"namespace":"pay-1"},"auditfwd":{"detections":["A","B b"]}})";

TEST(Selector, Names_are_compared_whole_or_by_their_beginning) {
    const auto selects = [](const Selection& selection) {
        const Selector selector{selection};
        EXPECT_FALSE(selector.trivial());
        return selector.selects(view(kPaid));
    };
    EXPECT_TRUE(selects({.namespaces = {"x", "pay-1"}}));
    EXPECT_TRUE(selects({.namespaces = {"pay-*"}}));
    EXPECT_TRUE(selects({.namespaces = {"*"}}));
    EXPECT_FALSE(selects({.namespaces = {"pay"}}));
    EXPECT_FALSE(selects({.namespaces = {"pay-1x*"}}));
    EXPECT_TRUE(selects({.users = {"system:node:a"}}));  // as it was before it was JSON
    EXPECT_TRUE(selects({.users = {"system:*"}}));
    EXPECT_FALSE(selects({.users = {"system:node:\\u0061"}}));
    EXPECT_TRUE(selects({.detections = {"B b"}}));
    EXPECT_FALSE(selects({.detections = {"B"}}));
    EXPECT_FALSE(selects({.namespaces = {"pay-1"}, .detections = {"C"}}));  // all must hold
}

TEST(Selector, A_record_that_does_not_say_a_name_has_none_of_them) {
    const Selector selector{{.namespaces = {"default"}}};
    EXPECT_FALSE(selector.selects(view(R"({"verb":"get"})")));
    EXPECT_FALSE(selector.selects(view(R"({"objectRef":{"namespace":7}})")));
}

TEST(Selector, Without_a_detection_a_record_has_no_rule_that_fired) {
    const Selector selector{{.detections = {"A"}}};
    EXPECT_FALSE(selector.wants(view(kPaid).facts));
    EXPECT_TRUE(selector.wants(view(kPaid, Priority::kDebug).facts));
}

std::string record_of(int n, const std::string& uri) {
    const auto secret = "secret" + std::to_string(n);
    return R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"a","stage":"ResponseComplete",)"
           R"("requestURI":")" +
           uri + R"(","verb":"create","user":{"username":"bob"},"requestObject":{"k":")" + secret +
           R"("},"responseObject":{"k":")" + secret + R"("},"auditfwd":{"cluster":"c","outputs":["saw )" + secret +
           R"("]}})";
}

// Whatever a sink makes of its batches: it is given nothing that its policy removed, and every offset is accounted for.
TEST(Batcher, What_the_sinks_policy_removes_is_in_no_batch) {
    constexpr auto kPolicy = R"(
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- {level: None, nonResourceURLs: [/healthz*]}
- {level: RequestResponse, resources: [{group: "", resources: [configmaps]}]}
- {level: Metadata}
)";
    std::mt19937_64 random{1};
    Batcher batcher{{.batch_bytes_max = 5000}, {}};
    batcher.set_policy(Policy::load(kPolicy, "p", {}).value().policy);
    auto block = std::make_shared<StoredBlock>();
    std::vector<int> kinds;
    for (int n = 0; n < 300; ++n) {
        constexpr const char* kUris[] = {"/healthz", "/api/v1/namespaces/d/configmaps", "/api/v1/namespaces/d/secrets"};
        kinds.push_back(static_cast<int>(random() % 3));
        const auto record = record_of(n + 1000, kUris[kinds.back()]);
        block->line_starts.push_back(block->text.size());
        block->text += record + '\n';
        block->facts.push_back({.bytes = static_cast<std::uint32_t>(record.size()), .level = Level::kRequestResponse});
    }
    block->offsets = {Offset{1}, Offset{300}};
    batcher.restart(Offset{1});
    std::uint64_t accounted = 0;
    std::set<std::uint64_t> sent;
    while (batcher.next() <= block->offsets.last) {
        batcher.add(block);
        const Parts parts{batcher.take()};  // as delivery holds them
        const auto* const part = parts.empty() ? nullptr : &parts.front();
        for (std::size_t i = 0; part != nullptr && i < part->records.size(); ++i) {
            const auto& record = part->records[i];
            const auto n = number(record.offset) - 1;
            EXPECT_EQ(number(part->owned_from[i]), accounted + 1);
            accounted = number(record.offset);
            sent.insert(n);
            const bool whole = kinds[n] == 1;
            EXPECT_EQ(record.facts.level, whole ? Level::kRequestResponse : Level::kMetadata);
            EXPECT_EQ(record.facts.bytes, record.json.size());
            EXPECT_EQ(record.json == block->record(n).json, whole);
            EXPECT_EQ(record.json.find("secret1") == record.json.npos, !whole) << record.json;
        }
    }
    for (std::size_t n = 0; n < kinds.size(); ++n) EXPECT_EQ(sent.contains(n), kinds[n] != 0) << n;
    const auto filtered = batcher.take_filtered();
    EXPECT_TRUE(!filtered || filtered->last == Offset{300});
}

}  // namespace
}  // namespace auditfwd
