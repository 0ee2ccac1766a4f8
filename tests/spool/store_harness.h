// A store over a forgetful file system, without a thread, and ways to look at everything in it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "forwarder/base/assert.h"
#include "forwarder/spool/reader.h"
#include "forwarder/spool/store.h"
#include "tests/spool/blocks.h"
#include "tests/support/fake_clock.h"
#include "tests/support/forgetful_file_system.h"

namespace auditfwd::testing {

struct SeenRecord {
    std::uint64_t offset = 0;
    std::string json;
    bool operator==(const SeenRecord&) const = default;
};

// All steps from offset 1 to the end; each begins where the one before ended.
struct Walk {
    std::vector<SeenRecord> records;
    std::vector<OffsetRange> unused;
    std::vector<OffsetRange> damaged;
    std::vector<OffsetRange> expired;
    std::uint64_t end = 0;  // first offset without anything
};

class StoreHarness {
public:
    explicit StoreHarness(std::uint64_t seed) : files{seed} {}

    Result<void> open() {
        TRY(store, spool::Store::open(options, files, clock, spool_metrics));
        return {};
    }
    void close() {
        store->close();
        store.reset();
    }
    void kill() {
        store.reset();
        files.kill_process();
    }
    void lose_power() {
        store.reset();
        files.lose_power();
    }

    // One append by itself.
    Result<OffsetRange> append(const std::vector<std::vector<std::string>>& texts,
                               std::optional<Checkpoint> checkpoint = std::nullopt) {
        spool::Append append{.blocks = blocks_of(texts), .checkpoint = std::move(checkpoint), .outcome = {}};
        if (append.blocks.empty()) append.blocks.emplace_back();
        spool::Append* one[]{&append};
        store->commit(one);
        return *append.outcome;
    }

    Result<Walk> walk() {
        spool::Reader reader{files, options.directory, store->catalog(), cache, spool_metrics};
        Walk walk;
        for (Offset at{1};;) {
            TRY(const auto step, reader.read(at));
            walk.end = number(at);
            if (step.kind == SpoolStep::Kind::kEnd) return walk;
            CHECK(step.offsets.first == at && step.offsets.last >= at);
            if (step.kind == SpoolStep::Kind::kUnused) walk.unused.push_back(step.offsets);
            if (step.kind == SpoolStep::Kind::kDamaged) walk.damaged.push_back(step.offsets);
            if (step.kind == SpoolStep::Kind::kExpired) walk.expired.push_back(step.offsets);
            if (step.kind == SpoolStep::Kind::kBlock) {
                for (auto o = at; o <= step.offsets.last; o = o + 1) {
                    const auto record = step.block->record(number(o) - number(step.block->offsets.first));
                    walk.records.push_back({number(record.offset), std::string{record.json}});
                }
            }
            at = step.offsets.last + 1;
        }
    }

    std::vector<std::string> segments() {
        std::vector<std::string> names;
        for (const auto& name : spool::list_segments(files, options.directory).value())
            names.push_back(spool::to_file_name(name));
        return names;
    }

    Spool::Options options{.directory = "/var/lib/auditfwd/spool", .free_percent_min = 0};
    ForgetfulFileSystem files;
    FakeClock clock;
    Metrics metrics;
    spool::SpoolMetrics spool_metrics{metrics};
    spool::BlockCache cache;
    std::unique_ptr<spool::Store> store;
};

}  // namespace auditfwd::testing
