// A spool that remembers what was appended and answers when the test says so.
#pragma once

#include <vector>

#include "forwarder/base/signal.h"
#include "forwarder/spool/spool.h"

namespace auditfwd::testing {

class FakeSpool final : public Spool {
public:
    explicit FakeSpool(Executor executor) : changed{std::move(executor)} {}

    Task<Result<OffsetRange>> append(std::vector<Block> blocks, std::optional<Checkpoint> checkpoint,
                                     Durability durability) override {
        ++appends;
        while (held) co_await changed.wait();
        if (failure) co_return *failure;
        for (const auto& block : blocks) records += block.records();
        block_count += blocks.size();
        last_checkpoint = std::move(checkpoint);
        last_durability = durability;
        co_return OffsetRange{Offset{1}, Offset{records}};
    }
    std::optional<std::string> checkpoint(std::string_view) const override { return {}; }
    std::unique_ptr<SpoolReader> reader(std::string, Offset, WhenFull, Executor) override { return nullptr; }
    State state() const override { return {}; }
    Task<void> close() override { co_return; }

    void let_go() {
        held = false;
        changed.notify_all();
    }

    bool held = false;  // appends wait for let_go()
    std::optional<Error> failure;
    int appends = 0;
    std::size_t records = 0;
    std::size_t block_count = 0;
    std::optional<Checkpoint> last_checkpoint;
    Durability last_durability = Durability::kSync;
    Signal changed;
};

}  // namespace auditfwd::testing
