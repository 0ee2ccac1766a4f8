#include "forwarder/delivery/delivery.h"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/delivery/world.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
using testing::Destination;
using testing::DestinationSink;
using testing::End;
using testing::expect_law;
using testing::FakeRecord;
using testing::ForgetfulFileSystem;
using testing::kSpoolDirectory;
using testing::offsets;
using testing::records;
using testing::run;
using testing::run_to_end;
using testing::World;

TEST(Delivery, Everything_arrives_in_order_and_is_committed) {
    World world;
    Destination there;
    world.spool.add(records(3));
    world.spool.add(records(2));
    auto delivery = world.open("out", there);
    run_to_end(world, *delivery);
    EXPECT_EQ(there.offsets(), offsets({1, 2, 3, 4, 5}));
    EXPECT_EQ(there.batches, std::vector<std::size_t>{5});
    EXPECT_EQ(there.closes, 1u);
    const auto cursor = world.cursor("out");
    EXPECT_EQ(cursor.done, Offset{5});
    EXPECT_EQ(cursor.counts, (CursorCounts{.delivered = 5}));
    EXPECT_EQ(cursor.sink_state, "5");
    EXPECT_EQ(world.spool.released.back(), Offset{6});
}

TEST(Delivery, Records_that_come_later_arrive_too) {
    World world;
    Destination there;
    auto delivery = world.open("out", there);
    unsigned added = 0;
    run(world, {delivery.get()}, [&] {
        if (added < 20 && there.records.size() == added) {
            world.spool.add(records(1));
            ++added;
        }
        return there.records.size() == 20;
    });
    EXPECT_EQ(world.cursor("out").done, Offset{20});
}

TEST(Delivery, Goes_on_where_it_was_after_a_restart) {
    World world;
    Destination there;
    world.spool.add(records(3));
    run_to_end(world, *world.open("out", there));
    world.spool.add(records(2));
    run_to_end(world, *world.open("out", there));
    EXPECT_EQ(there.offsets(), offsets({1, 2, 3, 4, 5}));
    EXPECT_EQ(there.opens, 2u);
}

TEST(Delivery, A_new_sink_begins_behind_the_newest_record_and_keeps_that_place) {
    World world;
    world.options.start_oldest = false;
    Destination there;
    world.spool.add(records(3));
    world.open("out", there);  // it never ran
    world.spool.add(records(2));
    auto delivery = world.open("out", there);
    run_to_end(world, *delivery);
    EXPECT_EQ(there.offsets(), offsets({4, 5}));
    EXPECT_EQ(delivery->status().counts, (CursorCounts{.delivered = 2, .unused = 3}));
    expect_law(world, delivery->status());
}

TEST(Delivery, A_new_sink_may_begin_at_the_oldest_that_is_kept) {
    World world;
    Destination there;
    world.spool.add(records(3));
    world.spool.expire(Offset{3});
    auto delivery = world.open("out", there);
    run_to_end(world, *delivery);
    EXPECT_EQ(there.offsets(), offsets({3}));
    EXPECT_EQ(delivery->status().counts, (CursorCounts{.delivered = 1, .unused = 2}));
}

TEST(Delivery, The_cursor_of_another_spool_begins_anew) {
    World world;
    Destination there;
    world.spool.add(records(3));
    run_to_end(world, *world.open("out", there));
    world.spool.id = std::string(32, 'b');
    there.records.clear();
    run_to_end(world, *world.open("out", there));
    EXPECT_EQ(there.offsets(), offsets({1, 2, 3}));
    EXPECT_EQ(world.cursor("out").spool_id, world.spool.id);
}

TEST(Delivery, A_damaged_cursor_costs_duplicates_never_records) {
    World world;
    world.options.start_oldest = false;
    Destination there;
    world.spool.add(records(3));
    const auto path = cursor_path(kSpoolDirectory, "out");
    world.files.set_content(path, "nonsense");
    run_to_end(world, *world.open("out", there));
    EXPECT_EQ(there.offsets(), offsets({1, 2, 3}));
    auto aside = path;
    aside += ".damaged";
    EXPECT_EQ(world.files.content(aside), "nonsense");
}

TEST(Delivery, Names_that_are_no_file_names_are_refused) {
    World world;
    Destination there;
    const auto make = [&](HelperThread&) { return std::make_unique<DestinationSink>(there); };
    for (const auto* name : {"", ".", "..", "a/b", "../x", "intake", "x.tmp", "a b", "ä"}) {
        const auto opened = Delivery::open(name, world.options, make, world.delivery_context());
        ASSERT_FALSE(opened) << name;
        EXPECT_EQ(opened.error().code, ErrorCode::kInvalid);
    }
}

