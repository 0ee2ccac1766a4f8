// A destination whose answers the test writes, and the sink that speaks to it.
//
// It keeps records as a file would: what is committed stays, what came after the last committed checkpoint is undone
// when the sink is opened again. So it can prove exactly once, order, and the rules of sink.h, which it checks.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "forwarder/base/signal.h"
#include "sinks/sink.h"

namespace auditfwd::testing {

// Outlives its sinks, as the world does.
struct Destination {
    SinkLimits limits{};
    std::vector<std::pair<Offset, std::string>> records;
    std::vector<std::size_t> batches;  // sizes

    // What becomes of a batch; nothing: it is delivered. `commit_first` follows then.
    std::function<std::optional<Outcome>(Batch)> answer = [](Batch) { return std::nullopt; };
    std::function<bool()> commit_first = [] { return false; };
    std::function<Result<void>()> open = [] { return Result<void>{}; };
    std::function<Result<void>()> checkpoint = [] { return Result<void>{}; };
    bool exactly_once = true;  // open() undoes what was not committed
    Signal* gate = nullptr;    // sends wait here
    std::optional<SteadyTime> checkpoint_due{};

    unsigned opens = 0;
    unsigned closes = 0;
    unsigned sending = 0;
    unsigned sending_max = 0;
    bool must_commit = false;  // no send may come before a checkpoint

    std::vector<Offset> offsets() const {
        std::vector<Offset> all;
        for (const auto& [offset, json] : records) all.push_back(offset);
        return all;
    }
};

class DestinationSink final : public Sink {
public:
    explicit DestinationSink(Destination& there) : there_{there} {}

    SinkLimits limits() const override { return there_.limits; }

    Task<Result<void>> open(std::string state, Offset next) override {
        co_await asio::post(use);
        ++there_.opens;
        CO_TRY_VOID(there_.open());
        const auto kept = state.empty() ? 0 : std::stoull(state);
        EXPECT_LE(kept, there_.records.size());
        if (there_.exactly_once) there_.records.resize(kept);
        EXPECT_GE(number(next), 1u);
        EXPECT_EQ(there_.sending, 0u);
        there_.must_commit = true;
        co_return Result<void>{};
    }

    Task<Outcome> send(Batch batch) override {
        EXPECT_FALSE(batch.empty());
        const bool goes_on = batch[0].part > 1;
        EXPECT_FALSE(there_.must_commit && !goes_on) << "a send before the commit";
        ++there_.sending;
        there_.sending_max = std::max(there_.sending_max, there_.sending);
        if (there_.gate != nullptr) {
            co_await there_.gate->wait();
        } else {
            co_await asio::post(use);
        }
        --there_.sending;
        check(batch);
        there_.batches.push_back(batch.size());
        if (auto answer = there_.answer(batch)) {
            store_some(batch, *answer);
            co_return *answer;
        }
        for (const auto& record : batch) there_.records.emplace_back(record.offset, record.json);
        Delivered delivered{.commit_first = there_.commit_first()};
        if (delivered.commit_first) there_.must_commit = true;
        co_return Outcome{delivered};
    }

    Task<Result<std::string>> checkpoint() override {
        EXPECT_EQ(there_.sending, 0u) << "a checkpoint beside a send";
        co_await asio::post(use);
        CO_TRY_VOID(there_.checkpoint());
        there_.must_commit = false;
        co_return std::to_string(there_.records.size());
    }

    std::optional<SteadyTime> checkpoint_due() const override { return there_.checkpoint_due; }

    Task<void> close() override {
        ++there_.closes;
        co_return;
    }

private:
    void store_some(Batch batch, const Outcome& answer) {
        const auto* const transient = std::get_if<Transient>(&answer);
        const auto* const permanent = std::get_if<Permanent>(&answer);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const auto holds = [i](const auto& indices) { return std::ranges::find(indices, i) != indices.end(); };
            const bool stored =
                transient ? holds(transient->stored) : permanent->others_stored && !holds(permanent->refused);
            if (stored) there_.records.emplace_back(batch[i].offset, batch[i].json);
        }
    }

    void check(Batch batch) const {
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < batch.size(); ++i) {
            bytes += batch[i].json.size() + there_.limits.record_overhead_bytes;
            EXPECT_LE(batch[i].json.size() + there_.limits.record_overhead_bytes, there_.limits.record_bytes_max);
            EXPECT_EQ(batch[i].json.size(), batch[i].facts.bytes);
            if (i > 0) {
                EXPECT_LT(std::pair(batch[i - 1].offset, batch[i - 1].part), std::pair(batch[i].offset, batch[i].part));
                EXPECT_EQ(batch[i - 1].offset == batch[i].offset, batch[i].part != 0);
            }
        }
        EXPECT_LE(batch.size(), there_.limits.batch_records_max);
        if (batch.size() > 1) {
            EXPECT_LE(bytes, there_.limits.batch_bytes_max);
        }
    }

    Destination& there_;
};

}  // namespace auditfwd::testing
