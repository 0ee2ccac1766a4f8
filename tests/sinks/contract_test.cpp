// What every sink promises delivery, whatever it writes to: one test, run for each.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <random>
#include <set>

#include "sinks/registry/registry.h"
#include "tests/delivery/world.h"
#include "tests/sinks/kafka/mock_cluster.h"
#include "tests/support/temporary_directory.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
using testing::End;
using testing::MockCluster;
using testing::TemporaryDirectory;
using testing::World;

// A destination: how to reach it, and what it holds, in the order in which it came.
class Place {
public:
    virtual ~Place() = default;
    virtual SinkSpec spec() = 0;
    virtual std::vector<std::string> records() = 0;
    virtual bool exactly_once() const = 0;
};

class FilePlace final : public Place {
public:
    SinkSpec spec() override { return FileSinkOptions{.path = directory_ / "out.ndjson", .rotate_bytes = 64_KiB}; }
    std::vector<std::string> records() override {
        std::set<std::filesystem::path> files;
        for (const auto& entry : std::filesystem::directory_iterator{directory_.path()}) files.insert(entry.path());
        std::vector<std::string> all;
        for (const auto& path : files) {
            std::ifstream file{path};
            for (std::string line; std::getline(file, line);) all.push_back(line);
        }
        return all;
    }
    bool exactly_once() const override { return true; }

private:
    TemporaryDirectory directory_;
};

class KafkaPlace final : public Place {
public:
    KafkaPlace() { cluster_.create("audit", 1); }
    SinkSpec spec() override {
        return KafkaOptions{.brokers = cluster_.brokers(), .topic = "audit", .linger = std::chrono::milliseconds{1}};
    }
    std::vector<std::string> records() override {
        std::vector<std::string> all;
        for (auto& message : cluster_.read("audit", 1)) all.push_back(std::move(message.value));
        return all;
    }
    bool exactly_once() const override { return false; }

private:
    MockCluster cluster_;
};

struct Kind {
    const char* name;
    std::unique_ptr<Place> (*make)();
};

class SinkContract : public ::testing::TestWithParam<Kind> {
protected:
    std::unique_ptr<Delivery> open() {
        return world.open("out", [&](HelperThread& helper) {
            return make_sink(place->spec(), {"out", world.spool.state().id, files, helper, world.clock, world.metrics});
        });
    }

    void add(std::size_t n) {
        std::vector<testing::FakeRecord> records;
        for (std::size_t i = 0; i < n; ++i) {
            sent.push_back(R"({"auditID":"id","n":)" + std::to_string(sent.size()) + R"(,"pad":")" +
                           std::string(random() % 300, 'x') + "\"}");
            records.push_back({sent.back()});
        }
        world.spool.add(records);
    }

    // All of it, in order; the same once more only where that is allowed, and never out of order the first time.
    void expect_arrived() {
        const auto records = place->records();
        if (place->exactly_once()) {
            EXPECT_EQ(records, sent);
            return;
        }
        std::size_t next = 0;
        std::set<std::string> seen;
        for (const auto& record : records) {
            if (!seen.insert(record).second) continue;
            ASSERT_LT(next, sent.size());
            ASSERT_EQ(record, sent[next++]);
        }
        EXPECT_EQ(next, sent.size());
    }

    World world;
    SystemFileSystem files;
    std::mt19937_64 random{1};
    std::unique_ptr<Place> place{GetParam().make()};
    std::vector<std::string> sent;
};

TEST_P(SinkContract, Everything_arrives_in_order) {
    for (int i = 0; i < 20; ++i) add(100);
    auto delivery = open();
    testing::run_to_end(world, *delivery);
    expect_arrived();
    EXPECT_EQ(place->records().size(), sent.size());
    EXPECT_EQ(world.cursor("out").counts, (CursorCounts{.delivered = 2000}));
}

TEST_P(SinkContract, It_goes_on_where_it_was_after_a_stop) {
    for (int round = 0; round < 5; ++round) {
        for (int i = 0; i < 5; ++i) add(50);
        auto delivery = open();
        const auto enough = Offset{static_cast<std::uint64_t>(round) * 250 + 1 + random() % 250};
        testing::run(world, {delivery.get()}, [&] { return delivery->status().done >= enough; });
    }
    auto delivery = open();
    testing::run_to_end(world, *delivery);
    expect_arrived();
    EXPECT_EQ(place->records().size(), sent.size());  // an orderly stop commits what is through
}

TEST_P(SinkContract, Nothing_is_lost_when_it_is_killed) {
    for (int round = 0; round < 5; ++round) {
        for (int i = 0; i < 5; ++i) add(50);
        auto delivery = open();
        const auto enough = Offset{static_cast<std::uint64_t>(round) * 250 + 1 + random() % 250};
        testing::run(
            world, {delivery.get()}, [&] { return delivery->status().done >= enough; }, End::kKill);
    }
    auto delivery = open();
    testing::run_to_end(world, *delivery);
    expect_arrived();
}

INSTANTIATE_TEST_SUITE_P(
    All, SinkContract,
    ::testing::Values(Kind{"file", [] { return std::unique_ptr<Place>{std::make_unique<FilePlace>()}; }},
                      Kind{"kafka", [] { return std::unique_ptr<Place>{std::make_unique<KafkaPlace>()}; }}),
    [](const auto& kind) { return std::string{kind.param.name}; });

}  // namespace
}  // namespace auditfwd