TEST(Delivery, What_cannot_be_delivered_is_counted_by_its_reason) {
    World world;
    Destination there;
    world.spool.add(records(2));
    world.spool.add_gap(SpoolStep::Kind::kUnused, 100);
    world.spool.add(records(1));
    world.spool.add_gap(SpoolStep::Kind::kDamaged, 7);
    world.spool.add(records(2));
    world.spool.add_gap(SpoolStep::Kind::kUnused, 5);
    world.spool.expire(Offset{2});
    run_to_end(world, *world.open("early", there));  // begins behind what expired
    EXPECT_EQ(world.cursor("early").counts, (CursorCounts{.delivered = 4, .damaged = 7, .unused = 106}));

    Destination late;
    Cursor before;
    before.spool_id = world.spool.id;
    ASSERT_TRUE(save_cursor(world.files, cursor_path(kSpoolDirectory, "late"), before));
    auto delivery = world.open("late", late);
    run_to_end(world, *delivery);
    EXPECT_EQ(delivery->status().counts, (CursorCounts{.delivered = 4, .expired = 1, .damaged = 7, .unused = 105}));
    expect_law(world, delivery->status());
}

TEST(Delivery, Blocks_without_a_candidate_are_filtered_unread_wherever_they_are) {
    World world;
    Destination there;
    world.options.select.priority = Priority::kNotice;
    const std::vector<FakeRecord> wanted{{"{}", {.priority = Priority::kNotice}}, {"{}"}};
    for (const bool some : {false, true, false, false, true, false}) world.spool.add(some ? wanted : records(2));
    auto delivery = world.open("out", there);
    run_to_end(world, *delivery);
    EXPECT_EQ(there.offsets(), offsets({3, 9}));
    EXPECT_EQ(world.cursor("out").counts, (CursorCounts{.delivered = 2, .filtered = 10}));
    EXPECT_EQ(world.spool.unread, 4u);
    expect_law(world, delivery->status());
}

TEST(Delivery, Only_selected_records_arrive_and_the_others_are_filtered) {
    World world;
    world.options.select.priority = Priority::kNotice;
    Destination there;
    auto wanted = records(1);
    wanted[0].facts.priority = Priority::kWarning;
    for (int i = 0; i < 5; ++i) {
        world.spool.add(records(10));
        world.spool.add(wanted);
    }
    world.spool.add(records(10));
    auto delivery = world.open("out", there);
    run_to_end(world, *delivery);
    EXPECT_EQ(there.offsets(), offsets({11, 22, 33, 44, 55}));
    EXPECT_EQ(delivery->status().counts, (CursorCounts{.delivered = 5, .filtered = 60}));
}

TEST(Delivery, The_same_batch_is_sent_until_it_is_taken) {
    World world;
    Destination there;
    there.limits.batch_records_max = 2;
    unsigned attempts = 0;
    there.answer = [&](Batch) -> std::optional<Outcome> {
        if (++attempts % 3 != 0) return Transient{"busy"};
        return {};
    };
    world.spool.add(records(5));
    auto delivery = world.open("out", there);
    run_to_end(world, *delivery);
    EXPECT_EQ(there.offsets(), offsets({1, 2, 3, 4, 5}));
    EXPECT_EQ(attempts, 9u);
    EXPECT_EQ(delivery->status().last_error, "did not take a batch: busy");
}

std::vector<DeadLetter> letters_in(World& world, const std::string& sink, std::string& text) {
    std::vector<DeadLetter> letters;
    for (const auto& piece : list_pieces(world.files, dead_letters_path(kSpoolDirectory, sink)).value())
        text += world.files.content(piece.path);
    for (std::string_view rest{text}; !rest.empty();) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size() + 1);
        letters.push_back(parse_dead_letter(line).value());
    }
    return letters;
}

TEST(Delivery, Culprits_become_dead_letters_and_their_neighbours_arrive) {
    World world;
    Destination there;
    there.answer = [](Batch batch) -> std::optional<Outcome> {
        Permanent answer{"bad record", {}};
        for (std::size_t i = 0; i < batch.size(); ++i) {
            if (number(batch[i].offset) % 4 == 0) answer.refused.push_back(i);
        }
        if (answer.refused.empty()) return {};
        return answer;
    };
    world.spool.add(records(9));
    auto delivery = world.open("out", there);
    run_to_end(world, *delivery);
    EXPECT_EQ(there.offsets(), offsets({1, 2, 3, 5, 6, 7, 9}));
    EXPECT_EQ(delivery->status().counts, (CursorCounts{.delivered = 7, .dead_lettered = 2}));
    std::string text;
    const auto letters = letters_in(world, "out", text);
    ASSERT_EQ(letters.size(), 2u);
    EXPECT_EQ(letters[0].offset, Offset{4});
    EXPECT_EQ(letters[1].offset, Offset{8});
    EXPECT_EQ(letters[0].reason, "bad record");
    EXPECT_EQ(letters[0].record, records(1)[0].json);
}

