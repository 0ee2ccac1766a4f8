// Records that are too large for the sink, on their way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "codecs/json_text.h"
#include "codecs/part.h"
#include "tests/delivery/world.h"

namespace auditfwd {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::SizeIs;

FakeRecord large(std::size_t bytes) {
    return {R"({"auditID":"a","requestObject":{"x":")" + std::string(bytes, 'x') + R"("},"auditfwd":{"cluster":"c"}})"};
}

// Whole records again, in order.
std::vector<std::string> joined(const Destination& there) {
    JsonTokens tokens{8_KiB};
    std::vector<std::string> all;
    std::string whole;
    for (const auto& [offset, json] : there.records) {
        const auto part = read_part(json, tokens);
        if (!part) all.push_back(json);
        if (!part || part->n == 1) continue;
        std::string text(part->piece->size(), ' ');
        text.resize(unescape(*part->piece, text.data()).value());
        whole += text;
        if (part->n == part->of) all.push_back(std::exchange(whole, {}));
    }
    return all;
}

struct FittingWorld : World {
    FittingWorld() {
        there.limits.record_bytes_max = 16_KiB;
        there.limits.batch_bytes_max = 40'000;  // two parts
        for (const auto& bytes : {10u, 100'000u, 20u, 50'000u}) all.push_back(large(bytes));
        spool.add(all);
    }
    std::vector<std::string> sent() const {
        std::vector<std::string> texts;
        for (const auto& record : all) texts.push_back(record.json);
        return texts;
    }
    double fitted(const std::string& mode, const std::string& step) {
        return metrics.counter("auditfwd_sink_fitted_total", "", {{"sink", "out"}, {"mode", mode}, {"step", step}})
            .Value();
    }

    Destination there;
    std::vector<FakeRecord> all;
};

TEST(DeliveryFitting, A_split_record_counts_once_and_its_parts_come_in_order) {
    FittingWorld world;
    auto delivery = world.open("out", world.there);
    run_to_end(world, *delivery);
    EXPECT_EQ(joined(world.there), world.sent());
    EXPECT_GT(world.there.records.size(), 8u);
    EXPECT_EQ(delivery->status().counts, (CursorCounts{.delivered = 4}));
    expect_law(world, delivery->status());
    EXPECT_EQ(world.fitted("split", "request_strings"), 2);
}

TEST(DeliveryFitting, A_truncated_record_is_one_record) {
    FittingWorld world;
    world.there.limits.oversize = Oversize::kTruncate;
    auto delivery = world.open("out", world.there);
    run_to_end(world, *delivery);
    EXPECT_EQ(world.there.offsets(), offsets({1, 2, 3, 4}));
    EXPECT_THAT(world.there.records[1].second, HasSubstr("audit.k8s.io/truncated"));
    EXPECT_EQ(world.fitted("truncated", "request_strings"), 2);
    EXPECT_EQ(delivery->status().counts, (CursorCounts{.delivered = 4}));
}

TEST(DeliveryFitting, Of_too_many_parts_one_record_goes) {
    FittingWorld world;
    world.there.limits.parts_max = 5;
    auto delivery = world.open("out", world.there);
    run_to_end(world, *delivery);
    EXPECT_THAT(world.there.records[1].second, HasSubstr(R"("tooManyParts":true)"));
    EXPECT_EQ(world.fitted("too_many_parts", "request_strings"), 1);
    EXPECT_EQ(world.fitted("split", "request_strings"), 1);
}

TEST(DeliveryFitting, Failures_and_rotations_between_parts_lose_and_repeat_nothing) {
    FittingWorld world;
    unsigned sends = 0;
    world.there.answer = [&](Batch) -> std::optional<Outcome> {
        if (++sends % 3 == 0) return Transient{"busy"};
        return {};
    };
    world.there.commit_first = [&] { return sends % 2 == 0; };
    auto delivery = world.open("out", world.there);
    run_to_end(world, *delivery);
    EXPECT_EQ(joined(world.there), world.sent());
    EXPECT_EQ(delivery->status().counts, (CursorCounts{.delivered = 4}));
}

TEST(DeliveryFitting, A_record_given_up_half_way_comes_again_whole) {
    FittingWorld world;
    bool dead = false;
    world.there.answer = [&](Batch batch) -> std::optional<Outcome> {
        if (batch[0].part > 4) dead = true;
        if (dead) return Transient{"gone"};
        return {};
    };
    {
        auto delivery = world.open("out", world.there);
        run(world, {delivery.get()}, [&] { return dead; });
        EXPECT_EQ(world.cursor("out").done, Offset{1});
    }
    world.there.answer = [](Batch) { return std::nullopt; };
    auto delivery = world.open("out", world.there);
    run_to_end(world, *delivery);
    EXPECT_EQ(joined(world.there), world.sent());
    EXPECT_EQ(delivery->status().counts, (CursorCounts{.delivered = 4}));
}

TEST(DeliveryFitting, A_refused_part_makes_one_dead_letter_that_can_be_sent_again) {
    FittingWorld world;
    bool refuses = true;
    world.there.answer = [&](Batch batch) -> std::optional<Outcome> {
        for (const auto& record : batch) {
            if (refuses && record.part == 3) return Permanent{"no", {}};
        }
        return {};
    };
    auto delivery = world.open("out", world.there);
    run_to_end(world, *delivery);
    EXPECT_EQ(delivery->status().counts, (CursorCounts{.delivered = 2, .dead_lettered = 2}));
    refuses = false;
    const auto before = world.there.records.size();
    ASSERT_TRUE(ask_for_retry(world.files, kSpoolDirectory, "out"));
    delivery = world.open("out", world.there);
    run(world, {delivery.get()}, [&] { return delivery->status().counts.dead_lettered == 0; });
    world.there.records.erase(world.there.records.begin(), world.there.records.begin() + static_cast<long>(before));
    EXPECT_EQ(joined(world.there), (std::vector{world.all[1].json, world.all[3].json}));
}

TEST(DeliveryFitting, Records_name_themselves_where_there_is_no_better_place) {
    FittingWorld world;
    world.there.limits.id_in_record = true;
    auto delivery = world.open("out", world.there);
    run_to_end(world, *delivery);
    const auto id = world.cursor("out").spool_id;
    EXPECT_THAT(world.there.records[0].second, HasSubstr(R"("cluster":"c","id":")" + id + "/1\"}}"));
    EXPECT_THAT(world.there.records[1].second, HasSubstr(R"("id":")" + id + "/2/1\""));
    EXPECT_THAT(world.there.records[2].second, HasSubstr(R"("id":")" + id + "/2/2\"}}"));
    EXPECT_EQ(world.there.records.back().second.substr(world.there.records.back().second.size() - 3), "\"}}");
}

}  // namespace
}  // namespace auditfwd
