// A spool that is a list in memory, with every kind of step a reader can meet. One thread: that of the test.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "forwarder/base/signal.h"
#include "forwarder/spool/spool.h"

namespace auditfwd::testing {

struct FakeRecord {
    std::string json;
    RecordFacts facts{};
};

class FakeSpool final : public Spool {
public:
    explicit FakeSpool(Executor executor) : executor_{executor}, changed_{std::move(executor)} {}

    std::string id = std::string(32, 'a');

    // Appends a block; gives its offsets.
    OffsetRange add(const std::vector<FakeRecord>& records, WallTime received = {}) {
        const OffsetRange offsets{last() + 1, last() + records.size()};
        auto block = std::make_shared<StoredBlock>();
        block->offsets = offsets;
        block->received = received;
        for (const auto& record : records) {
            block->line_starts.push_back(block->text.size());
            block->text += record.json + '\n';
            block->facts.push_back(record.facts);
            block->facts.back().bytes = static_cast<std::uint32_t>(record.json.size());
        }
        steps_.push_back({SpoolStep::Kind::kBlock, offsets, std::move(block)});
        changed_.notify_all();
        return offsets;
    }

    // Appends `n` offsets without a readable record.
    OffsetRange add_gap(SpoolStep::Kind kind, std::uint64_t n) {
        steps_.push_back({kind, {last() + 1, last() + n}, nullptr});
        changed_.notify_all();
        return steps_.back().offsets;
    }

    Offset last() const { return steps_.empty() ? Offset{0} : steps_.back().offsets.last; }
    // Everything below is gone.
    void expire(Offset below) { first_ = std::max(first_, below); }

    unsigned failing_reads = 0;  // so many reads fail
    std::vector<Offset> released;
    unsigned unread = 0;  // blocks whose text a reader did not want

    Task<Result<OffsetRange>> append(std::vector<Block>, std::optional<Checkpoint>, Durability) override {
        co_return Error{ErrorCode::kUnavailable, "not here"};
    }
    std::optional<std::string> checkpoint(std::string_view) const override { return {}; }
    State state() const override { return {.id = id, .first = first_, .last = last()}; }
    Task<void> close() override { co_return; }
    std::unique_ptr<SpoolReader> reader(std::string, Offset, WhenFull, Executor) override {
        return std::make_unique<Reader>(*this);
    }

private:
    class Reader final : public SpoolReader {
    public:
        explicit Reader(FakeSpool& spool) : spool_{spool} {}

        Result<SpoolStep> read(Offset offset, const WantsRecord& wants) override {
            if (spool_.failing_reads > 0) {
                --spool_.failing_reads;
                return Error{ErrorCode::kUnavailable, "the disk is busy"};
            }
            if (offset < spool_.first_)
                return SpoolStep{SpoolStep::Kind::kExpired, {offset, Offset{number(spool_.first_) - 1}}, nullptr};
            for (const auto& step : spool_.steps_) {
                if (offset > step.offsets.last) continue;
                auto found = step;
                found.offsets.first = offset;
                if (wants && found.block && !holds(*found.block, offset, wants)) {
                    ++spool_.unread;
                    return SpoolStep{SpoolStep::Kind::kUnwanted, found.offsets, nullptr};
                }
                return found;
            }
            return SpoolStep{};
        }
        Task<void> wait_for(Offset offset, SteadyTime until) override {
            bool notified = true;
            while (notified && offset > spool_.last()) notified = co_await spool_.changed_.wait_until(until);
        }
        void release(Offset offset) override { spool_.released.push_back(offset); }

        static bool holds(const StoredBlock& block, Offset from, const WantsRecord& wants) {
            const auto first = static_cast<std::ptrdiff_t>(number(from) - number(block.offsets.first));
            return std::any_of(block.facts.begin() + first, block.facts.end(), wants);
        }

    private:
        FakeSpool& spool_;
    };

    Executor executor_;
    Signal changed_;
    std::vector<SpoolStep> steps_;
    Offset first_{1};
};

}  // namespace auditfwd::testing