TEST(Delivery, Sends_again_only_what_the_destination_has_not_stored) {
    World world;
    Destination there;
    unsigned sends = 0;
    there.answer = [&](Batch) -> std::optional<Outcome> {
        ++sends;
        if (sends == 1) return Transient{.reason = "half of it", .stored = {0, 1, 4}};
        if (sends == 2) return Permanent{.reason = "one is bad", .refused = {1}, .others_stored = true};
        return {};
    };
    world.spool.add(records(6));
    auto delivery = world.open("out", there);
    run_to_end(world, *delivery);
    EXPECT_EQ(sends, 2u);
    EXPECT_EQ(there.offsets(), offsets({1, 2, 5, 3, 6}));
    EXPECT_EQ(delivery->status().counts, (CursorCounts{.delivered = 5, .dead_lettered = 1}));
}

TEST(Delivery, An_unnamed_culprit_is_found) {
    World world;
    Destination there;
    there.answer = [](Batch batch) -> std::optional<Outcome> {
        for (const auto& record : batch) {
            if (record.offset == Offset{13}) return Permanent{"no", {}};
        }
        return {};
    };
    world.spool.add(records(20));
    auto delivery = world.open("out", there);
    run_to_end(world, *delivery);
    EXPECT_EQ(there.records.size(), 19u);
    EXPECT_EQ(delivery->status().counts, (CursorCounts{.delivered = 19, .dead_lettered = 1}));
}

TEST(Delivery, A_record_that_cannot_be_made_to_fit_becomes_a_dead_letter) {
    World world;
    Destination there;
    there.limits.record_bytes_max = 100;
    auto all = records(3);
    all[1].json = "[" + std::string(200, ' ') + "]";
    world.spool.add(all);
    auto delivery = world.open("out", there);
    run_to_end(world, *delivery);
    EXPECT_EQ(there.offsets(), offsets({1, 3}));
    EXPECT_EQ(delivery->status().counts, (CursorCounts{.delivered = 2, .dead_lettered = 1}));
}

TEST(Delivery, Dead_letters_wait_for_a_disk_that_is_full) {
    World world;
    Destination there;
    there.answer = [](Batch) { return Permanent{"no", {0}}; };
    world.spool.add(records(1));
    auto delivery = world.open("out", there);
    unsigned failures = 3;
    world.files.judge([&](ForgetfulFileSystem::Call call, const std::filesystem::path& path) {
        const bool letter = path.string().find("deadletters") != std::string::npos;
        if (!letter || call != ForgetfulFileSystem::Call::kWrite || failures == 0)
            return ForgetfulFileSystem::Fate::kWork;
        --failures;
        return ForgetfulFileSystem::Fate::kFull;
    });
    run_to_end(world, *delivery);
    EXPECT_EQ(failures, 0u);
    EXPECT_EQ(delivery->status().counts, (CursorCounts{.dead_lettered = 1}));
    std::string text;
    EXPECT_EQ(letters_in(world, "out", text).size(), 1u);
}

TEST(Delivery, A_sink_that_cannot_be_opened_is_tried_until_it_can) {
    World world;
    Destination there;
    unsigned failures = 0;
    there.open = [&]() -> Result<void> {
        if (++failures < 4) return Error{failures == 2 ? ErrorCode::kInvalid : ErrorCode::kUnavailable, "not yet"};
        return {};
    };
    world.spool.add(records(2), WallTime{5s});
    auto delivery = world.open("out", there);
    bool seen_parked = false;
    run(world, {delivery.get()}, [&] {
        const auto status = delivery->status();
        if (status.state == DeliveryState::kParked) {
            seen_parked = true;
            EXPECT_EQ(status.pending, 2u);
            EXPECT_EQ(status.oldest_pending, WallTime{5s});
        }
        return status.pending == 0;
    });
    EXPECT_EQ(there.records.size(), 2u);
    EXPECT_TRUE(seen_parked);
}

TEST(Delivery, A_sink_that_always_fails_holds_up_no_other) {
    World world;
    Destination dead;
    dead.answer = [](Batch) { return Transient{"down"}; };
    Destination closed;
    closed.open = []() -> Result<void> { return Error{ErrorCode::kInvalid, "wrong address"}; };
    Destination good;
    good.limits.batch_records_max = 10;
    for (int i = 0; i < 50; ++i) world.spool.add(records(10));
    auto first = world.open("dead", dead);
    auto second = world.open("closed", closed);
    auto third = world.open("good", good);
    run(world, {first.get(), second.get(), third.get()}, [&] { return good.records.size() == 500; });
    EXPECT_EQ(world.cursor("good").done, Offset{500});
    EXPECT_EQ(world.cursor("dead").done, Offset{0});
    EXPECT_EQ(first->status().pending, 500u);

    dead.answer = [](Batch) { return std::nullopt; };
    run_to_end(world, *world.open("dead", dead));
    EXPECT_EQ(dead.offsets(), good.offsets());
}

TEST(Delivery, A_failing_reader_is_asked_again) {
    World world;
    Destination there;
    world.spool.add(records(2));
    world.spool.failing_reads = 3;
    run_to_end(world, *world.open("out", there));
    EXPECT_EQ(there.records.size(), 2u);
}

TEST(Delivery, Sends_as_many_batches_at_once_as_the_sink_allows_and_commits_the_prefix) {
    World world;
    Destination there;
    there.limits = {.batch_records_max = 1, .in_flight_max = 4};
    there.exactly_once = false;
    bool stuck = true;
    there.answer = [&](Batch batch) -> std::optional<Outcome> {
        if (stuck && batch[0].offset == Offset{3}) return Transient{"busy"};
        return {};
    };
    world.spool.add(records(20));
    auto delivery = world.open("out", there);
    run(world, {delivery.get()}, [&] {
        if (there.records.size() == 19 && delivery->status().committed == Offset{2}) stuck = false;
        return delivery->status().committed == Offset{20};
    });
    EXPECT_GT(there.sending_max, 1u);
    EXPECT_LE(there.sending_max, 4u);
    EXPECT_EQ(there.records.size(), 20u);
    EXPECT_EQ(there.records.back().first, Offset{3});
}

TEST(Delivery, Stop_waits_for_the_send_in_hand_and_commits_it) {
    World world;
    Destination there;
    Signal gate{world.context.get_executor()};
    there.gate = &gate;
    there.limits.batch_records_max = 1;
    world.spool.add(records(5));
    auto delivery = world.open("out", there);
    auto scenario = [](Delivery& d, Destination& destination, Signal& g) -> Task<void> {
        TaskGroup running{co_await asio::this_coro::executor};
        running.spawn(d.run());
        while (destination.sending == 0) co_await asio::post(use);
        d.stop();
        for (int i = 0; i < 100; ++i) co_await asio::post(use);
        EXPECT_EQ(running.size(), 1u);
        g.notify_all();
        co_await running.join();
    };
    testing::run_task(world.context, scenario(*delivery, there, gate));
    EXPECT_EQ(there.offsets(), offsets({1}));
    EXPECT_EQ(world.cursor("out").done, Offset{1});
    EXPECT_EQ(there.closes, 1u);
    EXPECT_EQ(delivery->status().state, DeliveryState::kStopped);
}

TEST(Delivery, Stop_does_not_wait_for_an_attempt_that_waits_for_its_time) {
    World world;
    world.options.retry_min = world.options.retry_max = 1h;
    Destination there;
    there.answer = [](Batch) { return Transient{"down"}; };
    world.spool.add(records(5));
    auto delivery = world.open("out", there);
    run(world, {delivery.get()}, [&] { return delivery->status().state == DeliveryState::kRetrying; });
    EXPECT_EQ(there.closes, 1u);
}

TEST(Delivery, Ends_at_once_when_it_is_cancelled_and_loses_nothing) {
    World world;
    Destination there;
    Signal never{world.context.get_executor()};
    there.gate = &never;
    world.spool.add(records(5));
    {
        auto delivery = world.open("out", there);
        run(
            world, {delivery.get()}, [&] { return there.sending == 1; }, End::kKill);
    }
    there.gate = nullptr;
    there.sending = 0;
    run_to_end(world, *world.open("out", there));
    EXPECT_EQ(there.offsets(), offsets({1, 2, 3, 4, 5}));
}

TEST(Delivery, Both_laws_can_be_read_from_the_metrics) {
    World world;
    world.options.select.priority = Priority::kNotice;
    Destination there;
    world.spool.add(records(3));
    world.spool.add_gap(SpoolStep::Kind::kUnused, 4);
    auto delivery = world.open("out", there);
    const auto before = world.metrics.text();
    EXPECT_NE(before.find("auditfwd_sink_offsets{sink=\"out\",state=\"pending\"} 7"), std::string::npos) << before;
    run_to_end(world, *delivery);
    const auto after = world.metrics.text();
    EXPECT_NE(after.find("auditfwd_sink_offsets{sink=\"out\",state=\"filtered\"} 3"), std::string::npos);
    EXPECT_NE(after.find("auditfwd_sink_offsets{sink=\"out\",state=\"unused\"} 4"), std::string::npos);
    EXPECT_NE(after.find("auditfwd_sink_offsets{sink=\"out\",state=\"pending\"} 0"), std::string::npos);
}

}  // namespace
}  // namespace auditfwd
